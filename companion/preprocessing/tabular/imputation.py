"""Values for those that are missing, learnt from the training rows alone."""

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.tabular._checks import as_numbers, fitted, with_values


class SimpleImputer:
    """Fill each gap of a column with one number: its mean, median or most frequent value.

    After `fit`, `statistics_` holds the numbers, ``(columns,)``, and `indicated_` the columns that
    had gaps.

    Parameters
    ----------
    strategy
        Of values that are equally frequent, the least counts.
    add_indicator
        Whether a column of zeros and ones is added at the end for each column that had gaps at
        `fit`: that a value is missing may say something by itself.

    Raises
    ------
    ValueError
        If `strategy` is another.
    """

    statistics_: NDArray[np.float64]
    indicated_: NDArray[np.intp]

    def __init__(
        self,
        strategy: Literal["mean", "median", "most_frequent"] = "mean",
        add_indicator: bool = False,
    ) -> None:
        if strategy not in ("mean", "median", "most_frequent"):
            raise ValueError(f"strategy must be mean, median or most_frequent, got {strategy!r}")
        self.strategy, self.add_indicator = strategy, add_indicator

    def fit(self, X: ArrayLike) -> Self:
        """Learn from the training rows, ``(rows, columns)``; each column needs a value."""
        x = with_values(as_numbers(X))
        if self.strategy == "most_frequent":
            self.statistics_ = np.array([_mode(column[~np.isnan(column)]) for column in x.T])
        else:
            middle = np.nanmean if self.strategy == "mean" else np.nanmedian
            self.statistics_ = middle(x.astype(float), axis=0)
        self.indicated_ = np.flatnonzero(np.isnan(x).any(axis=0))
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return the table without gaps, and the indicators after it if they are wanted."""
        x = as_numbers(X, len(fitted(self, "statistics_")))
        gaps = np.isnan(x)
        full = np.where(gaps, self.statistics_.astype(x.dtype), x)
        if not self.add_indicator:
            return full
        return np.concatenate([full, gaps[:, self.indicated_].astype(x.dtype)], axis=1)

    def fit_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Learn from the training rows and return them without gaps."""
        return self.fit(X).transform(X)


class KNNImputer:
    r"""Fill each gap with the mean of the column over the nearest training rows that have it.

    The distance of two rows counts the columns that both have, as if the others were alike:

    .. math:: d(x, y)^2 = \frac{m}{\#B} \sum_{j \in B} (x_j - y_j)^2

    with B those of the m columns present in both. Scale the columns before. Troyanskaya et al.
    2001, "Missing value estimation methods for DNA microarrays", section KNNimpute (there weighted
    by distance).

    Parameters
    ----------
    n_neighbors
        Rows that are averaged, at least 1; fewer if fewer have the column. Of rows that are equally
        near, the earlier ones count.

    Raises
    ------
    ValueError
        If `n_neighbors` is below 1.
    """

    rows_: NDArray[Any]

    def __init__(self, n_neighbors: int = 5) -> None:
        if n_neighbors < 1:
            raise ValueError(f"n_neighbors must be at least 1, got {n_neighbors}")
        self.n_neighbors = n_neighbors

    def fit(self, X: ArrayLike) -> Self:
        """Remember the training rows, ``(rows, columns)``; each column needs a value."""
        self.rows_ = with_values(as_numbers(X))
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return the table without gaps; a row near to none gets the means of the columns."""
        x = as_numbers(X, fitted(self, "rows_").shape[1]).copy()
        gaps = np.isnan(x)
        incomplete = np.flatnonzero(gaps.any(axis=1))
        middle = np.nanmean(self.rows_, axis=0, dtype=float)  # near 0 less is lost by rounding
        distances = _distances(x[incomplete] - middle, self.rows_ - middle)
        for row, distance in zip(incomplete, distances, strict=True):
            for column in np.flatnonzero(gaps[row]):
                x[row, column] = self._estimate(distance, self.rows_[:, column])
        return x

    def fit_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Remember the training rows and return them without gaps."""
        return self.fit(X).transform(X)

    def _estimate(self, distance: NDArray[Any], values: NDArray[Any]) -> float:
        near = ~np.isnan(values) & np.isfinite(distance)
        if not near.any():
            return float(np.nanmean(values))
        order = distance[near].argsort(kind="stable")[: self.n_neighbors]
        return float(values[near][order].mean())


def _mode(values: NDArray[Any]) -> float:
    distinct, counts = np.unique(values, return_counts=True)
    return float(distinct[counts.argmax()])


def _distances(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """d² of each row of a to each row of b; infinite where no column is present in both."""
    has_a, has_b = ~np.isnan(a), ~np.isnan(b)
    a0, b0 = np.where(has_a, a, 0.0), np.where(has_b, b, 0.0)
    # Σ (x − y)² over the columns that both have.
    squares = a0**2 @ has_b.T - 2 * a0 @ b0.T + has_a @ (b0**2).T
    common = has_a.astype(float) @ has_b.T
    scaled = np.maximum(squares, 0) * (a.shape[1] / np.maximum(common, 1))
    return np.where(common > 0, scaled, np.inf)
