"""Settings that are given by name, such as ``activation="relu"``."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def look_up(argument: str, given: str | T, named: Mapping[str, T]) -> T:
    """Return what a name stands for; anything but a string is returned as it is.

    Parameters
    ----------
    argument
        Name of the argument, for the error.
    given
        A name, or the thing itself.
    named
        What there is, by name.

    Returns
    -------
    object
        One of the values of `named`, or `given`.

    Raises
    ------
    ValueError
        If there is nothing of this name.
    """
    if not isinstance(given, str):
        return given
    if given not in named:
        raise ValueError(f"{argument} must be one of {', '.join(sorted(named))}, got {given!r}")
    return named[given]
