r"""One ReLU unit fitted to five points by gradient descent: the article's example 4.4, dissected.

The points are x = 2, 4, 6, 8, 10 with y = x/2; the unit is :math:`\hat y = \max(0, wx + b)`; the
loss is the mean squared error. Parameters (w, b) are the last axis of an array, so that every
function serves one start, many starts or a grid.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Gradient: TypeAlias = Callable[[Floats, Floats, Floats], Floats]

X: Floats = np.array([2.0, 4.0, 6.0, 8.0, 10.0])
Y: Floats = X / 2


def outputs(parameters: Floats, x: Floats = X, negative_slope: float = 0.0) -> Floats:
    """Return ŷ = ReLU(wx + b) at every point.

    Parameters
    ----------
    parameters
        w and b, shape ``(..., 2)``.
    x
        Shape ``(points,)``.
    negative_slope
        Of the unit below 0: 0 for ReLU, 0.01 or so for leaky ReLU, 1 for no activation at all.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., points)``.
    """
    z = _sums(parameters, x)
    return np.where(z > 0, z, negative_slope * z)


@np.errstate(over="ignore", invalid="ignore")  # descent may explode
def loss(parameters: Floats, x: Floats = X, y: Floats = Y, negative_slope: float = 0.0) -> Floats:
    r"""Return the mean squared error, :math:`J = \frac{1}{n} \sum_i (y_i - \hat y_i)^2`.

    Parameters
    ----------
    parameters
        Shape ``(..., 2)``.
    x, y
        Shape ``(points,)``.
    negative_slope
        As in `outputs`.

    Returns
    -------
    numpy.ndarray
        Shape ``(...)``.
    """
    return np.asarray(((y - outputs(parameters, x, negative_slope)) ** 2).mean(axis=-1))


def gradient(
    parameters: Floats, x: Floats = X, y: Floats = Y, negative_slope: float = 0.0
) -> Floats:
    r"""Return the gradient of the mean squared error, by the chain rule.

    .. math::

        \nabla_w J = \frac{2}{n} \sum_i (\hat y_i - y_i)\, [w x_i + b > 0]\, x_i, \qquad
        \nabla_b J = \frac{2}{n} \sum_i (\hat y_i - y_i)\, [w x_i + b > 0]

    Parameters
    ----------
    parameters
        Shape ``(..., 2)``.
    x, y
        Shape ``(points,)``.
    negative_slope
        As in `outputs`; it stands for the bracket where that is 0.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., 2)``.
    """
    z = _sums(parameters, x)
    error = outputs(parameters, x, negative_slope) - y
    return 2 / len(x) * _pair_of_sums(error * np.where(z > 0, 1.0, negative_slope), x)


def printed_gradient(parameters: Floats, x: Floats = X, y: Floats = Y) -> Floats:
    r"""Return what the article prints as the gradient in step 5.

    .. math:: \nabla_w J = 2 \sum_i (y_i - \hat y_i)\, x_i, \qquad
        \nabla_b J = 2 \sum_i (y_i - \hat y_i)

    The sign is wrong, 1/n of the printed loss is lost, and so is the derivative of ReLU.

    Parameters
    ----------
    parameters
        Shape ``(..., 2)``.
    x, y
        Shape ``(points,)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., 2)``.
    """
    return 2 * _pair_of_sums(y - outputs(parameters, x), x)


def sign_repaired(parameters: Floats, x: Floats = X, y: Floats = Y) -> Floats:
    """Return the printed gradient with the right sign; arguments as in `printed_gradient`."""
    return -printed_gradient(parameters, x, y)


def sign_and_mean_repaired(parameters: Floats, x: Floats = X, y: Floats = Y) -> Floats:
    """Return the printed gradient with the right sign and 1/n, still without ReLU'.

    It is no gradient of the mean squared error, but that of its matching loss (Auer, Herbster and
    Warmuth, "Exponentially many local minima for single neurons", NIPS 1995): units that are off
    still learn. Arguments as in `printed_gradient`.
    """
    return -printed_gradient(parameters, x, y) / len(x)


@dataclass(frozen=True, eq=False)
class Descent:
    """Where gradient descent ended.

    Attributes
    ----------
    parameters : numpy.ndarray
        At the end, shape ``(..., 2)``; infinite or NaN where numbers overflowed.
    path : numpy.ndarray or None
        At the start and after each step, shape ``(steps + 1, ..., 2)``, if it was to be kept.
    """

    parameters: Floats
    path: Floats | None


@np.errstate(over="ignore", invalid="ignore")  # descent may explode
def descend(
    start: ArrayLike,
    learning_rate: float,
    steps: int,
    gradient: Gradient = gradient,
    x: Floats = X,
    y: Floats = Y,
    keep_path: bool = False,
    rng: np.random.Generator | None = None,
) -> Descent:
    r"""Repeat :math:`(w, b) \leftarrow (w, b) - \alpha \nabla J`, for many starts at once.

    Parameters
    ----------
    start
        w and b, shape ``(..., 2)``.
    learning_rate
        α, above 0.
    steps
        How many.
    gradient
        One of the gradients of this module.
    x, y
        Shape ``(points,)``.
    keep_path
        Whether to return all parameters on the way.
    rng
        If given, each step takes one point, drawn at random, instead of all: stochastic gradient
        descent, as the article's step 6 says, instead of batch gradient descent, as its sums say.

    Returns
    -------
    Descent
        The last parameters, and the path.

    Raises
    ------
    ValueError
        If the last axis of `start` is not 2 long, a value is not finite, or a setting is out of its
        range.
    """
    parameters = np.array(start, dtype=np.float64)
    if parameters.shape[-1:] != (2,) or not np.isfinite(parameters).all():
        raise ValueError(f"start must be finite and have shape (..., 2), got {start!r}")
    if not 0 < learning_rate < np.inf:
        raise ValueError(f"learning_rate must be above 0 and finite, got {learning_rate}")
    if steps < 0:
        raise ValueError(f"steps must be at least 0, got {steps}")
    path = [parameters]
    for _ in range(steps):
        chosen = slice(None) if rng is None else [rng.integers(len(x))]
        parameters = parameters - learning_rate * gradient(parameters, x[chosen], y[chosen])
        if keep_path:
            path.append(parameters)
    return Descent(parameters, np.array(path) if keep_path else None)


def outcomes(
    parameters: Floats, x: Floats = X, y: Floats = Y, small: float = 1e-2, large: float = 1e6
) -> NDArray[Any]:
    """Say what became of each start.

    Parameters
    ----------
    parameters
        After the last step, shape ``(..., 2)``.
    x, y
        Shape ``(points,)``.
    small
        Loss below which descent has converged.
    large
        Loss above which it has exploded, as it has where a number is infinite or NaN.

    Returns
    -------
    numpy.ndarray
        ``"converged"``, ``"exploded"``, ``"dead"`` (every output 0, see `is_dead`) or
        ``"elsewhere"`` (still on the way, or in a worse minimum), shape ``(...)``.
    """
    error = loss(parameters, x, y)
    return np.select(
        [error < small, is_dead(parameters, x), ~(error <= large)],
        ["converged", "dead", "exploded"],
        "elsewhere",
    )


@np.errstate(over="ignore", invalid="ignore")  # descent may explode
def is_dead(parameters: Floats, x: Floats = X) -> NDArray[np.bool]:
    """Say, for each (w, b), whether the unit is off at every point: it can never learn."""
    return np.asarray((_sums(parameters, x) <= 0).all(axis=-1))


def dead_share(x: Floats = X) -> float:
    r"""Return the probability that a unit is dead at the start, if w and b are drawn from N(0, σ²).

    The unit is dead where :math:`w x_{\min} + b \le 0` and :math:`w x_{\max} + b \le 0`. Each is a
    half-plane through the origin; with θ the angle between their normals :math:`(x_{\min}, 1)` and
    :math:`(x_{\max}, 1)` they share a wedge of angle π − θ. The normal distribution is the same in
    every direction, so that the share is :math:`(\pi - \theta) / 2\pi`.

    Parameters
    ----------
    x
        Shape ``(points,)``.

    Returns
    -------
    float
        In [0, 1/2].
    """
    theta = np.arctan2(1, x.min()) - np.arctan2(1, x.max())
    return float((pi - theta) / (2 * pi))


def hessian(x: Floats = X) -> Floats:
    r"""Return the Hessian of the mean squared error where the unit is on at every point.

    .. math:: H = \frac{2}{n} \begin{pmatrix} \sum x_i^2 & \sum x_i \\ \sum x_i & n \end{pmatrix}
    """
    design = np.column_stack([x, np.ones(len(x))])
    return 2 / len(x) * design.T @ design


def learning_rate_bound(x: Floats = X) -> float:
    r"""Return :math:`2 / \lambda_{\max}(H)`: gradient descent converges only below it.

    A step multiplies the error along an eigenvector of H by :math:`1 - \alpha\lambda`. If the loss
    is summed and not averaged, as in the printed gradient, the bound is n times smaller. Nesterov,
    "Lectures on convex optimization" (2018), section 1.2.3.
    """
    return float(2 / np.linalg.eigvalsh(hessian(x))[-1])


def condition_number(x: Floats = X) -> float:
    r"""Return :math:`\kappa = \lambda_{\max} / \lambda_{\min}` of the Hessian.

    The number of steps grows like κ; taking the mean off x and dividing by its standard deviation
    brings it to 1. Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 4.3.1.
    """
    least, most = np.linalg.eigvalsh(hessian(x))
    return float(most / least)


def _sums(parameters: Floats, x: Floats) -> Floats:
    return parameters[..., :1] * x + parameters[..., 1:]  # (..., points), wx + b


def _pair_of_sums(terms: Floats, x: Floats) -> Floats:
    return np.stack([terms @ x, terms.sum(axis=-1)], axis=-1)
