"""The models that nothing cheaper beats."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def pareto_front(costs: ArrayLike, scores: ArrayLike) -> NDArray[np.int64]:
    """Return the places of the models that no other equals at less cost or beats at no more.

    Parameters
    ----------
    costs
        Of each model, lower is better; shape ``(models,)``.
    scores
        Of each model, higher is better; shape ``(models,)``.

    Returns
    -------
    numpy.ndarray
        Indices in order of rising cost, shape ``(front,)``; their scores rise too. Of models that
        are equal in both the first counts.

    Raises
    ------
    ValueError
        If the shapes differ, or a number is not one.
    """
    c, s = np.asarray(costs, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    if c.ndim != 1 or c.size == 0 or s.shape != c.shape:
        raise ValueError(
            f"costs and scores must have shape (models,) and not be empty, got {c.shape} and "
            f"{s.shape}"
        )
    for name, values in (("costs", c), ("scores", s)):
        if np.isnan(values).any():
            raise ValueError(f"{name} must be numbers, got nan")
    order = np.lexsort((np.arange(len(c)), -s, c))
    best_before = np.maximum.accumulate(np.append(-np.inf, s[order]))[:-1]
    first = np.append(True, np.zeros(len(c) - 1, dtype=bool))  # also if its score is -inf
    front: NDArray[np.int64] = order[(s[order] > best_before) | first]
    return front
