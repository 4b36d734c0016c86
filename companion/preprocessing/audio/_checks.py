"""Checks of arguments that several modules on sound share."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Samples = NDArray[np.floating[Any]]


def as_signal(values: ArrayLike, name: str = "signal") -> Samples:
    """Return the samples of one channel, or say what is wrong.

    Parameters
    ----------
    values
        Floating-point samples, shape ``(samples,)``.
    name
        Of the argument, for the error.

    Returns
    -------
    numpy.ndarray
        Shape ``(samples,)``, not empty, float32 as it came or otherwise float64.

    Raises
    ------
    ValueError
        If the samples are none, of several channels, not finite or not of a floating type.
    """
    signal = np.asarray(values)
    if signal.dtype.kind != "f":
        raise ValueError(
            f"{name} must hold floating-point samples, about -1 to 1, got dtype {signal.dtype}"
        )
    if signal.ndim != 1 or signal.size == 0:
        raise ValueError(f"{name} must have shape (samples,) and not be empty, got {signal.shape}")
    finite = np.isfinite(signal)
    if not finite.all():
        place = int(np.argmin(finite))
        raise ValueError(f"{name} must be finite, got {signal[place]} at sample {place}")
    return signal if signal.dtype == np.float32 else signal.astype(np.float64)


def as_spectrum(values: ArrayLike, name: str, kinds: str = "f") -> NDArray[Any]:
    """Return a finite spectrogram of shape ``(bins, frames)``, or say what is wrong.

    Parameters
    ----------
    values
        One column a frame.
    name
        Of the argument, for the error.
    kinds
        Letters of the kinds of number allowed: ``f`` for real, ``c`` for complex.

    Returns
    -------
    numpy.ndarray
        As it came, not empty.

    Raises
    ------
    ValueError
        If the shape or the type is another, or a number is not finite.
    """
    spectrum = np.asarray(values)
    if spectrum.dtype.kind not in kinds:
        wanted = "complex" if kinds == "c" else "floating-point"
        raise ValueError(f"{name} must hold {wanted} numbers, got dtype {spectrum.dtype}")
    if spectrum.ndim != 2 or spectrum.size == 0:
        raise ValueError(
            f"{name} must have shape (bins, frames) and not be empty, got {spectrum.shape}"
        )
    if not np.isfinite(spectrum).all():
        raise ValueError(f"{name} must be finite, got {spectrum[~np.isfinite(spectrum)][0]}")
    return spectrum


def at_least(value: float, least: int, name: str) -> int:
    """Return a whole number that is not below `least`, or say what is wrong."""
    if not (float(value).is_integer() and value >= least):
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value}")
    return int(value)


def positive(value: float, name: str) -> float:
    """Return a finite number above 0, or say what is wrong."""
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be above 0 and finite, got {value}")
    return float(value)
