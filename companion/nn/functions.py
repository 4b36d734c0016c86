"""Operations on tensors beyond arithmetic: elementwise functions, choices, and joining."""

import weakref
from collections.abc import Callable, Sequence

import numpy as np

from companion.nn.tensor import Array, Tensor, TensorLike, as_tensor, keep_axes, record


def exp(x: TensorLike) -> Tensor:
    """Return eˣ, element by element."""
    x = as_tensor(x)
    return _from_result("exp", np.exp(x.value), x, lambda g, y: g * y)


def log(x: TensorLike) -> Tensor:
    """Return the natural logarithm, element by element; −∞ at 0."""
    x = as_tensor(x)
    with np.errstate(divide="ignore"):
        value = np.log(x.value)
    return record("log", value, (x, lambda g: g / x))


def sqrt(x: TensorLike) -> Tensor:
    """Return the square root, element by element."""
    x = as_tensor(x)
    return _from_result("sqrt", np.sqrt(x.value), x, lambda g, y: g / (2.0 * y))


def tanh(x: TensorLike) -> Tensor:
    """Return the hyperbolic tangent, element by element: tanh' = 1 − tanh²."""
    x = as_tensor(x)
    return _from_result("tanh", np.tanh(x.value), x, lambda g, y: g * (1.0 - y * y))


def sigmoid(x: TensorLike) -> Tensor:
    """Return σ(x) = 1 / (1 + e⁻ˣ), element by element: σ' = σ (1 − σ).

    Written with the exponential of minus the absolute value, which cannot overflow.
    """
    x = as_tensor(x)
    small = np.exp(-np.abs(x.value))  # in (0, 1]
    value = np.where(x.value >= 0, 1, small) / (1 + small)
    return _from_result("sigmoid", value, x, lambda g, y: g * (y * (1.0 - y)))


def absolute(x: TensorLike) -> Tensor:
    """Return the absolute value, element by element, with the subgradient 0 at 0."""
    x = as_tensor(x)
    return record("absolute", np.abs(x.value), (x, lambda g: g * np.sign(x.value)))


def relu(x: TensorLike) -> Tensor:
    """Return max(0, x), element by element, with the subgradient 0 at 0."""
    x = as_tensor(x)
    value = np.maximum(x.value, 0)
    return record("relu", value, (x, lambda g: g * (value > 0).astype(value.dtype)))


def maximum(a: TensorLike, b: TensorLike) -> Tensor:
    """Return the larger of each two elements; where they are equal, each has half the gradient."""
    a, b = _both(a, b)
    value = np.maximum(a.value, b.value)
    share = ((a.value > b.value) + 0.5 * (a.value == b.value)).astype(value.dtype)
    return record("maximum", value, (a, lambda g: g * share), (b, lambda g: g * (1 - share)))


def where(condition: Array, a: TensorLike, b: TensorLike) -> Tensor:
    """Return `a` where the condition holds and `b` elsewhere."""
    a, b = _both(a, b)
    zero = np.zeros((), np.result_type(a.value, b.value))
    return record(
        "where",
        np.where(condition, a.value, b.value),
        (a, lambda g: where(condition, g, zero)),
        (b, lambda g: where(condition, zero, g)),
    )


def amax(
    x: TensorLike, axis: int | tuple[int, ...] | None = None, keepdims: bool = False
) -> Tensor:
    """Return the largest element along `axis`; equal ones share the gradient evenly."""
    x = as_tensor(x)
    largest = x.value.max(axis, keepdims=True)
    share = (x.value == largest).astype(x.dtype)
    share /= share.sum(axis, keepdims=True)
    value = x.value.max(axis, keepdims=keepdims)
    kept = keep_axes(x.shape, axis)
    return record("max", value, (x, lambda g: g.reshape(kept) * share))


def concatenate(tensors: Sequence[TensorLike], axis: int = 0) -> Tensor:
    """Return tensors joined along an axis that they have.

    Parameters
    ----------
    tensors
        At least one; their shapes differ along `axis` alone.
    axis
        Along which to join.

    Returns
    -------
    Tensor
        As long along `axis` as all together.
    """
    parts = [as_tensor(tensor) for tensor in tensors]
    ends = np.cumsum([0, *(part.shape[axis] for part in parts)])

    def piece(i: int) -> tuple[slice, ...]:
        return (slice(None),) * (axis % parts[0].ndim) + (slice(int(ends[i]), int(ends[i + 1])),)

    return record(
        "concatenate",
        np.concatenate([part.value for part in parts], axis),
        *((part, lambda g, i=i: g[piece(i)]) for i, part in enumerate(parts)),
    )


def stack(tensors: Sequence[TensorLike], axis: int = 0) -> Tensor:
    """Return tensors of one shape joined along a new axis."""
    parts = [as_tensor(tensor) for tensor in tensors]
    new = axis % (parts[0].ndim + 1)
    shape = (*parts[0].shape[:new], 1, *parts[0].shape[new:])
    return concatenate([part.reshape(shape) for part in parts], new)


def pad(x: TensorLike, widths: Sequence[tuple[int, int]], value: float = 0.0) -> Tensor:
    """Return `x` with a border: for each axis, how many elements before and after it."""
    x = as_tensor(x)
    inside = tuple(
        slice(before, before + n) for (before, _), n in zip(widths, x.shape, strict=True)
    )
    padded = np.pad(x.value, widths, constant_values=value)
    return record("pad", padded, (x, lambda g: g[inside]))


def _both(a: TensorLike, b: TensorLike) -> tuple[Tensor, Tensor]:
    # Two arguments as tensors; a Python number takes the type of the other.
    a = as_tensor(a, b if isinstance(b, Tensor) else None)
    return a, as_tensor(b, a)


def _from_result(
    operation: str, value: Array, x: Tensor, local: Callable[[Tensor, Tensor], Tensor]
) -> Tensor:
    # An operation whose local gradient is written with its result y: local(g, y). A weak reference,
    # because y that held itself would live, with all that it was computed from, until Python looks
    # for cycles. Whoever asks for the gradient holds y.
    y = record(operation, value, (x, lambda g: local(g, result())))
    result: Callable[[], Tensor] = weakref.ref(y)  # type: ignore[assignment]
    return y
