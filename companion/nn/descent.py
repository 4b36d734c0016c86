"""Descent on a function of few variables, and the largest rate at which it converges."""

from collections.abc import Callable

import numpy as np

from companion.nn.optimizers import SGD, Optimizer
from companion.nn.ranges import non_negative
from companion.nn.tensor import Array, Tensor, TensorLike, as_tensor


def gradient_descent(
    function: Callable[[Tensor], Tensor], start: TensorLike, learning_rate: float, steps: int
) -> Array:
    """Follow the negative gradient: x ← x − η ∇f(x).

    Parameters
    ----------
    function
        f: of a tensor like `start`, with one number as its value.
    start
        The first x, of any shape; taken as float64.
    learning_rate
        η, at least 0.
    steps
        How many, at least 0.

    Returns
    -------
    numpy.ndarray
        The path, ``(steps + 1, …)``: the start and the point after each step.

    Raises
    ------
    ValueError
        If the rate or the number of steps is below 0.
    """
    return optimizer_path(function, start, SGD(learning_rate), steps)


def optimizer_path(
    function: Callable[[Tensor], Tensor], start: TensorLike, optimizer: Optimizer, steps: int
) -> Array:
    """Follow an optimiser's steps on a function of few variables.

    Parameters
    ----------
    function
        As in `gradient_descent`; where it draws numbers, the path is that of a stochastic method.
    start
        The first x, of any shape; taken as float64.
    optimizer
        What makes the steps.
    steps
        How many, at least 0.

    Returns
    -------
    numpy.ndarray
        The path, ``(steps + 1, …)``: the start and the point after each step.

    Raises
    ------
    ValueError
        If the number of steps is below 0.
    """
    non_negative("steps", steps)
    x = Tensor(np.array(as_tensor(start).value, dtype=np.float64), requires_grad=True)
    path = [x.value.copy()]
    for _ in range(steps):
        x.grad = None
        function(x).backward()
        optimizer.step([x])
        path.append(x.value.copy())
    return np.stack(path)


def stable_learning_rate(hessian: Array) -> float:
    """Return 2 / λmax: on a convex quadratic, descent converges for rates below it, and none above.

    Along an eigenvector the distance to the minimum is multiplied by 1 − η λ in each step, which
    is below 1 in size for η < 2 / λ (Goodfellow et al. 2016, section 4.3; LeCun et al. 1998,
    section 4.1).

    Parameters
    ----------
    hessian
        Second derivatives, ``(variables, variables)``, symmetric.

    Returns
    -------
    float
        Infinity if no eigenvalue is above 0. Along an eigenvector with λ < 0 descent goes away from
        where the gradient is 0 with every rate.
    """
    largest = float(_eigenvalues(hessian)[-1])
    return 2 / largest if largest > 0 else np.inf


def condition_number(hessian: Array) -> float:
    """Return κ = λmax / λmin: the number of steps that descent needs grows in proportion to it.

    Parameters
    ----------
    hessian
        Second derivatives, ``(variables, variables)``, symmetric and positive definite.

    Returns
    -------
    float
        At least 1.

    Raises
    ------
    ValueError
        If an eigenvalue is not above 0.
    """
    eigenvalues = _eigenvalues(hessian)
    if not eigenvalues[0] > 0:
        raise ValueError(f"hessian must be positive definite, got the eigenvalues {eigenvalues}")
    return float(eigenvalues[-1] / eigenvalues[0])


def _eigenvalues(hessian: Array) -> Array:
    square = hessian.ndim == 2 and hessian.shape[0] == hessian.shape[1] > 0
    if not square or not np.allclose(hessian, hessian.T):
        raise ValueError(f"hessian must be a symmetric matrix, got {hessian}")
    return np.linalg.eigvalsh(hessian)  # in ascending order
