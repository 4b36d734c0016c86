"""Check the answer to an exercise without giving the solution away."""

import math
from numbers import Number, Real

import numpy as np


def check(answer: object, solution: object, tolerance: float = 1e-6) -> None:
    """Print whether an answer is right, and otherwise a hint.

    Numbers, strings, booleans, arrays and lists are compared. A string may differ in case and in
    spaces at its ends; NaN equals NaN.

    Parameters
    ----------
    answer
        The reader's; None while there is none.
    solution
        What is right.
    tolerance
        Largest difference between two numbers that still counts as right.

    Raises
    ------
    ValueError
        If `tolerance` is negative or not a number.
    """
    if not tolerance >= 0:
        raise ValueError(f"tolerance must be 0 or more, got {tolerance}")
    if answer is None:
        print("No answer yet: put yours in the cell above, then run both cells.")
    elif (hint := _hint(answer, solution, tolerance)) is None:
        print("Right.")
    else:
        print(f"Not yet: got {_brief(answer)}{hint}.")


def _hint(answer: object, solution: object, tolerance: float) -> str | None:
    """Return None for a right answer, and otherwise what to say after it."""
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer.item()
    if isinstance(solution, np.ndarray) and solution.ndim == 0:
        solution = solution.item()
    if answer is Ellipsis:
        return ", which is a place for your answer"
    if isinstance(solution, bool | np.bool):
        if isinstance(answer, bool | np.bool):
            return None if answer == solution else ""
        return "; True or False is asked for"
    if isinstance(solution, str):
        if not isinstance(answer, str):
            return "; a text is asked for"
        return None if answer.strip().casefold() == solution.strip().casefold() else ""
    if isinstance(solution, Number):
        return _number_hint(answer, solution, tolerance)
    return _array_hint(answer, solution, tolerance)


def _number_hint(answer: object, solution: Number, tolerance: float) -> str | None:
    if isinstance(answer, bool | np.bool) or not isinstance(answer, Number):
        return "; a number is asked for"
    try:
        right, given = complex(solution), complex(answer)  # type: ignore[call-overload]
    except OverflowError:  # a whole number beyond the floats: only the same is right
        return None if answer == solution else ""
    if given == right or abs(given - right) <= tolerance:
        return None
    if math.isnan(given.real):
        return None if math.isnan(right.real) else ""
    if isinstance(answer, Real) and isinstance(solution, Real) and not math.isnan(right.real):
        return ", which is too large" if given.real > right.real else ", which is too small"
    return ""


def _array_hint(answer: object, solution: object, tolerance: float) -> str | None:
    if isinstance(solution, dict | set | frozenset):
        if type(answer) is not type(solution):
            return f"; a {type(solution).__name__} is asked for"
        return None if answer == solution else ""
    right = np.asarray(solution)
    try:
        given = np.asarray(answer)
    except ValueError:  # rows of unequal length
        return "; its rows differ in length"
    if given.shape != right.shape:
        return f"; shape {right.shape} is asked for, and this is {given.shape}"
    numeric = right.dtype.kind in "iufc"
    if numeric and given.dtype.kind not in "iufc":
        return "; numbers are asked for"
    if numeric:
        correct = np.isclose(given, right, rtol=0, atol=tolerance, equal_nan=True)
    else:
        correct = np.asarray(given == right)
    wrong = int(correct.size - correct.sum())
    return f"; {wrong} of {correct.size} entries are off" if wrong else None


def _brief(answer: object) -> str:
    if isinstance(answer, np.ndarray) and answer.size > 8:
        return f"an array of shape {answer.shape}"
    text = " ".join((str if isinstance(answer, np.generic) else repr)(answer).split())
    return text if len(text) <= 60 else text[:57] + "..."
