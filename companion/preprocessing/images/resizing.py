"""Images of another size: nearest pixel, bilinear, area; with or without antialiasing.

Along an axis of ``old`` pixels, pixel j covers [j, j + 1] and its centre lies at j + ½. The new
pixel i covers the old ones from i s to (i + 1) s with s = old / new. This is the convention of
Pillow, of torchvision and of PyTorch's ``align_corners=False``.
"""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.images._checks import as_images, as_size, plane

Method: TypeAlias = Literal["nearest", "nearest-exact", "bilinear", "area", "box"]

_POINT = 22  # bits after the point in Pillow's arithmetic


def resize(
    images: ArrayLike,
    size: Sequence[int],
    method: Method = "bilinear",
    antialias: bool = True,
) -> NDArray[Any]:
    r"""Give images another height and width; their values keep their range.

    Each axis is resampled on its own, by weights that sum to 1:

    .. math:: y_i = \sum_j w_{ij} x_j

    with c = (i + ½) s, the centre of the new pixel, and s = old / new:

    - ``nearest``: the pixel at ⌊i s⌋, as PyTorch's "nearest". Its grid lies half a new pixel too
      far up and to the left.
    - ``nearest-exact``: the pixel that covers c, as Pillow's; on a border, the later one.
    - ``bilinear``: :math:`w_{ij} \propto \max(0, 1 - \lvert j + \frac12 - c \rvert / r)`. With
      antialiasing r is the larger of s and 1, so that a smaller image sees every pixel of the old
      one; without, r is 1.
    - ``area``: the mean of all pixels that the new one touches, as PyTorch's.
    - ``box``: the mean of all pixels whose centre lies within s / 2 of c, as Pillow's. Where s is
      a whole number, it is the same as ``area``.

    Bytes are computed as in Pillow 13: each axis rounded to bytes, the columns first, or the rows
    where the height shrinks by more than twice as many pixels as the width.

    Parameters
    ----------
    images
        ``(height, width)``, ``(height, width, channels)`` or ``(…, height, width, channels)``;
        uint8 or floats. What is not a number spreads to the new pixels whose window holds it.
    size
        The new height and width.
    method
        One of the above.
    antialias
        Of ``bilinear`` alone; it makes no difference where the image grows.

    Returns
    -------
    numpy.ndarray
        Images of the new size, of the same dtype.

    Raises
    ------
    ValueError
        If an image has no pixels, its dtype is another, or `size` or `method` is out of range.
    """
    resized = as_images(images)
    rows, columns = plane(resized)
    height, width = as_size(size)
    fewer_rows, fewer_columns = resized.shape[rows] - height, resized.shape[columns] - width
    passes = [(columns, width), (rows, height)]
    if fewer_rows > max(0, 2 * fewer_columns):
        passes.reverse()
    for axis, new in passes:
        index, weight = _taps(resized.shape[axis], new, method, antialias)
        resized = _resample(resized, axis, index, weight)
    return resized


def resize_shorter(images: ArrayLike, side: int, method: Method = "bilinear") -> NDArray[Any]:
    """Resize so that the shorter side has a given length, the other ⌊side · longer / shorter⌋.

    Parameters
    ----------
    images, method
        As in `resize`; antialiased.
    side
        The new length of the shorter side, in pixels.

    Returns
    -------
    numpy.ndarray
        Images of the same proportions, up to a pixel.

    Raises
    ------
    ValueError
        As in `resize`.
    """
    array = as_images(images)
    height, width = (array.shape[axis] for axis in plane(array))
    if not isinstance(side, Integral) or side < 1:
        raise ValueError(f"side must be a whole number of pixels, at least 1, got {side}")
    longer = int(side * max(height, width) / min(height, width))  # as torchvision computes it
    return resize(array, (side, longer) if height <= width else (longer, side), method)


def _taps(
    old: int, new: int, method: Method, antialias: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each new pixel the old pixels that it reads, and their weights; both (new, taps)."""
    i = np.arange(new)[:, None]
    if method == "nearest":
        return i * old // new, np.ones((new, 1))
    if method == "nearest-exact":
        return (2 * i + 1) * old // (2 * new), np.ones((new, 1))
    if method == "area":
        start, stop = i * old // new, -(-(i + 1) * old // new)
        index = start + np.arange((stop - start).max())
        weight = (index < stop).astype(float)
    elif method in ("bilinear", "box"):
        stretch = 1.0 if method == "bilinear" and not antialias else max(old / new, 1.0)
        reach = stretch if method == "bilinear" else stretch / 2
        centre = (i + 0.5) * (old / new)
        first = np.floor(centre - reach + 0.5).astype(np.int64)
        index = first + np.arange(int(np.ceil(2 * reach)) + 1)
        distance = (index - centre + 0.5) * (1 / stretch)
        if method == "bilinear":
            weight = np.maximum(0.0, 1 - np.abs(distance))
        else:
            weight = ((distance > -0.5) & (distance <= 0.5)).astype(float)
        weight[(index < 0) | (index >= old)] = 0.0
    else:
        raise ValueError(f"method must be one of {', '.join(get_args(Method))}, got {method!r}")
    # A tap without weight reads a pixel that is read anyway, lest it bring in one that is NaN.
    some = np.take_along_axis(index, weight.argmax(1)[:, None], 1)
    return np.where(weight > 0, index, some), weight / weight.sum(axis=1, keepdims=True)


def _resample(
    images: NDArray[Any], axis: int, index: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[Any]:
    if index.shape[1] == 1:
        return images.take(index[:, 0], axis)
    if images.dtype == np.uint8:  # whole numbers, 22 bits after the point, the half for rounding
        factors = np.floor(weight * 2**_POINT + 0.5).astype(np.int32)
        total: Any = np.int32(2 ** (_POINT - 1))
    else:
        exact = np.result_type(images, np.float32)  # half precision would not do for a sum
        factors, total = weight.astype(exact), exact.type(0)
    column = (-1,) + (1,) * (images.ndim - axis - 1)
    for tap in range(index.shape[1]):
        total = total + images.take(index[:, tap], axis) * factors[:, tap].reshape(column)
    if images.dtype == np.uint8:
        total = np.minimum(total >> _POINT, 255)
    return np.asarray(total.astype(images.dtype, copy=False))
