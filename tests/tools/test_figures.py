import re

import pytest

from companion.display import drawing
from tools.figures import DARK, LIGHT, contrast, explicit, pictures, unreadable
from tools.pages import ROOT


def svg(body: str, root: str = 'fill="currentColor"') -> str:
    return (
        '<figure class="companion-figure">\n<svg role="img" aria-label="A line" '
        f'viewBox="0 0 100 50" {root}>\n{body}\n</svg></figure>'
    )


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [  # published by the WCAG and by WebAIM's checker
        ("#ffffff", "#000000", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_equals_published_ratios(a, b, ratio):
    assert contrast(explicit(a), explicit(b)) == pytest.approx(ratio, abs=0.005)
    assert contrast(explicit(b), explicit(a)) == contrast(explicit(a), explicit(b))


@pytest.mark.parametrize(
    "value", ["#f00", "#FF0000", "red", "rgb(255, 0, 0)", "rgb(100% 0% 0% / .5)"]
)
def test_colours_are_read_in_every_notation(value):
    assert explicit(value) == pytest.approx((1, 0, 0))


@pytest.mark.parametrize("value", ["none", "currentColor", "var(--x)", "url(#gradient)", ""])
def test_what_follows_the_page_is_no_explicit_colour(value):
    assert explicit(value) is None


@pytest.mark.parametrize(
    ("value", "hard"), [("black", True), ("#fff", True), ("#ff0", True), ("#808080", False)]
)
def test_a_colour_must_stand_out_on_both_pages(value, hard):
    assert unreadable(value) is hard


@pytest.mark.parametrize(
    "body",
    [
        '<text style="fill: #202020">a</text>',
        '<text fill="#202020">a</text>',
        '<g fill="#202020"><text>a</text></g>',
        '<g style="fill: #202020"><text><tspan>a</tspan></text></g>',
        '<path d="M 0 0 L 9 9" style="fill: none; stroke: #ffffff"/>',
        '<g stroke="#fff"><line x1="0" x2="9"/></g>',
        '<defs><path id="m" style="stroke: black"/></defs>',
        '<use href="#m" style="stroke: #000000; stroke-width: 0.8"/>',
        '<use href="#m" style="fill: yellow"/>',
        '<path d="M 0 50 L 100 50 L 100 0 L 0 0 z" style="fill: #ffffff"/>',
        '<rect width="100" height="50" fill="black"/>',
        '<rect width="100" height="50" fill="#15191e" fill-opacity="50%"/>',
        '<rect width="100" height="50" fill="white" style="fill-opacity: var(--x)"/>',
    ],
)
def test_what_a_mode_hides_is_found(body):
    (picture,) = pictures(svg(body))
    assert len(picture.faint) == 1


@pytest.mark.parametrize(
    "body",
    [
        "<text>a</text>",
        '<text style="fill: #1070BC">a</text>',
        '<g fill="#202020"><text fill="currentColor">a</text></g>',
        '<path d="M 0 0 L 9 9" style="fill: none; stroke: #C7540D"/>',
        '<path d="M 0 0 L 9 9" style="stroke: #fff; stroke-opacity: 0"/>',
        '<text style="fill: black; opacity: 0">a</text>',
        '<text style="fill: black; display: none">a</text>',
        '<text fill="black" display="none">a</text>',
        '<g style="display: none"><text fill="black" display="inline">a</text></g>',
        '<g opacity="0.0"><text fill="black">a</text></g>',
        '<text fill="black" fill-opacity="0%">a</text>',
        '<path d="M 0 50 L 100 50 L 100 0 z" fill="#ffffff" fill-opacity="30%"/>',
        '<path d="M 0 50 L 100 50 L 100 0 z" style="fill: #1070BC; stroke: none"/>',
        '<path d="M 0 50 L 100 50 L 100 0 z" style="fill: #ffffff; opacity: 0.1"/>',
        '<path d="M 0 5 L 5 5 L 5 0 z" style="fill: #ffffff"/>',
        '<path d="M 0 50 L 100 50 L 100 0 z" style="fill: var(--paper, Canvas)"/>',
        '<clipPath id="c"><rect width="100" height="50" fill="white"/></clipPath>',
        '<use href="#m" style="stroke: currentColor"/>',
        '<image width="100" height="50" href="data:image/png;base64,AAAA"/>',
    ],
)
def test_what_both_modes_show_is_passed(body):
    (picture,) = pictures(svg(body))
    assert picture.faint == set()


def test_text_without_a_colour_is_black():
    assert pictures(svg("<text>a</text>", root=""))[0].faint == {"text or markers in black"}


def test_glyphs_without_a_colour_are_black():
    assert pictures(svg('<use href="#g"/>', root=""))[0].faint == {"text or markers in black"}


def test_the_pages_have_the_colours_of_the_style_sheet():
    css = (ROOT / "book" / "_static" / "book.css").read_text("utf-8")
    assert re.findall(r"--pst-color-background: (#\w+);", css) == [LIGHT, DARK]


def test_alt_texts_are_read():
    html = '<img src="a"><img alt="B"><svg></svg><svg role="img" aria-label="D"></svg>'
    assert [picture.alt for picture in pictures(html)] == ["", "B", "", "D"]


def test_only_figures_of_display_count_as_such():
    (inside,) = pictures(svg(""))
    (outside,) = pictures('<div><svg role="img" aria-label="x"></svg></div>')
    assert (inside.from_display, outside.from_display) == (True, False)


@pytest.fixture
def shown(monkeypatch):
    """What companion.display shows, as HTML."""
    outputs = []
    monkeypatch.setattr("companion.display.output.display", lambda output: outputs.append(output))
    return lambda: outputs[-1].content


def test_a_figure_of_display_passes(shown):
    with drawing(alt="A bar and a line", caption="C") as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], marker="o", label="one")
        axes.bar([0, 1], [1, 2])
        axes.legend()
    (picture,) = pictures(shown())
    assert (picture.from_display, picture.alt, picture.faint) == (True, "A bar and a line", set())


@pytest.mark.parametrize("color", ["navy", "yellow"])
def test_a_figure_of_display_in_a_bad_colour_fails(shown, color):
    with drawing(alt="A line") as figure:
        figure.subplots().plot([0, 1], [0, 1], color=color)
    (picture,) = pictures(shown())
    assert [faint.split()[0] for faint in picture.faint] == ["lines"]


def test_white_text_fails_where_the_page_does_not_replace_it(shown):
    with drawing(alt="A word") as figure:
        figure.text(0.5, 0.5, "word", color="#eeeeee")
    (picture,) = pictures(shown())
    assert picture.faint == {"text or markers in #eeeeee"}
