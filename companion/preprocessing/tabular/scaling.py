"""Columns of numbers on a common scale: z-scores, a range, or median and quartiles.

Each scaler maps x to (x − center) / scale, with numbers of its own for each column. They are learnt
by `fit`, from the training rows alone: a test row that has a say in them is no longer unseen.
Missing values (not a number) are passed over by `fit` and stay missing.
"""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.tabular._checks import as_numbers, fitted, with_values


class _Scaler(ABC):
    """What the scalers share: everything but how center and scale are found."""

    center_: NDArray[np.float64]
    scale_: NDArray[np.float64]

    @abstractmethod
    def _measure(self, X: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return center and scale, each ``(columns,)``; a scale of 0 says a column is constant."""

    def fit(self, X: ArrayLike) -> Self:
        """Learn center and scale of each column of the training rows, ``(rows, columns)``."""
        self.center_, scale = self._measure(with_values(as_numbers(X)).astype(float))
        self.scale_ = np.where(scale == 0, 1.0, scale)
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return (x − center) / scale; float32 stays float32."""
        center = fitted(self, "center_")
        x = as_numbers(X, len(center))
        return np.asarray(((x - center) / self.scale_).astype(x.dtype))

    def fit_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Learn from the training rows and return them transformed."""
        return self.fit(X).transform(X)

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return x · scale + center, which undoes `transform`."""
        center = fitted(self, "center_")
        x = as_numbers(X, len(center))
        return np.asarray((x * self.scale_ + center).astype(x.dtype))


class StandardScaler(_Scaler):
    """z-scores: each column with mean 0 and standard deviation 1 over the training rows.

    The deviation divides by the number of rows. A constant column becomes 0: its scale is 1.

    After `fit`, `center_` holds the means and `scale_` the deviations, ``(columns,)`` each.
    """

    def _measure(self, X: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
        mean, variance = np.nanmean(X, axis=0), np.nanvar(X, axis=0)
        # The mean of equal numbers may be off by rounding; their deviation is not to count.
        rows = np.sum(~np.isnan(X), axis=0)
        eps = np.finfo(float).eps
        constant = variance <= rows * eps * variance + (rows * mean * eps) ** 2
        return mean, np.where(constant, 0.0, np.sqrt(variance))


class MinMaxScaler(_Scaler):
    """Each column from `low` at its least to `high` at its greatest value in the training rows.

    Other rows may fall outside. A constant column becomes `low`.

    After `fit`, `scale_` holds (max − min) / (high − low), and `center_` what is mapped to 0.

    Parameters
    ----------
    low, high
        The range.

    Raises
    ------
    ValueError
        If `low` is not below `high`.
    """

    def __init__(self, low: float = 0.0, high: float = 1.0) -> None:
        if not low < high:
            raise ValueError(f"low must be below high, got {low} and {high}")
        self.low, self.high = low, high

    def _measure(self, X: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
        least = np.nanmin(X, axis=0)
        span = _without_rounding(np.nanmax(X, axis=0) - least)
        scale = np.where(span == 0, 1.0, span) / (self.high - self.low)
        return least - self.low * scale, scale


class RobustScaler(_Scaler):
    """Each column with median 0 and, from the lower to the upper quartile, a distance of 1.

    A few outliers hardly move either. A column whose quartiles are equal is centred only.

    After `fit`, `center_` holds the medians and `scale_` the distances, ``(columns,)`` each.
    """

    def _measure(self, X: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
        lower, median, upper = np.nanpercentile(X, (25, 50, 75), axis=0)
        return median, _without_rounding(upper - lower)


def _without_rounding(span: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(span < 10 * np.finfo(float).eps, 0.0, span)
