"""Fewer columns: those that go best with the target."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.tabular._checks import as_numbers, fitted


class SelectKBest:
    r"""Keep the columns whose correlation with the target is largest, whatever its sign.

    .. math:: r_j = \frac{\sum_i (x_{ij} - \bar x_j)(y_i - \bar y)}
        {\sqrt{\sum_i (x_{ij} - \bar x_j)^2 \sum_i (y_i - \bar y)^2}}

    It looks at the target. Fitted on all rows before they are split, it makes pure noise predict
    the test rows (Hastie, Tibshirani and Friedman 2009, "The elements of statistical learning",
    section 7.10.2).

    After `fit`, `scores_` holds :math:`r_j^2`, 0 for a constant column, and `kept_` the numbers of
    the columns that are kept, in their order.

    Parameters
    ----------
    k
        Columns to keep, at least 1.

    Raises
    ------
    ValueError
        If `k` is below 1.
    """

    scores_: NDArray[np.float64]
    kept_: NDArray[np.intp]

    def __init__(self, k: int) -> None:
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}")
        self.k = k

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Measure the columns of the training rows, ``(rows, columns)``, by their target."""
        x = as_numbers(X).astype(float)
        target = np.asarray(y, dtype=float)
        if np.isnan(x).any():
            raise ValueError("X must have no missing values; impute them first")
        if target.shape != x.shape[:1] or not np.isfinite(target).all():
            raise ValueError(f"y must be {len(x)} finite numbers, got shape {target.shape}")
        if self.k > x.shape[1]:
            raise ValueError(f"k must be at most {x.shape[1]} columns, got {self.k}")
        x, target = x - x.mean(axis=0), target - target.mean()
        norms = (x**2).sum(axis=0) * (target**2).sum()
        self.scores_ = (x.T @ target) ** 2 / np.where(norms > 0, norms, 1)
        self.kept_ = np.sort(self.scores_.argsort(kind="stable")[-self.k :])
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return the columns that are kept."""
        return np.asarray(as_numbers(X, len(fitted(self, "scores_")))[:, self.kept_])

    def fit_transform(self, X: ArrayLike, y: ArrayLike) -> NDArray[Any]:
        """Measure the training rows and return their columns that are kept."""
        return self.fit(X, y).transform(X)
