"""One style of figure for light and dark pages, readable by the colour-blind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from cycler import cycler

# After Okabe and Ito, "Color Universal Design" (2008), moved so that each colour has a contrast of
# at least 3:1 with the book's light page (#fdfdfc) and its dark one (#15191e), and any two stay at
# least 17 apart in CIELAB for the three kinds of dichromat (Machado et al. 2009, severity 1).
BLUE, VERMILLION, GREEN, PINK, SKY, OLIVE = (
    "#1070BC",
    "#C7540D",
    "#009965",
    "#DD62A2",
    "#3890F9",
    "#6E984A",
)
COLORS = (BLUE, VERMILLION, GREEN, PINK, SKY, OLIVE)
# Colour is never the only cue.
LINES = (
    "-",
    (0, (5, 2)),
    (0, (1, 1.5)),
    (0, (7, 2, 1, 2)),
    (0, (4, 1.5, 1, 1.5, 1, 1.5)),
    (0, (9, 3)),
)
MARKERS = ("o", "s", "^", "D", "v", "P")
# `show` turns black into the colour of the page's text and white into the page's background.
INK, PAPER = "black", "white"

_POINTS = 72 / 96  # of a CSS pixel
_SETTINGS: dict[Any, Any] = {
    "font.size": 13 * _POINTS,
    "axes.labelsize": 13 * _POINTS,
    "axes.titlesize": 13 * _POINTS,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "xtick.labelsize": 12 * _POINTS,
    "ytick.labelsize": 12 * _POINTS,
    "legend.fontsize": 13 * _POINTS,
    "legend.frameon": False,
    "figure.figsize": (480 / 96, 300 / 96),
    "figure.dpi": 96,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.linewidth": 1 * _POINTS,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=LINES),
    "grid.color": INK,
    "grid.alpha": 0.15,
    "grid.linewidth": 1 * _POINTS,
    "xtick.major.width": 1 * _POINTS,
    "ytick.major.width": 1 * _POINTS,
    "lines.linewidth": 2 * _POINTS,
    "lines.markersize": 7 * _POINTS,
    "lines.markeredgecolor": PAPER,
    "lines.markeredgewidth": 1 * _POINTS,
    "image.interpolation": "none",
    "image.composite_image": False,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw what is drawn inside ``with style():`` in the book's style, at 96 pixels an inch.

    Black becomes the colour of the page's text and white the page's background when the figure
    is shown: take other colours from `COLORS`, which are readable on both.

    Yields
    ------
    None
    """
    with mpl.rc_context(_SETTINGS):
        yield
