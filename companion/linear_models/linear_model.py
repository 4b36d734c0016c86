"""What the linear regressions have in common: what they learn, and the intercept."""

from dataclasses import dataclass
from typing import NamedTuple

from numpy.typing import ArrayLike

from companion.linear_models._checks import Floats, as_examples, as_features


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A linear function of the features, ŷ = Xw + b.

    Attributes
    ----------
    coefficients : numpy.ndarray
        w, shape ``(features,)``.
    intercept : float
        b.
    """

    coefficients: Floats
    intercept: float

    def predict(self, X: ArrayLike) -> Floats:
        """Return Xw + b, shape ``(examples,)``, for X of shape ``(examples, features)``."""
        return as_features(X, len(self.coefficients)) @ self.coefficients + self.intercept


class Centred(NamedTuple):
    """Examples less their means: with them the best intercept is 0, whatever the penalty of w."""

    X: Floats
    y: Floats
    X_mean: Floats
    y_mean: float

    def intercept(self, coefficients: Floats) -> float:
        """Return the intercept that belongs to the examples as they were, ȳ − x̄·w."""
        return float(self.y_mean - self.X_mean @ coefficients)


def centre(X: ArrayLike, y: ArrayLike) -> Centred:
    r"""Take the means off examples and targets.

    For fixed w the squared error :math:`\sum_i (y_i - x_i \cdot w - b)^2` is least at
    :math:`b = \bar y - \bar x \cdot w`; put in, it leaves a problem in w alone.

    Parameters
    ----------
    X
        Shape ``(examples, features)``.
    y
        Shape ``(examples,)``.

    Returns
    -------
    Centred
        Both without their means, and the means.

    Raises
    ------
    ValueError
        If a shape is wrong, there is no example or no feature, or a value is not finite.
    """
    inputs, targets = as_examples(X, y)
    X_mean, y_mean = inputs.mean(axis=0), float(targets.mean())
    return Centred(inputs - X_mean, targets - y_mean, X_mean, y_mean)
