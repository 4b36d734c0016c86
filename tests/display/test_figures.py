"""The ready-made figures: what can be read off them, and what they refuse."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from companion import display, metrics
from companion.display import Layer

SVG = "{http://www.w3.org/2000/svg}"
LAYERS = [
    Layer("input", "InputLayer", (28, 28, 1), 0),
    Layer("conv", "Conv2D", (26, 26, 32), 320),
    Layer("flatten", "Flatten", (576,), 0),
    Layer("dense", "Dense", (10,), 5770),
]


def texts(output):
    svg = re.search(r"<svg.*</svg>", output.content, re.DOTALL)[0]
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def images(output):
    svg = re.search(r"<svg.*</svg>", output.content, re.DOTALL)[0]
    return list(ET.fromstring(svg).iter(f"{SVG}image"))


def test_confusion_writes_every_count_but_zero(shown):
    display.confusion([[50, 3, 0], [7, 40, 0], [0, 0, 0]], ["cat", "dog", "eel"], alt="x")
    found = texts(shown[0])
    assert {"cat", "dog", "eel", "50", "3", "7", "40", "94.3%", "85.1%", "–"} <= set(found)
    assert "0" not in found


def test_confusion_draws_a_matrix_without_errors(shown):
    display.confusion(np.diag([2, 3]), ["a", "b"], alt="x")
    assert texts(shown[0]).count("100.0%") == 2


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 2, 3]], r"must have shape \(2, 2\) as labels has, got \(1, 3\)"),
        ([[0.5, 1], [1, 1]], "must hold counts, got float64"),
        ([[-1, 1], [1, 1]], "must hold counts, got int64 from -1"),
    ],
)
def test_confusion_refuses_what_is_no_matrix_of_counts(matrix, message):
    with pytest.raises(ValueError, match=message):
        display.confusion(matrix, ["a", "b"], alt="x")


def test_reliability_names_each_curve_and_skips_empty_bins(shown):
    p = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3]])
    curve = metrics.reliability_curve([0, 1, 0], p)
    display.reliability({"before": curve, "after": curve}, alt="x")
    assert {"before", "after", "confidence", "share that was right"} <= set(texts(shown[0]))
    assert "nan" not in shown[0].content


@pytest.mark.parametrize("count", [0, 7])
def test_reliability_refuses_more_curves_than_colours_or_none(count):
    curve = metrics.reliability_curve([0], [[1.0]])
    with pytest.raises(ValueError, match=f"1 to 6 curves, got {count}"):
        display.reliability({str(n): curve for n in range(count)}, alt="x")


def test_image_grid_draws_every_image_with_its_title(shown):
    pixels = np.random.default_rng(0).integers(0, 256, (10, 28, 28), dtype=np.uint8)
    display.image_grid(pixels, [f"{n} → 9\n87%" for n in range(10)], alt="x")
    assert len(images(shown[0])) == 10
    assert texts(shown[0]).count("87%") == 10
    assert all("pixelated" in image.get("style") for image in images(shown[0]))


@pytest.mark.parametrize(
    ("shape", "signed"), [((3, 5, 7), False), ((3, 5, 7), True), ((2, 4, 4, 3), False)]
)
def test_image_grid_takes_grey_coloured_and_signed_images(shown, shape, signed):
    display.image_grid(np.random.default_rng(0).normal(size=shape), alt="x", signed=signed)
    assert len(images(shown[0])) == shape[0]


def test_image_grid_draws_one_constant_image(shown):
    display.image_grid(np.zeros((1, 4, 4)), alt="x")
    display.image_grid(np.zeros((1, 4, 4)), alt="x", signed=True)
    assert len(images(shown[0])) == len(images(shown[1])) == 1


@pytest.mark.parametrize(
    ("shape", "titles", "signed", "message"),
    [
        ((28, 28), None, False, r"got \(28, 28\)"),
        ((0, 28, 28), None, False, r"got \(0, 28, 28\)"),
        ((1, 28, 28, 4), None, False, r"got \(1, 28, 28, 4\)"),
        ((1, 28, 28, 3), None, True, r"got \(1, 28, 28, 3\)"),
        ((2, 28, 28), ["one"], False, "titles must be one an image, got 1 for 2"),
    ],
)
def test_image_grid_refuses_other_shapes(shape, titles, signed, message):
    with pytest.raises(ValueError, match=message):
        display.image_grid(np.zeros(shape), titles, alt="x", signed=signed)


def test_image_grid_refuses_to_draw_in_no_column():
    with pytest.raises(ValueError, match="columns must be at least 1, got 0"):
        display.image_grid(np.zeros((2, 4, 4)), alt="x", columns=0)


def test_curves_draw_a_panel_for_each_quantity(shown):
    runs = np.arange(12.0).reshape(3, 4)
    panels = {"loss": {"training": runs, "validation": runs[0]}, "accuracy": {"training": runs[1]}}
    display.curves(range(1, 5), panels, x_label="epoch", alt="x")
    found = texts(shown[0])
    assert {"loss", "accuracy", "epoch", "1", "4"} <= set(found)
    assert found.count("training") == found.count("validation") == 1
    assert "1.5" not in found[: found.index("epoch")]  # there is no epoch and a half


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ({}, "panels must name 1 to 6 series, got 0"),
        ({"loss": {"training": [1, 2]}}, r"loss of training must have 3 steps, got shape \(2,\)"),
        ({"loss": {str(n): [1, 2, 3] for n in range(7)}}, "got 7"),
    ],
)
def test_curves_refuse_series_that_do_not_fit(panels, message):
    with pytest.raises(ValueError, match=message):
        display.curves([1, 2, 3], panels, x_label="epoch", alt="x")


@pytest.mark.parametrize("container", [list, np.array])
def test_intervals_write_names_estimates_and_reference(shown, container):
    display.intervals(
        ["before", "after"],
        [0.99, 0.995],
        [0.98, 0.994],
        [1.0, 0.996],
        points=container([[0.985, 0.995], [0.994, 0.996]]),
        reference=("bar", 0.995),
        spec=".2%",
        x_label="accuracy",
        alt="x",
    )
    assert {"before", "after", "99.00%", "99.50%", "bar", "accuracy", "99%"} <= set(texts(shown[0]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [], [], []), "equally long"),
        ((["a"], [1, 2], [0], [3]), r"equally long, got \[1, 2, 1, 1, 1\]"),
        ((["a"], [5], [0], [3]), "estimates must lie between low and high"),
        ((["a"], [float("nan")], [0], [3]), "estimates must lie"),
    ],
)
def test_intervals_refuse_what_is_no_interval(arguments, message):
    with pytest.raises(ValueError, match=message):
        display.intervals(*arguments, x_label="x", alt="x")


def test_architecture_writes_shapes_parameters_and_their_sum(shown):
    display.architecture(LAYERS, alt="x")
    found = set(texts(shown[0]))
    assert {"conv", "Conv2D", "26 × 26 × 32", "576", "320", "5,770", "6,090", "–"} <= found


def test_architecture_draws_a_network_without_parameters(shown):
    display.architecture(LAYERS[:1], alt="x")
    assert "28 × 28 × 1" in texts(shown[0])


def test_architecture_is_to_scale(shown):
    display.architecture(LAYERS, alt="x")
    fronts = [
        np.array(re.findall(r"[ML] ([\d.]+) ([\d.]+)", path), dtype=float)
        for path in re.findall(r'd="([^"]+)" [^>]*opacity: 0.75', shown[0].content)
    ]
    size = [np.ptp(corners, axis=0) for corners in fronts if len(corners) > 2]
    assert size[0][1] / size[1][1] == pytest.approx(28 / 26, rel=0.02)  # heights
    assert size[2][0] / size[1][0] == pytest.approx(576 / 32, rel=0.02)  # lengths


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "layers must hold a layer, got none"),
        ([Layer("x", "X", (2, 3), 0)], r"shape of x must have 1 or 3 axes, got \(2, 3\)"),
    ],
)
def test_architecture_refuses_what_it_cannot_draw(layers, message):
    with pytest.raises(ValueError, match=message):
        display.architecture(layers, alt="x")


def test_every_figure_fits_a_page_and_needs_no_fixed_colour_of_text(shown):
    rng = np.random.default_rng(0)
    display.architecture(LAYERS, alt="x")
    display.confusion(np.eye(10, dtype=int), list("0123456789"), alt="x")
    display.image_grid(rng.random((16, 28, 28)) > 0.9, ["a"] * 16, alt="x")
    display.reliability({"a": metrics.reliability_curve([0], [[1.0]])}, alt="x")
    display.curves([1, 2], {"loss": {"a": [1, 2]}}, x_label="epoch", alt="x")
    display.intervals(["a"], [1], [0], [2], x_label="x", alt="x")
    for output in shown:
        width = int(re.search(r"max-width: (\d+)px", output.content)[1])
        assert 300 <= width <= 720
        assert len(output.content) < 60_000
        assert not re.search("#0{6}|#f{6}", output.content)
