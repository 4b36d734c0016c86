"""Brighter, flatter, greyer: changes of colour that leave the shapes alone."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.images._checks import as_batch, as_images, like

_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, 2.5.1


def adjust_brightness(images: ArrayLike, factor: ArrayLike) -> NDArray[Any]:
    """Return factor · x: 0 is black, 1 the image itself.

    Parameters
    ----------
    images
        ``(…, height, width, channels)``; uint8, or floats from 0 to 1. What leaves the range is
        clipped.
    factor
        At least 0: a number, or one an image of a batch.

    Returns
    -------
    numpy.ndarray
        Images of the same shape and dtype.
    """
    array = as_images(images)
    return _blend(array, np.zeros(1), factor)


def adjust_contrast(images: ArrayLike, factor: ArrayLike) -> NDArray[Any]:
    """Return m + factor · (x − m) with m the mean grey of the image: 0 is an even grey.

    Parameters
    ----------
    images
        ``(…, height, width, 3)``: red, green, blue; uint8, or floats from 0 to 1.
    factor
        At least 0: a number, or one an image of a batch.

    Returns
    -------
    numpy.ndarray
        Images of the same shape and dtype, clipped.
    """
    array = as_images(images)
    mean = _grey(array).mean(axis=(-3, -2), keepdims=True)
    return _blend(array, mean, factor)


def adjust_saturation(images: ArrayLike, factor: ArrayLike) -> NDArray[Any]:
    """Return g + factor · (x − g) with g the grey of each pixel: 0 is without colour.

    Parameters
    ----------
    images
        ``(…, height, width, 3)``: red, green, blue; uint8, or floats from 0 to 1.
    factor
        At least 0: a number, or one an image of a batch.

    Returns
    -------
    numpy.ndarray
        Images of the same shape and dtype, clipped.
    """
    array = as_images(images)
    return _blend(array, _grey(array), factor)


def color_jitter(
    images: ArrayLike,
    rng: np.random.Generator,
    brightness: float = 0.0,
    contrast: float = 0.0,
    saturation: float = 0.0,
) -> NDArray[Any]:
    """Change brightness, contrast and saturation, in this order, by factors drawn for each image.

    Parameters
    ----------
    images
        ``(batch, height, width, 3)``; uint8, or floats from 0 to 1.
    rng
        Of the factors, each uniform from 1 − amount (at least 0) to 1 + amount.
    brightness, contrast, saturation
        The amounts.

    Returns
    -------
    numpy.ndarray
        Images of the same shape and dtype.

    Raises
    ------
    ValueError
        If an amount is negative, or the images are no batch of three channels.
    """
    array = as_batch(images)
    changes = {
        "brightness": (adjust_brightness, brightness),
        "contrast": (adjust_contrast, contrast),
        "saturation": (adjust_saturation, saturation),
    }
    for name, (change, amount) in changes.items():
        if not 0 <= amount < np.inf:
            raise ValueError(f"{name} must be at least 0 and finite, got {amount}")
        if amount:
            array = change(array, rng.uniform(max(0.0, 1 - amount), 1 + amount, len(array)))
    return array


def _grey(images: NDArray[Any]) -> NDArray[np.float64]:
    if images.ndim < 3 or images.shape[-1] != 3:
        raise ValueError(f"images must have shape (…, height, width, 3), got {images.shape}")
    return np.asarray((images @ _LUMA)[..., None])


def _blend(images: NDArray[Any], other: NDArray[Any], factor: ArrayLike) -> NDArray[Any]:
    share = np.asarray(factor, dtype=float)
    if images.ndim < 3:
        raise ValueError(f"images must have shape (…, height, width, channels), got {images.shape}")
    if share.shape not in ((), images.shape[:-3]):
        raise ValueError(f"factor must be one, or one an image, got shape {share.shape}")
    if not np.all((share >= 0) & (share < np.inf)):
        raise ValueError(f"factor must be at least 0 and finite, got {share.tolist()}")
    share = share[..., None, None, None]
    mixed = other + share * (images - other)
    return like(np.clip(mixed, 0, 255 if images.dtype == np.uint8 else 1), images.dtype)
