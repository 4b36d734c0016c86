"""A table of numbers as coloured cells, negative ones blue and positive ones vermillion."""

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from companion.display.evaluation import DARKEST
from companion.display.svg import drawing
from companion.display.theme import BLUE, VERMILLION

_ROW = 26.0  # pixels


def heat_map(
    values: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    alt: str,
    x_label: str = "",
    texts: Sequence[Sequence[str]] | None = None,
    caption: str | None = None,
) -> None:
    """Draw each number as a cell whose colour shows its sign, and the strength its size.

    Parameters
    ----------
    values
        Shape ``(rows, columns)``; not a number leaves a cell without colour.
    rows, columns
        Names.
    alt, caption
        As in `companion.display.show`.
    x_label
        What the columns are.
    texts
        What to write into the cells, of the same shape; by default the values, with two decimals.

    Raises
    ------
    ValueError
        If values or texts do not fit the names, or there is no cell.
    """
    cells = np.asarray(values, dtype=float)
    shape = (len(rows), len(columns))
    if cells.shape != shape or not cells.size:
        raise ValueError(f"values must have shape {shape} as the names have, got {cells.shape}")
    if texts is not None and [len(row) for row in texts] != [shape[1]] * shape[0]:
        raise ValueError(f"texts must have shape {shape}, got rows of {[len(t) for t in texts]}")
    largest = np.nanmax(np.abs(cells), initial=0.0, where=np.isfinite(cells)) or 1.0
    height = _ROW * shape[0] + 34 + (22 if x_label else 0)
    with drawing(alt=alt, caption=caption, width=480, height=height) as figure:
        ax = figure.subplots()
        for (y, x), value in np.ndenumerate(cells):
            strength = DARKEST * min(abs(value) / largest, 1.0) if not np.isnan(value) else 0.0
            color = BLUE if value < 0 else VERMILLION
            corner = (x - 0.48, y - 0.46)
            ax.add_patch(Rectangle(corner, 0.96, 0.92, color=color, alpha=strength, linewidth=0))
            text = texts[y][x] if texts is not None else f"{value:.2f}"
            ax.text(x, y, text.replace("-", "−"), ha="center", va="center")
        ax.set(xlim=(-0.5, shape[1] - 0.5), ylim=(shape[0] - 0.5, -0.5), xlabel=x_label)
        ax.set_xticks(range(shape[1]), columns)
        ax.set_yticks(range(shape[0]), rows)
        ax.xaxis.set_ticks_position("top")
        ax.xaxis.set_label_position("top")
        ax.tick_params(length=0)
        ax.spines[["left", "bottom"]].set_visible(False)
        ax.grid(visible=False)
