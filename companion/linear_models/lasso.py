r"""The lasso: least squares with the L1 penalty, which sets coefficients to exactly 0.

.. math:: \min_{w, b} P(w, b) = \frac{1}{2n} \lVert y - Xw - b \rVert^2 + \lambda \lVert w \rVert_1

Tibshirani, "Regression shrinkage and selection via the lasso", JRSS B 58 (1996). There is no closed
form; three iterative methods stand side by side.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from companion.linear_models._checks import Floats, above_zero
from companion.linear_models.linear_model import Centred, LinearModel, centre

Method: TypeAlias = Callable[[Floats, Floats, float, Floats], Iterator[Floats]]


@dataclass(frozen=True, eq=False)
class Lasso(LinearModel):
    """A lasso regression.

    Attributes
    ----------
    gaps : numpy.ndarray
        Duality gap after each iteration, shape ``(iterations,)``: the objective is at most the last
        one above its minimum.
    converged : bool
        Whether the last gap met the tolerance.
    """

    gaps: Floats
    converged: bool


class LassoPath(NamedTuple):
    """Lasso regressions over a grid of strengths, from strong to weak.

    The fields have the shapes ``(strengths,)``, ``(strengths, features)``, ``(strengths,)`` and
    ``(strengths,)``; the gaps are those at the end.
    """

    strengths: Floats
    coefficients: Floats
    intercepts: Floats
    gaps: Floats


def soft_threshold(values: Floats, threshold: float) -> Floats:
    r"""Move values towards 0 by `threshold`, and to 0 those that are nearer than that.

    .. math:: S(z, t) = \operatorname{sign}(z) \max(|z| - t, 0)
        = \arg\min_x \tfrac{1}{2}(x - z)^2 + t |x|

    Parameters
    ----------
    values
        z, of any shape.
    threshold
        t, at least 0.

    Returns
    -------
    numpy.ndarray
        Of the shape of `values`.
    """
    return np.sign(values) * np.maximum(np.abs(values) - threshold, 0.0)


def coordinate_descent(X: Floats, y: Floats, strength: float, w: Floats) -> Iterator[Floats]:
    r"""Minimise over one coefficient after the other; one iteration is a round over all.

    .. math:: w_j \leftarrow S\bigl(x_j \cdot (r + x_j w_j) / n, \lambda\bigr)
        \big/ \bigl(\lVert x_j \rVert^2 / n\bigr), \qquad r = y - Xw

    Friedman, Hastie and Tibshirani, "Regularization paths for generalized linear models via
    coordinate descent", J. Stat. Software 33 (2010), section 2.

    Parameters
    ----------
    X, y
        Centred, shapes ``(examples, features)`` and ``(examples,)``.
    strength
        λ.
    w
        Where to start, shape ``(features,)``.

    Yields
    ------
    numpy.ndarray
        The coefficients after each round; the array is changed by the next one.
    """
    n = len(y)
    columns = np.ascontiguousarray(X.T)
    curvatures = (X**2).sum(axis=0) / n  # (features,)
    varying = [(j, columns[j], float(a)) for j, a in enumerate(curvatures) if a > 0]
    w = w.copy()
    residual = y - X @ w
    while True:
        for j, column, curvature in varying:
            old = float(w[j])
            z = float(column @ residual) / n + curvature * old
            # soft_threshold of one number; going through arrays would double the time.
            new = (max(z - strength, 0.0) + min(z + strength, 0.0)) / curvature
            if new != old:
                residual -= column * (new - old)
                w[j] = new
        yield w


def ista(X: Floats, y: Floats, strength: float, w: Floats) -> Iterator[Floats]:
    r"""Minimise by iterative shrinkage-thresholding: a gradient step, then the soft threshold.

    .. math:: w \leftarrow S\bigl(w - \tfrac{1}{L} \nabla f(w), \tfrac{\lambda}{L}\bigr), \qquad
        f(w) = \tfrac{1}{2n} \lVert y - Xw \rVert^2, \quad L = \lVert X \rVert_2^2 / n

    The objective falls like 1/k. Beck and Teboulle, "A fast iterative shrinkage-thresholding
    algorithm for linear inverse problems", SIAM J. Imaging Sciences 2 (2009), section 3.

    Parameters
    ----------
    X, y, strength, w
        As in `coordinate_descent`.

    Yields
    ------
    numpy.ndarray
        The coefficients after each step.
    """
    step = _step(X)
    while True:
        w = soft_threshold(w + step * (X.T @ (y - X @ w)) / len(y), strength * step)
        yield w


def fista(X: Floats, y: Floats, strength: float, w: Floats) -> Iterator[Floats]:
    r"""Take the step of `ista` from a point ahead, which makes the objective fall like 1/k².

    .. math:: v = w_k + \frac{t_k - 1}{t_{k+1}} (w_k - w_{k-1}), \qquad
        t_{k+1} = \frac{1 + \sqrt{1 + 4 t_k^2}}{2}, \quad t_1 = 1

    Beck and Teboulle (2009), section 4.

    Parameters
    ----------
    X, y, strength, w
        As in `coordinate_descent`.

    Yields
    ------
    numpy.ndarray
        The coefficients after each step.
    """
    step = _step(X)
    v, t = w, 1.0
    while True:
        previous = w
        w = soft_threshold(v + step * (X.T @ (y - X @ v)) / len(y), strength * step)
        yield w
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        v = w + (t - 1) / t_next * (w - previous)
        t = t_next


def lasso(
    X: ArrayLike,
    y: ArrayLike,
    strength: float,
    method: Method = coordinate_descent,
    tolerance: float = 1e-8,
    max_iterations: int = 10_000,
) -> Lasso:
    r"""Fit a linear model by least squares with the L1 penalty.

    Parameters
    ----------
    X
        Shape ``(examples, features)``.
    y
        Shape ``(examples,)``.
    strength
        λ, above 0; the intercept is not penalised.
    method
        `coordinate_descent`, `ista` or `fista`.
    tolerance
        Iteration ends when the duality gap is at most this share of the variance of y.
    max_iterations
        Iteration ends after as many all the same.

    Returns
    -------
    Lasso
        The coefficients, the intercept and the gap after each iteration.

    Raises
    ------
    ValueError
        If a shape is wrong, there is no example or no feature, a value is not finite, or a setting
        is not above 0.
    """
    above_zero("strength", strength)
    data = centre(X, y)
    return _fit(data, strength, np.zeros(data.X.shape[1]), method, tolerance, max_iterations)


def lasso_path(
    X: ArrayLike,
    y: ArrayLike,
    count: int = 100,
    ratio: float = 1e-3,
    tolerance: float = 1e-8,
    max_iterations: int = 10_000,
) -> LassoPath:
    """Fit by coordinate descent from the largest useful strength down, each from the one before.

    Parameters
    ----------
    X
        Shape ``(examples, features)``.
    y
        Shape ``(examples,)``.
    count
        Number of strengths, spaced evenly on a logarithmic scale.
    ratio
        The smallest over the largest, which is `largest_strength`.
    tolerance, max_iterations
        As in `lasso`, for each strength.

    Returns
    -------
    LassoPath
        The strengths and what was learnt at each.

    Raises
    ------
    ValueError
        As in `lasso`; if y is constant or uncorrelated with every feature; or if `ratio` is not
        between 0 and 1.
    """
    if not 0 < ratio < 1:
        raise ValueError(f"ratio must be between 0 and 1, got {ratio}")
    above_zero("count", count)
    largest = largest_strength(X, y)
    if largest == 0:
        raise ValueError("y must vary with a feature, got none: every strength gives zeros")
    data = centre(X, y)
    strengths = np.geomspace(largest, largest * ratio, count)
    w = np.zeros(data.X.shape[1])
    fits = []
    for strength in strengths:
        fit = _fit(data, float(strength), w, coordinate_descent, tolerance, max_iterations)
        w = fit.coefficients
        fits.append(fit)
    return LassoPath(
        strengths,
        np.array([fit.coefficients for fit in fits]),
        np.array([fit.intercept for fit in fits]),
        np.array([fit.gaps[-1] for fit in fits]),
    )


def largest_strength(X: ArrayLike, y: ArrayLike) -> float:
    r"""Return the least strength at which every coefficient is 0, :math:`\max_j |x_j \cdot y| / n`.

    Parameters
    ----------
    X, y
        As in `lasso`; they are centred first.

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    ValueError
        If a shape is wrong, there is no example or no feature, or a value is not finite.
    """
    data = centre(X, y)
    return float(np.abs(data.X.T @ data.y).max() / len(data.y))


def duality_gap(X: Floats, y: Floats, strength: float, w: Floats) -> float:
    r"""Return by how much the objective at w can at most exceed its minimum.

    For every u with :math:`\lVert X^\top u \rVert_\infty \le n \lambda` the dual objective
    :math:`D(u) = (u \cdot y - \lVert u \rVert^2 / 2) / n` is at most the minimum of P. The residual
    y − Xw, scaled to obey the condition, is such a u. Kim et al., "An interior-point method for
    large-scale l1-regularized least squares", IEEE J. Selected Topics in Signal Processing 1
    (2007), section III.

    Parameters
    ----------
    X, y
        Centred, shapes ``(examples, features)`` and ``(examples,)``.
    strength
        λ, above 0.
    w
        Shape ``(features,)``.

    Returns
    -------
    float
        P(w) − D(u), at least 0 but for rounding.
    """
    n = len(y)
    residual = y - X @ w
    limit = n * strength
    u = residual * (limit / max(limit, np.abs(X.T @ residual).max()))
    primal = residual @ residual / (2 * n) + strength * np.abs(w).sum()
    return float(primal - (u @ y - u @ u / 2) / n)


def _fit(
    data: Centred, strength: float, start: Floats, method: Method, tolerance: float, most: int
) -> Lasso:
    above_zero("tolerance", tolerance)
    above_zero("max_iterations", most)
    enough = tolerance * float(data.y @ data.y) / len(data.y)
    gaps = []
    for w in islice(method(data.X, data.y, strength, start), most):
        gaps.append(duality_gap(data.X, data.y, strength, w))
        if gaps[-1] <= enough:
            break
    return Lasso(w.copy(), data.intercept(w), np.array(gaps), gaps[-1] <= enough)


def _step(X: Floats) -> float:
    # 1/L, or anything if no feature varies: the gradient is 0 then.
    return len(X) / (float(np.linalg.norm(X, 2)) ** 2 or 1.0)
