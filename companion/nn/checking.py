"""Finite differences: the independent witness of every gradient."""

from collections.abc import Callable

import numpy as np

from companion.nn.ranges import positive
from companion.nn.tensor import Array, Tensor, TensorLike


def numerical_gradient(
    function: Callable[..., Tensor], *inputs: TensorLike, step: float | None = None
) -> list[Array]:
    """Return the gradients of a function by central differences.

    ∂f/∂x ≈ (f(x + h) − f(x − h)) / 2h, with two evaluations for each number of each input.

    Parameters
    ----------
    function
        Of tensors; its result is summed when it has several elements.
    inputs
        Where to differentiate; they are taken as float64.
    step
        h; by default ε^(1/3) max(1, ``|x|``) with the machine's precision ε, which balances the
        error of truncation, h², against that of rounding, ε/h (Press et al. 2007, section 5.7).

    Returns
    -------
    list of numpy.ndarray
        One for each input, of its shape.

    Raises
    ------
    ValueError
        If `step` is not positive.
    """
    if step is not None:
        positive("step", step)
    arrays = [_copy(x) for x in inputs]

    def total() -> float:
        return float(function(*(Tensor(array) for array in arrays)).value.sum())

    found = []
    for array in arrays:
        gradient = np.empty_like(array)
        for index in np.ndindex(array.shape):
            x = float(array[index])
            h = step or np.finfo(float).eps ** (1 / 3) * max(1.0, abs(x))
            array[index] = x + h
            above = total()
            array[index] = x - h
            gradient[index] = (above - total()) / (2 * h)
            array[index] = x
        found.append(gradient)
    return found


def grad_check(
    function: Callable[..., Tensor],
    *inputs: TensorLike,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    step: float | None = None,
) -> float:
    """Compare the gradients of a function with finite differences.

    Parameters
    ----------
    function
        Of tensors. When its result has several elements they are summed with the weights cos 0,
        cos 1, …, so that errors do not cancel, nor derivatives, as those of a softmax would.
    inputs
        Where to differentiate; they are taken as float64.
    rtol, atol
        A derivative may differ by ``atol + rtol · |finite difference|``.
    step
        See `numerical_gradient`.

    Returns
    -------
    float
        The largest difference found.

    Raises
    ------
    AssertionError
        If a derivative differs by more: which one, and both values.
    """

    def weighted(*inputs: Tensor) -> Tensor:
        result = function(*inputs)
        return (result * np.cos(np.arange(result.size)).reshape(result.shape)).sum()

    tensors = [Tensor(_copy(x), requires_grad=True) for x in inputs]
    weighted(*tensors).backward()
    worst = 0.0
    for number, (tensor, expected) in enumerate(
        zip(tensors, numerical_gradient(weighted, *inputs, step=step), strict=True)
    ):
        gradient = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad
        difference = np.abs(gradient - expected)
        wrong = ~(difference <= atol + rtol * np.abs(expected))  # also where either is not a number
        if wrong.any():
            index = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise AssertionError(
                f"input {number}, element {index}: the gradient is {gradient[index]:.8g}, "
                f"finite differences give {expected[index]:.8g}"
            )
        worst = max(worst, float(difference.max(initial=0.0)))
    return worst


def _copy(x: TensorLike) -> Array:
    return np.array(x.value if isinstance(x, Tensor) else x, dtype=np.float64)
