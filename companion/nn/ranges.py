"""Checks of settings that must lie in a range."""

import numpy as np


def non_negative(name: str, value: float) -> None:
    """Raise a `ValueError` unless ``value >= 0``; not a number is not."""
    if not value >= 0:
        raise ValueError(f"{name} must be at least 0, got {value}")


def positive(name: str, value: float) -> None:
    """Raise a `ValueError` unless ``value > 0``; not a number is not."""
    if not value > 0:
        raise ValueError(f"{name} must be above 0, got {value}")


def share(name: str, value: float) -> None:
    """Raise a `ValueError` unless ``0 <= value < 1``."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be in [0, 1), got {value}")


def whole(argument: str, given: int) -> int:
    """Return a setting that must be a positive whole number.

    Parameters
    ----------
    argument
        Its name, for the error.
    given
        The number.

    Returns
    -------
    int
        The same.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not isinstance(given, int | np.integer) or given < 1:
        raise ValueError(f"{argument} must be a positive whole number, got {given!r}")
    return int(given)
