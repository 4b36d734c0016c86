"""The palette: contrast by WCAG 2.2, colour blindness by Machado et al. 2009."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest

from companion.display import COLORS, LINES, MARKERS, style
from companion.display.evaluation import DARKEST
from companion.display.theme import VERMILLION

LIGHT, DARK = "#fdfdfc", "#15191e"
TEXT = {LIGHT: "#23292f", DARK: "#d5dae0"}  # the text on its page; both as book.css has them
DICHROMATS = {  # Machado et al. 2009, severity 1
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def rgb(color):
    return np.array(mpl.colors.to_rgb(color))


def linear(values):
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(first, second):
    high, low = sorted((linear(first) @ XYZ[1], linear(second) @ XYZ[1]), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(color, sight):
    xyz = XYZ @ np.clip(DICHROMATS[sight] @ linear(rgb(color)), 0, 1) / XYZ.sum(axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def blend(color, page, alpha):
    return alpha * rgb(color) + (1 - alpha) * rgb(page)


def test_contrast_is_that_of_wcag():
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("page", [LIGHT, DARK])
@pytest.mark.parametrize("color", COLORS)
def test_every_colour_stands_out_on_light_and_dark_pages(color, page):
    assert contrast(rgb(color), rgb(page)) >= 3


@pytest.mark.parametrize("sight", DICHROMATS)
def test_no_two_colours_look_alike_to_anybody(sight):
    distances = [np.linalg.norm(lab(a, sight) - lab(b, sight)) for a, b in combinations(COLORS, 2)]
    assert min(distances) > 15


@pytest.mark.parametrize("page", [LIGHT, DARK])
def test_text_on_the_strongest_error_of_a_confusion_matrix_is_readable(page):
    cell = blend(VERMILLION, page, DARKEST)
    assert contrast(rgb(TEXT[page]), cell) >= 4.5


@pytest.mark.parametrize("page", [LIGHT, DARK])
def test_muted_text_on_the_diagonal_is_readable(page):
    cell = blend(TEXT[page], page, 0.1)
    text = 0.75 * rgb(TEXT[page]) + 0.25 * cell
    assert contrast(text, cell) >= 4.5


def test_colour_is_never_the_only_cue():
    assert len(set(COLORS)) == len(set(LINES)) == len(set(MARKERS)) == 6


def test_style_holds_inside_its_block_only():
    before = mpl.rcParams["axes.grid"]
    with style():
        assert mpl.rcParams["axes.grid"] is True
        assert mpl.rcParams["axes.prop_cycle"].by_key()["color"] == list(COLORS)
    assert mpl.rcParams["axes.grid"] is before
