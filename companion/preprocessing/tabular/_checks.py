"""Checks of arguments that the tools for tables share."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_numbers(X: ArrayLike, columns: int | None = None) -> NDArray[Any]:
    """Return a table of numbers as floats, or say what is wrong.

    Parameters
    ----------
    X
        ``(rows, columns)``; not a number where a value is missing.
    columns
        How many were there at `fit`.

    Returns
    -------
    numpy.ndarray
        float32 as it was, all else in double precision.

    Raises
    ------
    ValueError
        If the shape is another, or a value is infinite or no number.
    """
    array = np.asarray(X)
    if array.dtype.kind not in "fiub":
        try:
            array = _as_floats(array)
        except (TypeError, ValueError):
            raise ValueError(f"X must hold numbers, got dtype {array.dtype}") from None
    _check_shape(array, columns)
    if np.isinf(array).any():
        raise ValueError(f"X must be finite or missing, got {array[np.isinf(array)][0]}")
    return array if array.dtype == np.float32 else array.astype(float)


def as_table(X: ArrayLike, columns: int | None = None) -> NDArray[Any]:
    """Return a table of numbers or strings as an array, or say what is wrong.

    Parameters
    ----------
    X
        ``(rows, columns)``.
    columns
        How many were there at `fit`.

    Returns
    -------
    numpy.ndarray
        Of the same dtype.

    Raises
    ------
    ValueError
        If the shape is another.
    """
    # Python's lists of numbers and strings stay what they are: NumPy would make all strings.
    array = X if isinstance(X, np.ndarray) else np.array(X, dtype=object)
    _check_shape(array, columns)
    return array


def with_values(X: NDArray[Any]) -> NDArray[Any]:
    """Return the table if each column has at least one value, or say which has none.

    Parameters
    ----------
    X
        What `as_numbers` returned.

    Returns
    -------
    numpy.ndarray
        The same.

    Raises
    ------
    ValueError
        If a column has missing values only.
    """
    empty = np.flatnonzero(np.isnan(X).all(axis=0))
    if empty.size:
        raise ValueError(f"X must have a value in each column, got none in column {empty[0]}")
    return X


def fitted(tool: object, attribute: str) -> Any:
    """Return what a tool has learnt, or say that it has not been fitted.

    Parameters
    ----------
    tool
        Such as a scaler.
    attribute
        Name of what `fit` sets.

    Returns
    -------
    object
        Its value.

    Raises
    ------
    RuntimeError
        If `fit` was not called.
    """
    if not hasattr(tool, attribute):
        raise RuntimeError(f"{type(tool).__name__} must be fitted first: call fit")
    return getattr(tool, attribute)


def _as_floats(array: NDArray[Any]) -> NDArray[np.float64]:
    if array.dtype.kind in "cmM":  # NumPy would drop the imaginary part, or count days
        raise TypeError
    return array.astype(float)


def _check_shape(array: NDArray[Any], columns: int | None) -> None:
    if array.ndim != 2 or (columns is None and 0 in array.shape):
        raise ValueError(f"X must have shape (rows, columns), not empty, got {array.shape}")
    if columns is not None and array.shape[1] != columns:
        raise ValueError(f"X must have {columns} columns as at fit, got {array.shape[1]}")
