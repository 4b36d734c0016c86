"""Adding up rows that belong to the same word."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]


def sum_rows(numbers: Integers, rows: Floats) -> tuple[Integers, Floats]:
    """Add up rows that have the same number.

    One addition for all second rows of a number, one for all third rows, and so on: for a few
    repetitions this is several times as fast as ``np.add.at`` and ``np.add.reduceat``.

    Parameters
    ----------
    numbers
        From 0, shape ``(rows,)``.
    rows
        Shape ``(rows,)`` or ``(rows, size)``.

    Returns
    -------
    numbers, sums : tuple of ndarray
        The different numbers, rising, and the sum of each one's rows.
    """
    order = numbers.argsort(kind="stable")
    starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
    repetitions = np.diff(starts, append=len(order))
    sums = rows[order[starts]]
    for repetition in range(1, repetitions.max(initial=0)):
        more = np.flatnonzero(repetitions > repetition)
        sums[more] += rows[order[starts[more] + repetition]]
    return numbers[order[starts]], sums
