"""Coloured cells: what is written in them, and what is refused."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from companion.display.heat import heat_map
from companion.display.theme import BLUE, VERMILLION

SVG = "{http://www.w3.org/2000/svg}"


def texts(output):
    svg = re.search(r"<svg.*</svg>", output.content, re.DOTALL)[0]
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_heat_map_writes_names_and_values(shown):
    heat_map([[1, -2.5], [0, 3]], ["a", "b"], ["5", "10"], x_label="layers", alt="x")
    assert {"a", "b", "5", "10", "layers", "1.00", "−2.50", "0.00", "3.00"} <= set(texts(shown[0]))


def test_heat_map_writes_given_texts(shown):
    heat_map([[1.0, -2.0]], ["a"], ["b", "c"], texts=[["1e+07", "2e-13"]], alt="x")
    assert {"1e+07", "2e−13"} <= set(texts(shown[0]))


def test_the_colour_shows_the_sign_and_its_strength_the_size(shown):
    heat_map([[-4.0, 2.0, 0.0]], ["a"], ["b", "c", "d"], alt="x")
    cells = re.findall(r"fill: (#\w{6}); opacity: ([\d.]+)", shown[0].content.lower())
    assert cells[0] == (BLUE.lower(), "0.6")
    assert cells[1] == (VERMILLION.lower(), "0.3")
    assert len(cells) == 2  # zero has the page's own colour


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, -np.inf])
def test_heat_map_draws_one_cell_of_any_number(shown, value):
    heat_map([[value]], ["a"], ["b"], alt="x")
    assert f"{value:.2f}".replace("-", "−") in texts(shown[0])


@pytest.mark.parametrize(
    ("values", "texts", "message"),
    [
        ([[1, 2]], None, r"values must have shape \(1, 1\) as the names have, got \(1, 2\)"),
        ([[1]], [["a", "b"]], r"texts must have shape \(1, 1\), got rows of \[2\]"),
        ([[1]], [["a"], ["b"]], r"texts must have shape \(1, 1\), got rows of \[1, 1\]"),
    ],
)
def test_heat_map_refuses_what_does_not_fit(values, texts, message):
    with pytest.raises(ValueError, match=message):
        heat_map(values, ["a"], ["b"], texts=texts, alt="x")


def test_heat_map_refuses_to_draw_nothing():
    with pytest.raises(ValueError, match=r"got \(0, 1\)"):
        heat_map(np.zeros((0, 1)), [], ["b"], alt="x")
