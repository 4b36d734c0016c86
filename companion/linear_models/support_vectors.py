"""Support vector machines with a kernel, by sequential minimal optimisation of the dual problem."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.linear_models._checks import Floats, above_zero, as_features, as_two_classes

Kernel: TypeAlias = Callable[[Floats, Floats], Floats]


def linear_kernel(A: Floats, B: Floats) -> Floats:
    """Return the products a·b, shape ``(rows of A, rows of B)``."""
    return A @ B.T


def polynomial_kernel(degree: int = 3, scale: float = 1.0, constant: float = 1.0) -> Kernel:
    """Return the kernel (scale · a·b + constant)^degree."""
    above_zero("degree", degree)
    above_zero("scale", scale)

    def kernel(A: Floats, B: Floats) -> Floats:
        return np.asarray((scale * (A @ B.T) + constant) ** degree)

    return kernel


def rbf_kernel(scale: float) -> Kernel:
    """Return the Gaussian kernel exp(−scale · ‖a − b‖²)."""
    above_zero("scale", scale)

    def kernel(A: Floats, B: Floats) -> Floats:
        squares = (A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1) - 2 * (A @ B.T)
        return np.asarray(np.exp(-scale * np.maximum(squares, 0)))  # rounding may pass 0

    return kernel


@dataclass(frozen=True, eq=False)
class KernelSVM:
    r"""A classifier of two classes, :math:`f(x) = \sum_i \beta_i k(x_i, x) + b`.

    Attributes
    ----------
    support : numpy.ndarray
        Numbers of the training examples with a weight, shape ``(support vectors,)``.
    vectors : numpy.ndarray
        These examples, shape ``(support vectors, features)``.
    weights : numpy.ndarray
        Their β, shape ``(support vectors,)``.
    intercept : float
        b.
    kernel : callable
        k.
    classes : numpy.ndarray
        The two labels; the second is predicted where the decision is above 0.
    objective : float
        The dual objective reached.
    steps : int
        Number of pairs of weights changed.
    violation : float
        By how much the optimality conditions are still violated.
    """

    support: NDArray[np.intp]
    vectors: Floats
    weights: Floats
    intercept: float
    kernel: Kernel
    classes: NDArray[Any]
    objective: float
    steps: int
    violation: float

    def decision(self, X: ArrayLike) -> Floats:
        """Return f(x), shape ``(examples,)``, for X of shape ``(examples, features)``."""
        inputs = as_features(X, self.vectors.shape[1])
        return self.kernel(inputs, self.vectors) @ self.weights + self.intercept

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return labels, shape ``(examples,)``."""
        return np.asarray(np.where(self.decision(X) > 0, *self.classes[::-1]))


class Dual(NamedTuple):
    """Where sequential minimal optimisation ended; the fields are those of `KernelSVM`."""

    weights: Floats  # (examples,)
    intercept: float
    steps: int
    violation: float


def kernel_svm(
    X: ArrayLike,
    y: ArrayLike,
    kernel: Kernel = linear_kernel,
    C: float = 1.0,
    tolerance: float = 1e-3,
    max_steps: int = 100_000,
) -> KernelSVM:
    r"""Fit a support vector machine with a kernel, by its dual problem.

    .. math::

        \min_{f} \frac{1}{2} \lVert f \rVert_k^2 + C \sum_i \max(0, 1 - y_i f(x_i))
        \quad = \quad
        \max_{\beta} \sum_i y_i \beta_i - \frac{1}{2} \sum_{ij} \beta_i \beta_j k(x_i, x_j)

    subject to :math:`\sum_i \beta_i = 0` and :math:`0 \le y_i \beta_i \le C`; in the usual notation
    :math:`\beta_i = y_i \alpha_i`. Cortes and Vapnik, "Support-vector networks", Machine Learning
    20 (1995). All pairs of examples are held in memory.

    Parameters
    ----------
    X
        Shape ``(examples, features)``, best of similar scale.
    y
        Labels of two classes, shape ``(examples,)``.
    kernel
        Of two arrays of examples, such as `linear_kernel` or ``rbf_kernel(0.1)``.
    C
        Weight of the hinge loss, above 0.
    tolerance
        `smo` ends when the optimality conditions are violated by at most this.
    max_steps
        It ends after as many all the same.

    Returns
    -------
    KernelSVM
        The support vectors, their weights and the intercept.

    Raises
    ------
    ValueError
        If a shape is wrong, a value is not finite, there are not two classes, or a setting is not
        above 0.
    """
    for name, value in (("C", C), ("tolerance", tolerance), ("max_steps", max_steps)):
        above_zero(name, value)
    inputs, signs, classes = as_two_classes(X, y)
    K = kernel(inputs, inputs)
    beta, intercept, steps, violation = smo(K, signs, C, tolerance, max_steps)
    support = np.flatnonzero(beta)
    objective = float(signs @ beta - beta @ K @ beta / 2)
    return KernelSVM(
        support,
        inputs[support],
        beta[support],
        intercept,
        kernel,
        classes,
        objective,
        steps,
        violation,
    )


def smo(K: Floats, y: Floats, C: float, tolerance: float, max_steps: int) -> Dual:
    r"""Maximise the dual by sequential minimal optimisation: two weights at a time.

    A step moves :math:`\beta_i` up and :math:`\beta_j` down by the same amount, so that their sum
    stays 0. With the gradient :math:`g = y - K\beta`, i is the weight free to rise with the largest
    g; j, of those free to fall, the one that promises most,
    :math:`(g_i - g_j)^2 / (2a)` with :math:`a = K_{ii} + K_{jj} - 2K_{ij}`. The best step is
    :math:`(g_i - g_j) / a`, cut where a weight meets its bound. At the maximum no g of a weight
    free to rise is above one of a weight free to fall. Platt, "Sequential minimal optimization"
    (1998); choice of the pair: Fan, Chen and Lin, "Working set selection using second order
    information for training support vector machines", JMLR 6 (2005), WSS 3; signs as in Bottou and
    Lin, "Support vector machine solvers" (2007), section 6.

    Parameters
    ----------
    K
        Kernel of all pairs, shape ``(examples, examples)``.
    y
        −1 or 1, shape ``(examples,)``.
    C, tolerance, max_steps
        As in `kernel_svm`.

    Returns
    -------
    Dual
        The weights β, the intercept and how it ended.
    """
    lower, upper = np.minimum(0.0, C * y), np.maximum(0.0, C * y)
    beta, gradient, diagonal = np.zeros(len(y)), y.copy(), np.diag(K)
    for step in range(max_steps + 1):
        rising = np.where(beta < upper, gradient, -np.inf)
        i = int(rising.argmax())
        falling = np.where(beta > lower, gradient, np.inf)
        violation = float(rising[i] - falling.min())
        if violation <= tolerance or step == max_steps:
            break
        slope = np.maximum(rising[i] - falling, 0.0)  # (examples,), g_i − g_j
        curvature = np.maximum(diagonal[i] + diagonal - 2 * K[i], 1e-12)
        j = int((slope**2 / curvature).argmax())
        move = min(slope[j] / curvature[j], upper[i] - beta[i], beta[j] - lower[j])
        beta[i] += move
        beta[j] -= move
        gradient -= move * (K[i] - K[j])
    # g is the intercept where a weight is between its bounds, and a bound of it elsewhere.
    free = (beta > lower) & (beta < upper)
    intercept = gradient[free].mean() if free.any() else (rising.max() + falling.min()) / 2
    return Dual(beta, float(intercept), step, violation)
