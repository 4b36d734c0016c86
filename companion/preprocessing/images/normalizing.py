"""Pixel values on another scale, each channel on its own; the size of the image stays."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.images._checks import as_images


def to_unit(images: ArrayLike) -> NDArray[Any]:
    """Map bytes from 0 to 255 to floats from 0 to 1; floats stay as they are.

    Parameters
    ----------
    images
        Of any shape with a height and a width; uint8 or floats.

    Returns
    -------
    numpy.ndarray
        float32 for bytes.
    """
    array = as_images(images)
    return array / np.float32(255) if array.dtype == np.uint8 else array


def channel_statistics(images: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean and the standard deviation of each channel over all pixels of all images.

    Parameters
    ----------
    images
        ``(…, height, width, channels)``; bytes count from 0 to 1, as in `normalize`. Measure the
        training images alone.

    Returns
    -------
    tuple of numpy.ndarray
        Mean and standard deviation, each ``(channels,)``, in double precision.

    Raises
    ------
    ValueError
        If there is no image, or no axis of channels.
    """
    array = as_images(images)
    if array.ndim < 3 or array.size == 0:
        raise ValueError(f"images must be (…, height, width, channels), got {array.shape}")
    unit = 255.0 if array.dtype == np.uint8 else 1.0
    pixels = array.reshape(-1, array.shape[-1])
    return pixels.mean(axis=0, dtype=float) / unit, pixels.std(axis=0, dtype=float) / unit


def normalize(images: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray[Any]:
    """Return (x − mean) / std, channel by channel, after bytes are mapped to 0 … 1.

    Parameters
    ----------
    images
        ``(…, height, width, channels)``; uint8 or floats.
    mean, std
        A number, or one a channel; `std` above 0.

    Returns
    -------
    numpy.ndarray
        float32 for bytes, otherwise of the same dtype.

    Raises
    ------
    ValueError
        If the channels do not fit, or a standard deviation is not above 0.
    """
    unit = to_unit(images)
    middle, spread = _per_channel(unit, mean, "mean"), _per_channel(unit, std, "std")
    if not np.all(spread > 0):
        raise ValueError(f"std must be above 0, got {np.asarray(std).tolist()}")
    return np.asarray((unit - middle) / spread)


def denormalize(images: ArrayLike, mean: ArrayLike, std: ArrayLike) -> NDArray[Any]:
    """Undo `normalize`: return x · std + mean, floats from 0 to 1.

    Parameters
    ----------
    images
        Floats, ``(…, height, width, channels)``.
    mean, std
        What `normalize` was given.

    Returns
    -------
    numpy.ndarray
        Of the same dtype.

    Raises
    ------
    ValueError
        If the images are bytes, or the channels do not fit.
    """
    array = as_images(images)
    if array.dtype == np.uint8:
        raise ValueError("images must be floats, as `normalize` returns them, got uint8")
    spread = _per_channel(array, std, "std")
    return np.asarray(array * spread + _per_channel(array, mean, "mean"))


def _per_channel(images: NDArray[Any], values: ArrayLike, name: str) -> NDArray[Any]:
    array = np.asarray(values, dtype=images.dtype)
    channels = images.shape[-1] if images.ndim > 2 else 1
    if array.size != 1 and array.shape != (channels,):
        raise ValueError(f"{name} must be a number or one a channel, {channels}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array.tolist()}")
    return array
