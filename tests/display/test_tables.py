"""Tables as HTML and as text."""

import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from companion.display import table


class Reader(HTMLParser):
    """Collects (tag, attributes, text) of the cells and checks that tags are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.cells = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag in ("th", "td", "caption"):
            self.cells.append((tag, dict(attrs), ""))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("th", "td", "caption"):
            tag, attrs, text = self.cells[-1]
            self.cells[-1] = (tag, attrs, text + data)


def test_a_table_has_scopes_a_caption_and_numbers_on_the_right(shown):
    table([["a", 1234], ["b", 5]], ["name", "count"], caption="Two <rows>")
    cells = Reader(shown[0].content).cells
    assert shown[0].mime == "text/html"
    assert 'class="companion-table"' in shown[0].content
    assert cells == [
        ("caption", {}, "Two <rows>"),
        ("th", {"scope": "col"}, "name"),
        ("th", {"scope": "col", "class": "number"}, "count"),
        ("th", {"scope": "row"}, "a"),
        ("td", {"class": "number"}, "1,234"),
        ("th", {"scope": "row"}, "b"),
        ("td", {"class": "number"}, "5"),
    ]


@pytest.mark.parametrize(
    ("cell", "spec", "text"),
    [
        (None, None, "–"),
        (None, ".2%", "–"),
        (True, None, "yes"),
        (np.bool_(False), None, "no"),
        (93322, None, "93,322"),
        (np.int64(60000), None, "60,000"),
        (0.99123, None, "0.9912"),
        (np.float32(0.5), ".1%", "50.0%"),
        (float("nan"), None, "nan"),
        ("<b>&", None, "&lt;b&gt;&amp;"),
    ],
)
def test_cells_are_formatted(shown, cell, spec, text):
    table([["x", cell]], ["name", "value"], formats={"value": spec} if spec else None)
    assert f">{text}</td>" in shown[0].content


def test_a_column_with_a_gap_is_still_numeric_and_one_with_text_is_not(shown):
    table([["a", 1, 1], ["b", None, "?"]], ["name", "gap", "mixed"])
    assert shown[0].content.count('class="number"') == 3


def test_the_plain_text_is_aligned(shown):
    table([["one", 1.5], ["three", 12345]], ["name", "value"], caption="Numbers")
    assert shown[0].plain == (
        "Numbers\n\nname    value\n─────  ──────\none       1.5\nthree  12,345"
    )


def test_a_table_without_rows_still_shows_its_columns(shown):
    table([], ["a", "b"])
    assert shown[0].plain == "a  b\n─  ─"
    assert len(Reader(shown[0].content).cells) == 2


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"rows\[1\] must have 2 cells, got 1"):
        table([["a", 1], ["b"]], ["name", "value"])


def test_a_table_without_columns_is_refused():
    with pytest.raises(ValueError, match="columns must not be empty"):
        table([], [])


def test_a_format_of_no_column_is_refused():
    with pytest.raises(ValueError, match=r"formats must name columns, got \['x'\]"):
        table([], ["name"], formats={"x": ".2f"})


def test_outside_a_notebook_the_plain_text_is_printed():
    program = "from companion import display; display.table([['a', 1]], ['name', 'n'])"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout == "name  n\n────  ─\na     1\n"
