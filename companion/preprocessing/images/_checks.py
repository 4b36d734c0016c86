"""Checks of arguments that the functions of images share."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_images(images: ArrayLike) -> NDArray[Any]:
    """Return images as an array, or say what is wrong.

    Parameters
    ----------
    images
        ``(height, width)``, ``(height, width, channels)`` or ``(…, height, width, channels)``, of
        bytes or floats.

    Returns
    -------
    numpy.ndarray
        The same numbers; an image has one pixel at least, a batch may be empty.

    Raises
    ------
    ValueError
        If the dtype or the number of axes is another, or an image has no pixels or no channels.
    """
    array = np.asarray(images)
    if array.dtype != np.uint8 and array.dtype.kind != "f":
        raise ValueError(f"images must be uint8 or floats, got {array.dtype}")
    if array.ndim < 2:
        raise ValueError(
            "images must have shape (height, width) or (…, height, width, channels), "
            f"got {array.shape}"
        )
    if 0 in array.shape[-3:]:
        raise ValueError(f"images must have at least one pixel, got shape {array.shape}")
    return array


def as_batch(images: ArrayLike) -> NDArray[Any]:
    """Return images of shape ``(batch, height, width, channels)``, or say what is wrong.

    Parameters
    ----------
    images
        Of bytes or floats.

    Returns
    -------
    numpy.ndarray
        The same numbers.

    Raises
    ------
    ValueError
        If the shape or the dtype is another, or an image has no pixels or no channels.
    """
    array = as_images(images)
    if array.ndim != 4:
        raise ValueError(
            f"images must have shape (batch, height, width, channels), got {array.shape}"
        )
    return array


def as_size(size: Sequence[int]) -> tuple[int, int]:
    """Return a height and a width in pixels, or say what is wrong.

    Parameters
    ----------
    size
        Two whole numbers of at least 1.

    Returns
    -------
    tuple of int
        Height and width.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if np.shape(size) != (2,) or not all(isinstance(n, Integral) and n >= 1 for n in size):
        raise ValueError(f"size must be (height, width) in pixels, each at least 1, got {size}")
    return int(size[0]), int(size[1])


def as_fill(fill: ArrayLike, images: NDArray[Any]) -> NDArray[Any]:
    """Return the value of new pixels in the dtype of the images, or say what is wrong.

    Parameters
    ----------
    fill
        A number, or one a channel.
    images
        ``(…, height, width, channels)``.

    Returns
    -------
    numpy.ndarray
        ``()`` or ``(channels,)``.

    Raises
    ------
    ValueError
        If the channels do not fit, or it is no byte where the images are bytes.
    """
    values = np.asarray(fill, dtype=float)
    if values.shape not in ((), images.shape[-1:]):
        raise ValueError(f"fill must be a number or one a channel, got shape {values.shape}")
    if images.dtype == np.uint8 and not np.all((values >= 0) & (values <= 255)):
        raise ValueError(f"fill must be from 0 to 255 for bytes, got {values.tolist()}")
    return like(values, images.dtype)


def plane(images: NDArray[Any]) -> tuple[int, int]:
    """Return the numbers of the axes that hold the rows and the columns.

    Parameters
    ----------
    images
        What `as_images` returned.

    Returns
    -------
    tuple of int
        The axis of the rows and that of the columns.
    """
    return (0, 1) if images.ndim == 2 else (images.ndim - 3, images.ndim - 2)


def like(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return values in the dtype of the images that they came from, bytes rounded and clipped.

    Parameters
    ----------
    values
        Floats.
    dtype
        uint8 or floats.

    Returns
    -------
    numpy.ndarray
        A half is rounded up.
    """
    if dtype == np.uint8:
        values = np.floor(np.clip(values, 0, 255) + 0.5)
    return values.astype(dtype, copy=False)
