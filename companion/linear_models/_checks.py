"""Checks of arguments that several linear models share."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def as_features(X: ArrayLike, features: int | None = None) -> Floats:
    """Return examples as numbers of shape ``(examples, features)``, or say what is wrong.

    Parameters
    ----------
    X
        One example a row.
    features
        How many there must be, where it is known.

    Returns
    -------
    numpy.ndarray
        In double precision; it may have no rows.

    Raises
    ------
    ValueError
        If the shape is another or a value is not finite.
    """
    array = np.asarray(X, dtype=np.float64)
    if array.ndim != 2 or (features is not None and array.shape[1] != features):
        wanted = "features" if features is None else features
        raise ValueError(f"X must have shape (examples, {wanted}), got {array.shape}")
    return _finite(array, "X")


def as_examples(X: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Return examples and their numerical targets, or say what is wrong.

    Parameters
    ----------
    X
        Shape ``(examples, features)``.
    y
        Shape ``(examples,)``.

    Returns
    -------
    tuple of numpy.ndarray
        Both in double precision, neither empty.

    Raises
    ------
    ValueError
        If a shape is wrong, there is no example or no feature, or a value is not finite.
    """
    inputs = as_features(X)
    if inputs.size == 0:
        raise ValueError(f"X must not be empty, got shape {inputs.shape}")
    targets = np.asarray(y, dtype=np.float64)
    if targets.shape != inputs.shape[:1]:
        raise ValueError(
            f"y must have shape ({len(inputs)},), one for each row of X, got {targets.shape}"
        )
    return inputs, _finite(targets, "y")


def as_two_classes(X: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, NDArray[Any]]:
    """Return examples, signs of their classes and the classes, or say what is wrong.

    Parameters
    ----------
    X
        Shape ``(examples, features)``.
    y
        Labels of two classes, numbers or strings, shape ``(examples,)``.

    Returns
    -------
    tuple of numpy.ndarray
        X; −1 for the first class in sorted order and 1 for the second, shape ``(examples,)``; the
        two classes.

    Raises
    ------
    ValueError
        If a shape is wrong, a value is not finite, or there are not two classes.
    """
    labels = np.asarray(y)
    classes, numbers = np.unique(labels, return_inverse=True)
    inputs, signs = as_examples(X, 2.0 * numbers.reshape(labels.shape) - 1)
    if labels.dtype.kind == "f":
        _finite(labels, "y")
    if len(classes) != 2:
        raise ValueError(f"y must hold two classes, got {len(classes)}: {classes[:5].tolist()}")
    return inputs, signs, classes


def above_zero(name: str, value: float) -> None:
    """Raise unless a setting is a finite number above 0.

    Parameters
    ----------
    name
        Of the argument, for the error.
    value
        What was given.

    Raises
    ------
    ValueError
        If it is 0, negative, infinite or NaN.
    """
    if not 0 < value < np.inf:
        raise ValueError(f"{name} must be above 0 and finite, got {value}")


def _finite(array: NDArray[Any], name: str) -> NDArray[Any]:
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array
