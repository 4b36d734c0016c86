"""Figures as part of a page."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from companion.display import drawing, show, style
from companion.display.svg import figure_svg

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


def line_figure(ink="black"):
    with style():
        figure = Figure()
        ax = figure.subplots()
        ax.plot([1, 2, 3], [3, 1, 2], marker="o", label="a line", color=ink)
        ax.set(xlabel="epoch", ylabel="loss", title="A title")
        ax.legend()
    return figure


def test_show_makes_an_accessible_figure(shown):
    show(line_figure(), alt='Loss < 1 & "falling"', caption="A <caption>")
    html = shown[0].content
    assert html.startswith('<figure class="companion-figure"')
    assert html.endswith("</svg>\n<figcaption>A &lt;caption&gt;</figcaption>\n</figure>")
    svg = ET.fromstring(re.search(r"<svg.*</svg>", html, re.DOTALL)[0])
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == 'Loss < 1 & "falling"'
    assert svg.get("viewBox") == "0 0 360 225"
    assert "max-width: 480px" in svg.get("style")
    assert shown[0].plain == 'Loss < 1 & "falling"'


def test_without_caption_there_is_no_figcaption(shown):
    show(line_figure(), alt="x")
    assert "figcaption" not in shown[0].content


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_figure_without_alternative_text_is_refused(shown, alt):
    with pytest.raises(ValueError, match="alt must say what the figure shows"):
        show(line_figure(), alt=alt)
    with pytest.raises(ValueError, match="alt"), drawing(alt=alt):
        pytest.fail("must not be reached")
    assert not shown


def test_black_follows_the_page_and_nothing_else_is_fixed_to_one_mode():
    svg = figure_svg(line_figure(), "x")
    assert "#000000" not in svg
    assert "#ffffff" not in svg
    assert "stroke: currentColor" in svg
    assert "var(--pst-color-background" in svg  # the rims of the markers
    root = ET.fromstring(svg)
    assert root.get("fill") == "currentColor"  # text, whose black matplotlib leaves out
    for text in root.iter(f"{SVG}text"):
        assert "fill" not in text.get("style")


def test_a_figure_of_plain_matplotlib_follows_the_page_as_well():
    figure, ax = plt.subplots()
    ax.plot([1, 2], label="x")
    ax.legend()
    svg = figure_svg(figure, "x")
    plt.close(figure)
    assert not re.search("#0{6}|#f{6}", svg)


def test_the_text_is_text_in_the_page_s_font():
    texts = {t.text for t in ET.fromstring(figure_svg(line_figure(), "x")).iter(f"{SVG}text")}
    assert {"epoch", "loss", "A title", "a line", "1.0"} <= texts
    assert "font-family" not in figure_svg(line_figure(), "x")


def test_the_same_figure_gives_the_same_bytes():
    assert figure_svg(line_figure(), "x") == figure_svg(line_figure(), "x")


def test_no_rule_date_or_version_reaches_the_page():
    svg = figure_svg(line_figure(), "x")
    assert "<style" not in svg
    assert "<metadata" not in svg
    assert mpl.__version__ not in svg


def test_identifiers_are_used_unique_and_not_shared_between_figures():
    seen = set()
    for alt, ink in (("x", "black"), ("y", "black"), ("x", "red")):
        root = ET.fromstring(figure_svg(line_figure(ink), alt))
        ids = [e.get("id") for e in root.iter() if e.get("id")]
        text = ET.tostring(root, encoding="unicode")
        references = set(re.findall(r"url\(#([^)]+)\)", text))
        references |= {e.get(HREF)[1:] for e in root.iter(f"{SVG}use")}
        assert len(ids) == len(set(ids)) > 0
        assert references == set(ids)
        assert not seen & set(ids)
        seen |= set(ids)


def test_a_simple_chart_is_small():
    assert len(figure_svg(line_figure(), "x")) < 12_000


def test_coordinates_are_rounded_but_right():
    figure = Figure(figsize=(1, 1))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set(xlim=(0, 72), ylim=(72, 0))
    ax.plot([1.23456, 50], [2.5, 60.987654])
    assert 'd="M 1.23 2.5 L 50 60.99 "' in figure_svg(figure, "x")


def test_pixels_are_embedded_as_they_are():
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    with style():
        figure = Figure()
        figure.subplots().imshow(pixels, cmap="gray", vmin=0, vmax=255)
    (image,) = ET.fromstring(figure_svg(figure, "x")).iter(f"{SVG}image")
    kind, data = image.get(HREF).split(",", 1)
    assert kind == "data:image/png;base64"
    embedded = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("L"))
    difference = embedded.astype(int) - pixels
    assert np.abs(difference).max() <= 1  # one of 256 grey levels: nothing was resampled
    assert "pixelated" in image.get("style")


def test_show_closes_a_figure_of_pyplot(shown):
    figure, _ = plt.subplots()
    assert plt.fignum_exists(figure.number)
    show(figure, alt="x")
    assert not plt.get_fignums()


def test_drawing_shows_at_the_end_of_the_block_in_its_size(shown):
    with drawing(alt="x", width=720, height=96) as figure:
        figure.subplots().plot([1, 2])
        assert not shown
    assert 'viewBox="0 0 540 72"' in shown[0].content
    assert "max-width: 720px" in shown[0].content


def test_a_drawing_that_fails_shows_nothing(shown):
    with pytest.raises(ZeroDivisionError), drawing(alt="x"):
        raise ZeroDivisionError
    assert not shown
