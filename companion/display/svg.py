"""Show a matplotlib figure as SVG that belongs to the page: its text, colours and width."""

import hashlib
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

from companion.display.output import Output
from companion.display.theme import style

# The page's background: in the book, in JupyterLab, in VS Code; elsewhere the browser's own.
_PAPER = (
    "var(--pst-color-background, var(--jp-layout-color0, var(--vscode-editor-background, Canvas)))"
)
# From matplotlib's document to an element of a page.
_EDITS = (
    (r"\A.*?<svg[^>]*>\s*", ""),  # the root, written anew
    (r"<defs>\s*<style.*?</defs>\s*", ""),  # a rule for every element of the page
    (r"</svg>\s*\Z", ""),
    (r"font-family: [^;\"]*;? ?", ""),  # text in the page's font
    (r' transform="rotate\(-0 [^"]*"', ""),
    (r"#0{6}\b", "currentColor"),
    (r"#f{6}\b", _PAPER),
)
# A figure shrinks to this share of its width, where its text has 8.6 pixels, and then scrolls.
_SMALLEST = 0.66


@contextmanager
def drawing(
    *, alt: str, caption: str | None = None, width: float = 480, height: float = 300
) -> Iterator[Figure]:
    """Draw a figure in the book's style and show it at the end of the ``with`` block.

    Parameters
    ----------
    alt
        What the figure says, for those who cannot see it: one or two sentences.
    caption
        Text under the figure.
    width, height
        Size in CSS pixels; 480 fit a phone without scrolling, 720 a page.

    Yields
    ------
    matplotlib.figure.Figure
        Empty, with constrained layout: ``axes = figure.subplots()``.

    Raises
    ------
    ValueError
        If `alt` is empty.
    """
    _check_alt(alt)
    with style():
        figure = Figure(figsize=(width / 96, height / 96))
        yield figure
        show(figure, alt=alt, caption=caption)


def show(figure: Figure, *, alt: str, caption: str | None = None) -> None:
    """Show a matplotlib figure in light and in dark pages, and close it.

    Black turns into the colour of the page's text, white into the page's background.

    Parameters
    ----------
    figure
        Best drawn within `style` or `drawing`.
    alt
        What the figure says, for those who cannot see it: one or two sentences.
    caption
        Text under the figure.

    Raises
    ------
    ValueError
        If `alt` is empty.
    """
    _check_alt(alt)
    svg = figure_svg(figure, alt)
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)  # or a notebook shows it once more
    below = f"\n<figcaption>{escape(caption)}</figcaption>" if caption else ""
    html = (
        '<figure class="companion-figure" style="margin: 1em 0; overflow-x: auto">\n'
        f"{svg}{below}\n</figure>"
    )
    Output("text/html", html, alt).emit()


def figure_svg(figure: Figure, alt: str) -> str:
    """Return a figure as an ``<svg>`` element to be written into a page.

    The same figure and text give the same bytes. Identifiers begin with a digest of both, so
    that figures on one page do not take each other's clip paths.

    Parameters
    ----------
    figure
        A matplotlib figure; it stays as it is.
    alt
        The accessible name.

    Returns
    -------
    str
        The element, as wide as its container up to the figure's own width.
    """
    buffer = io.StringIO()
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "companion"}):
        figure.savefig(buffer, format="svg", transparent=True, metadata=metadata)
    body = buffer.getvalue()
    for pattern, replacement in _EDITS:
        body = re.sub(pattern, replacement, body, flags=re.DOTALL)
    body = re.sub(r'(?<= )(?:d|x|y)="[^"]*"', _shorten, body)
    used = set(re.findall(r"#([\w.]+)[\")]", body))
    body = re.sub(r' id="([^"]*)"', lambda id_: id_[0] if id_[1] in used else "", body)
    prefix = "f" + hashlib.sha256((alt + body).encode()).hexdigest()[:8]
    body = re.sub(r'( id="|href="#|url\(#)', rf"\1{prefix}-", body)
    width, height = figure.get_size_inches()
    return (
        f'<svg role="img" aria-label="{escape(alt)}" xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {72 * width:g} {72 * height:g}" '
        'fill="currentColor" stroke-linejoin="round" '
        f'style="width: 100%; max-width: {96 * width:.0f}px; '
        f'min-width: {_SMALLEST * 96 * width:.0f}px; height: auto">\n{body}</svg>'
    )


def _check_alt(alt: str) -> None:
    if not alt.strip():
        raise ValueError("alt must say what the figure shows, got an empty text")


def _shorten(attribute: re.Match[str]) -> str:
    """Round to a hundredth of a point and drop the line ends: half of the bytes."""
    text = re.sub(r"\d+\.\d+", lambda number: f"{round(float(number[0]), 2):g}", attribute[0])
    return re.sub(r"\s+", " ", text)
