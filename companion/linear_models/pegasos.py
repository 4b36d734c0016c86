"""Pegasos: the linear support vector machine by stochastic subgradient descent."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.linear_models._checks import Floats, above_zero, as_features, as_two_classes


@dataclass(frozen=True, eq=False)
class LinearSVM:
    """A linear classifier of two classes.

    Attributes
    ----------
    coefficients : numpy.ndarray
        w, shape ``(features,)``.
    intercept : float
        b.
    classes : numpy.ndarray
        The two labels; the second is predicted where the decision is above 0.
    objective : float
        Penalty and mean hinge loss on the training examples.
    """

    coefficients: Floats
    intercept: float
    classes: NDArray[Any]
    objective: float

    def decision(self, X: ArrayLike) -> Floats:
        """Return w·x + b, shape ``(examples,)``, for X of shape ``(examples, features)``."""
        return as_features(X, len(self.coefficients)) @ self.coefficients + self.intercept

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return labels, shape ``(examples,)``."""
        return np.asarray(np.where(self.decision(X) > 0, *self.classes[::-1]))


def pegasos(
    X: ArrayLike,
    y: ArrayLike,
    strength: float,
    rng: np.random.Generator,
    steps: int = 20_000,
    batch_size: int = 1,
    project: bool = False,
) -> LinearSVM:
    r"""Fit a linear support vector machine by stochastic subgradient descent.

    .. math:: \min_{w} \frac{\lambda}{2} \lVert w \rVert^2
        + \frac{1}{n} \sum_i \max(0, 1 - y_i\, w \cdot x_i)

    With :math:`\eta_t = 1 / (\lambda t)`, k examples drawn at step t, and the sum over those of
    them with :math:`y_i\, w \cdot x_i < 1`,

    .. math:: w \leftarrow (1 - \eta_t \lambda) w + \frac{\eta_t}{k} \sum_i y_i x_i, \qquad
        \text{and if asked}\quad
        w \leftarrow \min\Bigl(1, \frac{1 / \sqrt{\lambda}}{\lVert w \rVert}\Bigr) w

    The intercept is the coefficient of a feature that is always 1, penalised with the others. What
    is returned is the mean of w over the second half of the steps. Shalev-Shwartz et al., "Pegasos:
    primal estimated sub-gradient solver for SVM", Mathematical Programming 127 (2011), figures 1
    and 2; the mean: Rakhlin, Shamir and Sridharan, "Making gradient descent optimal for strongly
    convex stochastic optimization" (ICML 2012).

    Parameters
    ----------
    X
        Shape ``(examples, features)``, best of similar scale.
    y
        Labels of two classes, shape ``(examples,)``.
    strength
        λ, above 0. scikit-learn's C is 1 / (nλ).
    rng
        Draws the examples.
    steps
        Number of steps; the objective is above its minimum by the order of 1 / (λ · steps).
    batch_size
        k, examples drawn for a step, with replacement.
    project
        Whether to pull w back, after each step, into the ball that holds the minimum.

    Returns
    -------
    LinearSVM
        The coefficients, the intercept and the objective.

    Raises
    ------
    ValueError
        If a shape is wrong, a value is not finite, there are not two classes, or a setting is not
        above 0.
    """
    for name, value in (("strength", strength), ("steps", steps), ("batch_size", batch_size)):
        above_zero(name, value)
    inputs, signs, classes = as_two_classes(X, y)
    inputs = np.column_stack([inputs, np.ones(len(inputs))])
    signed = signs[:, None] * inputs  # (examples, features + 1), y_i x_i
    w, mean, averaged = np.zeros(inputs.shape[1]), np.zeros(inputs.shape[1]), 0
    for t, batch in enumerate(rng.integers(len(inputs), size=(steps, batch_size)), 1):
        drawn = signed[batch]
        w = (1 - 1 / t) * w + (drawn @ w < 1) @ drawn / (strength * t * batch_size)
        if project:
            w /= max(1.0, np.sqrt(strength * (w @ w)))
        if 2 * t > steps:
            averaged += 1
            mean += (w - mean) / averaged
    objective = strength / 2 * mean @ mean + np.maximum(0, 1 - signed @ mean).mean()
    return LinearSVM(mean[:-1], float(mean[-1]), classes, float(objective))
