"""The graph of words: which words are drawn, and what is refused."""

import re
import xml.etree.ElementTree as ET

import pytest

from companion.display import word_graph
from companion.display.theme import BLUE
from companion.display.words import _lanes

SVG = "{http://www.w3.org/2000/svg}"
GRAPH = [[(1, -3.0), (2, -4.25)], [(2, -5.0)], [(3, -1.5)]]


def test_each_word_is_a_bar_with_its_number_and_the_chosen_ones_are_strong(shown):
    word_graph("中国人", GRAPH, ["中国", "人"], alt="x")
    svg = re.search(r"<svg.*</svg>", shown[0].content, re.DOTALL)[0]
    texts = [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]
    assert {"中", "国", "人", "−3.0", "−4.2", "−5.0", "−1.5"} == set(texts)
    assert svg.lower().count(f"stroke: {BLUE.lower()}") == 2
    assert svg.lower().count("stroke: currentcolor") == 2


def test_words_that_overlap_stand_in_different_rows():
    edges = [(0, 1, 0.0), (0, 2, 0.0), (1, 2, 0.0), (1, 3, 0.0), (2, 3, 0.0), (0, 3, 0.0)]
    assert [[edge[:2] for edge in lane] for lane in _lanes(edges)] == [
        [(0, 1), (1, 2), (2, 3)],
        [(0, 2)],
        [(1, 3)],
        [(0, 3)],
    ]


@pytest.mark.parametrize(
    ("text", "graph", "best"),
    [("", [], []), ("中国", GRAPH, ["中国"]), ("中国人", GRAPH, ["中国"])],
)
def test_what_does_not_fit_is_refused(shown, text, graph, best):
    with pytest.raises(ValueError, match="graph and best must fit the text"):
        word_graph(text, graph, best, alt="x")
