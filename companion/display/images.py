"""A grid of small images with a line or two above each."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from companion.display.svg import drawing
from companion.display.theme import BLUE, INK, VERMILLION


def image_grid(
    images: ArrayLike,
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    caption: str | None = None,
    columns: int = 8,
    signed: bool = False,
) -> None:
    """Draw images in rows, each pixel crisp.

    Parameters
    ----------
    images
        Shape ``(images, height, width)`` in grey, from the smallest value of all (black) to the
        largest (white), or ``(images, height, width, 3)`` in colour.
    titles
        Text above each image, of equally many lines.
    alt, caption
        As in `companion.display.show`.
    columns
        Images in a row; 8 fit a phone.
    signed
        For weights: negative values blue, positive ones vermillion, zero the page's background.

    Raises
    ------
    ValueError
        If the shape is another, there are not as many titles as images, or no column.
    """
    array = np.asarray(images)
    grey = array.ndim == 3
    if array.size == 0 or not (grey or (array.ndim == 4 and array.shape[3] == 3 and not signed)):
        raise ValueError(
            "images must have shape (images, height, width) or, unless signed, "
            f"(images, height, width, 3), got {array.shape}"
        )
    if titles is not None and len(titles) != len(array):
        raise ValueError(f"titles must be one an image, got {len(titles)} for {len(array)}")
    if columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    pictures = _signed(array) if signed else _unit(array)
    columns = min(columns, len(array))
    rows = ceil(len(array) / columns)
    side = 52.0
    image_height = side * array.shape[1] / array.shape[2]
    text_height = 16.0 * (titles[0].count("\n") + 1) + 3 if titles else 0.0
    step_x, step_y = side + 8, image_height + text_height + 8
    with drawing(alt=alt, caption=caption, width=step_x * columns, height=step_y * rows) as figure:
        figure.set_layout_engine("none")
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        for place, picture in enumerate(pictures):
            x = place % columns * step_x + 4
            y = place // columns * step_y + text_height + 4
            ax.imshow(
                picture,
                cmap="gray",
                vmin=0,
                vmax=1,
                extent=(x, x + side, y + image_height, y),
                aspect="auto",
            )
            ax.add_patch(
                Rectangle(
                    (x, y), side, image_height, fill=False, edgecolor=INK, alpha=0.4, linewidth=0.75
                )
            )
            if titles:
                ax.text(x + side / 2, y - 3, titles[place], ha="center", va="bottom", size=9)
        ax.set(xlim=(0, step_x * columns), ylim=(step_y * rows, 0))


def _unit(array: NDArray[np.generic]) -> NDArray[np.float64]:
    values = array.astype(np.float64)
    low, high = values.min(), values.max()
    return np.asarray((values - low) / (high - low or 1))


def _signed(array: NDArray[np.generic]) -> NDArray[np.float64]:
    """Colour by sign and opacity by size, which is right on any background."""
    values = array.astype(np.float64)
    colors = np.where(values[..., None] < 0, to_rgb(BLUE), to_rgb(VERMILLION))
    opacity = np.abs(values) / (np.abs(values).max() or 1)
    return np.concatenate([colors, opacity[..., None]], axis=-1)
