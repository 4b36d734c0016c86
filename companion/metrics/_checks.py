"""Checks of arguments that several metrics share."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_labels(values: ArrayLike, name: str, classes: int | None = None) -> NDArray[np.int64]:
    """Return class numbers as integers of shape ``(examples,)``, or say what is wrong.

    Parameters
    ----------
    values
        Whole numbers from 0; floats such as 3.0 are taken, and truth values as 0 and 1.
    name
        Of the argument, for the error.
    classes
        Number of classes, where it is known: labels end below it.

    Returns
    -------
    numpy.ndarray
        Shape ``(examples,)``, not empty.

    Raises
    ------
    ValueError
        If the values are empty, not one-dimensional, not whole, negative or too large.
    """
    array = np.asarray(values)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must have shape (examples,) and not be empty, got {array.shape}")
    if array.dtype.kind not in "iufb":
        raise ValueError(f"{name} must hold whole numbers, got dtype {array.dtype}")
    if array.dtype == np.bool:
        return array.astype(np.int64)
    whole = np.isfinite(array) & (array == np.floor(array))
    if not whole.all():
        raise ValueError(f"{name} must hold whole numbers, got {array[~whole][0]}")
    if array.max() >= 2**63:
        raise ValueError(f"{name} must hold class numbers below 2**63, got {array.max():g}")
    if array.min() < 0 or (classes is not None and array.max() >= classes):
        bound = "from 0" if classes is None else f"from 0 to {classes - 1}"
        raise ValueError(
            f"{name} must hold class numbers {bound}, got {array.min():g} to {array.max():g}"
        )
    return array.astype(np.int64)


def same_length(first: NDArray[np.generic], second: NDArray[np.generic], names: str) -> None:
    """Raise unless two arrays hold as many examples.

    Parameters
    ----------
    first, second
        Arrays whose first axis counts examples.
    names
        Of both arguments, for the error.

    Raises
    ------
    ValueError
        If the first axes differ.
    """
    if len(first) != len(second):
        raise ValueError(f"{names} must be equally long, got {len(first)} and {len(second)}")


def refuse_text(values: object, name: str, wanted: str) -> None:
    """Raise if a text stands for a list: its characters would pass for the elements.

    Parameters
    ----------
    values
        Anything.
    name
        Of the argument, for the error.
    wanted
        What the list holds, for the error.

    Raises
    ------
    ValueError
        If `values` is a string.
    """
    if isinstance(values, str):
        raise ValueError(f"{name} must hold {wanted}, got the text {values!r}")


def as_probabilities(values: ArrayLike) -> NDArray[np.float64]:
    """Return probabilities of shape ``(examples, classes)``, or say what is wrong.

    Parameters
    ----------
    values
        One distribution over the classes a row.

    Returns
    -------
    numpy.ndarray
        In double precision.

    Raises
    ------
    ValueError
        If the shape is another, a value is not in [0, 1], or a row does not sum to 1 within 0.001.
    """
    p = as_scores(values, "probabilities")
    if p.min() < 0 or p.max() > 1 + 1e-6:
        raise ValueError(f"probabilities must be in [0, 1], got {p.min():g} to {p.max():g}")
    p = np.minimum(p, 1)  # a sum in single precision may round up
    sums = p.sum(axis=1)
    if np.abs(sums - 1).max() > 1e-3:
        row = int(np.abs(sums - 1).argmax())
        raise ValueError(f"probabilities must sum to 1 in each row, got {sums[row]:g} in row {row}")
    return p


def as_scores(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return finite scores of shape ``(examples, classes)``, or say what is wrong.

    Parameters
    ----------
    values
        One score a class in each row.
    name
        Of the argument, for the error.

    Returns
    -------
    numpy.ndarray
        In double precision, not empty.

    Raises
    ------
    ValueError
        If the shape is another or a value is not finite.
    """
    scores = np.asarray(values, dtype=np.float64)
    if scores.ndim != 2 or scores.size == 0:
        raise ValueError(
            f"{name} must have shape (examples, classes) and not be empty, got {scores.shape}"
        )
    if not np.isfinite(scores).all():
        raise ValueError(f"{name} must be finite, got {scores[~np.isfinite(scores)][0]}")
    return scores
