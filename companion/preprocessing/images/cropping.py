"""A part of an image: from the middle, or from anywhere."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.images._checks import as_batch, as_images, as_size, plane


def center_crop(images: ArrayLike, size: Sequence[int]) -> NDArray[Any]:
    """Cut out the middle, as torchvision does: the margin above is half of both, rounded to even.

    Parameters
    ----------
    images
        ``(height, width)`` or ``(…, height, width, channels)``; uint8 or floats.
    size
        Height and width of the part, no larger than the image.

    Returns
    -------
    numpy.ndarray
        A view of the images.

    Raises
    ------
    ValueError
        If the part does not fit into the image.
    """
    array = as_images(images)
    axes, cut = plane(array), as_size(size)
    _must_fit(cut, tuple(array.shape[axis] for axis in axes))
    place = [slice(None)] * array.ndim
    for axis, length in zip(axes, cut, strict=True):
        start = round((array.shape[axis] - length) / 2)
        place[axis] = slice(start, start + length)
    return array[tuple(place)]


def random_crop(
    images: ArrayLike,
    size: Sequence[int],
    rng: np.random.Generator,
    padding: int = 0,
    mode: Literal["constant", "reflect"] = "constant",
) -> NDArray[Any]:
    """Cut a part out of each image, at a place drawn anew for each.

    Parameters
    ----------
    images
        ``(batch, height, width, channels)``; uint8 or floats.
    size
        Height and width of the part.
    rng
        Of the places; each is equally likely.
    padding
        Pixels added on each side before the cut; 4 is usual for images of 32 by 32 (He et al.
        2016, "Deep residual learning for image recognition", section 4.2).
    mode
        Pixels of 0, or those of the image mirrored at its outermost pixels.

    Returns
    -------
    numpy.ndarray
        ``(batch, *size, channels)``, of the same dtype.

    Raises
    ------
    ValueError
        If the part does not fit into the padded image, or an argument is out of its range.
    """
    if not isinstance(padding, Integral) or padding < 0:
        raise ValueError(f"padding must be a whole number of pixels, at least 0, got {padding}")
    if mode not in ("constant", "reflect"):
        raise ValueError(f"mode must be constant or reflect, got {mode!r}")
    margin = (padding, padding)
    padded = np.pad(as_batch(images), ((0, 0), margin, margin, (0, 0)), mode=mode)
    batch, height, width, _ = padded.shape
    cut = as_size(size)
    _must_fit(cut, (height, width))
    top = rng.integers(0, height - cut[0] + 1, batch)
    left = rng.integers(0, width - cut[1] + 1, batch)
    rows = top[:, None, None] + np.arange(cut[0])[:, None]  # (batch, height, 1)
    columns = left[:, None, None] + np.arange(cut[1])  # (batch, 1, width)
    return np.asarray(padded[np.arange(batch)[:, None, None], rows, columns])


def _must_fit(cut: tuple[int, int], whole: tuple[int, ...]) -> None:
    if cut[0] > whole[0] or cut[1] > whole[1]:
        raise ValueError(f"size must fit into the image, {whole}, got {cut}")
