"""The words that a text may be cut into, below the characters that they cover."""

import warnings
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from matplotlib.patches import FancyBboxPatch

from companion.display.svg import drawing
from companion.display.theme import BLUE, INK

_CHARACTER = 46.0  # pixels from one character to the next
_LANE = 27.0  # pixels from one row of words to the next
_TOP = 30.0  # room for the characters

Edge = tuple[int, int, float]


def word_graph(
    text: str,
    graph: Sequence[Sequence[tuple[int, float]]],
    best: Sequence[str],
    *,
    alt: str,
    caption: str | None = None,
) -> None:
    """Draw the words that a text may be cut into as bars, and the chosen ones strong.

    Parameters
    ----------
    text
        A sentence of a few characters; 10 fit a phone.
    graph
        For each character, where the words from it on end, and a number for each word.
    best
        The words that were chosen; joined they are the text.
    alt, caption
        As in `companion.display.show`.

    Raises
    ------
    ValueError
        If the graph or the chosen words do not fit the text.
    """
    if not text or len(graph) != len(text) or "".join(best) != text:
        raise ValueError(
            f"graph and best must fit the text of {len(text)} characters, got "
            f"{len(graph)} characters and the words {'/'.join(best)}"
        )
    chosen = set(pairwise(accumulate(map(len, best), initial=0)))
    lanes = _lanes((start, end, value) for start, ends in enumerate(graph) for end, value in ends)
    width, height = _CHARACTER * len(text), _TOP + _LANE * len(lanes)
    with (
        warnings.catch_warnings(action="ignore", category=UserWarning),  # fonts without the glyphs
        drawing(alt=alt, caption=caption, width=width, height=height) as figure,
    ):
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, width), ylim=(height, 0))
        ax.set_axis_off()
        for place, character in enumerate(text):
            ax.text((place + 0.5) * _CHARACTER, 20, character, ha="center", size=15)
        for lane, edges in enumerate(lanes):
            for start, end, value in edges:
                strong = (start, end) in chosen
                left, right = start * _CHARACTER + 4, end * _CHARACTER - 4
                top = _TOP + lane * _LANE + 3
                color = BLUE if strong else INK
                ax.add_patch(
                    FancyBboxPatch(
                        (left, top),
                        right - left,
                        _LANE - 7,
                        boxstyle="round,pad=0,rounding_size=4",
                        facecolor=(color, 0.3) if strong else "none",
                        edgecolor=color,
                        linewidth=1.8 if strong else 0.7,
                    )
                )
                ax.text(
                    (left + right) / 2,
                    top + _LANE / 2 - 4,
                    f"{value:.1f}".replace("-", "−"),
                    ha="center",
                    va="center",
                    weight="bold" if strong else "normal",
                )


def _lanes(edges: Iterable[Edge]) -> list[list[Edge]]:
    """Spread words over rows, the short ones first, so that none covers another."""
    lanes: list[list[Edge]] = []
    for edge in sorted(edges, key=lambda edge: (edge[1] - edge[0], edge[0])):
        start, end, _ = edge
        for lane in lanes:
            if all(end <= other[0] or other[1] <= start for other in lane):
                lane.append(edge)
                break
        else:
            lanes.append([edge])
    return lanes
