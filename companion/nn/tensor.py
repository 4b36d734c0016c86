"""Arrays that remember how they were computed: reverse-mode automatic differentiation.

Every operation records, for each tensor that it took, how a gradient of its result becomes a
gradient of that tensor (a vector-Jacobian product). `gradients` walks these records backwards,
newest first. The products are themselves written with operations on tensors, so that gradients can
be differentiated again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
TensorLike: TypeAlias = "Tensor | Array | float | Sequence[Any]"
Link: TypeAlias = "tuple[Tensor, Callable[[Tensor], Tensor]]"  # an input and its local gradient

_ONCE = (int, slice, np.integer, np.bool)  # indices that take no element twice
_recording: ContextVar[bool] = ContextVar("recording", default=True)
_order = count(1)  # a result is always newer than what it was computed from; 0: given


class Tensor:
    """An array of floating-point numbers that remembers how it was computed.

    Parameters
    ----------
    value
        Anything that NumPy makes an array of. Whole numbers and truth values become float64; the
        array is not copied when it already holds floating-point numbers.
    requires_grad
        Whether gradients with respect to this tensor will be asked for.

    Attributes
    ----------
    value : numpy.ndarray
        The numbers.
    grad : numpy.ndarray or None
        What `backward` found, of the same shape; further calls add to it.
    operation : str
        What computed it; empty for a tensor that was given.
    links : tuple
        The tensors that it was computed from, each with its local gradient; empty where none of
        them requires a gradient.

    Raises
    ------
    TypeError
        If `value` holds anything but real numbers.
    """

    __array_ufunc__ = None  # array + tensor asks the tensor, not the array
    __slots__ = ("__weakref__", "_age", "grad", "links", "operation", "requires_grad", "value")

    def __init__(self, value: TensorLike, requires_grad: bool = False) -> None:
        array = value.value if isinstance(value, Tensor) else np.asarray(value)
        if array.dtype.kind in "biu":
            array = array.astype(np.float64)
        elif array.dtype.kind != "f":
            raise TypeError(f"value must hold real numbers, got an array of {array.dtype}")
        self.value: Array = array
        self.requires_grad = requires_grad
        self.grad: Array | None = None
        self.operation = ""
        self.links: tuple[Link, ...] = ()
        self._age = 0

    # What it is

    @property
    def shape(self) -> tuple[int, ...]:
        """Length along each axis."""
        return tuple(self.value.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.value.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.value.dtype

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        values = np.array2string(self.value, separator=", ", prefix="Tensor(")
        origin = f", from {self.operation}" if self.operation else ""
        wanted = ", requires_grad=True" if self.requires_grad and not self.links else ""
        return f"Tensor({values}{origin}{wanted})"

    def item(self) -> float:
        """Return the only number as a float."""
        return float(self.value.item())

    def detach(self) -> Tensor:
        """Return the same numbers without their history."""
        return Tensor(self.value)

    def astype(self, dtype: Any) -> Tensor:
        """Return the numbers in another floating-point type."""
        if dtype == self.dtype:
            return self
        return record("astype", self.value.astype(dtype), (self, lambda g: g))

    # Arithmetic: the operations with one operator each

    def __add__(self, other: TensorLike) -> Tensor:
        a, b = _pair("add", self, other)
        return record("add", a.value + b.value, (a, lambda g: g), (b, lambda g: g))

    def __sub__(self, other: TensorLike) -> Tensor:
        a, b = _pair("subtract", self, other)
        return record("subtract", a.value - b.value, (a, lambda g: g), (b, lambda g: -g))

    def __mul__(self, other: TensorLike) -> Tensor:
        a, b = _pair("multiply", self, other)
        return record("multiply", a.value * b.value, (a, lambda g: g * b), (b, lambda g: g * a))

    def __truediv__(self, other: TensorLike) -> Tensor:
        a, b = _pair("divide", self, other)
        return record(
            "divide", a.value / b.value, (a, lambda g: g / b), (b, lambda g: -(g * a) / (b * b))
        )

    def __neg__(self) -> Tensor:
        return record("negate", -self.value, (self, lambda g: -g))

    def __pow__(self, exponent: float) -> Tensor:
        if not isinstance(exponent, int | float):
            raise TypeError(f"exponent must be a number, got {type(exponent).__name__}")

        def local(g: Tensor) -> Tensor:
            if exponent == 0:
                return g * 0.0
            return g * (exponent * self ** (exponent - 1))

        return record(f"power {exponent:g}", self.value**exponent, (self, local))

    def __matmul__(self, other: TensorLike) -> Tensor:
        return _matmul(self, as_tensor(other, self))

    def __radd__(self, other: TensorLike) -> Tensor:
        return as_tensor(other, self) + self

    def __rsub__(self, other: TensorLike) -> Tensor:
        return as_tensor(other, self) - self

    def __rmul__(self, other: TensorLike) -> Tensor:
        return as_tensor(other, self) * self

    def __rtruediv__(self, other: TensorLike) -> Tensor:
        return as_tensor(other, self) / self

    def __rmatmul__(self, other: TensorLike) -> Tensor:
        return _matmul(as_tensor(other, self), self)

    # Sums and shapes

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """Return the sum over `axis` (all axes by default)."""
        value = self.value.sum(axis, keepdims=keepdims)
        kept = keep_axes(self.shape, axis)
        return record("sum", value, (self, lambda g: g.reshape(kept).broadcast_to(self.shape)))

    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """Return the mean over `axis` (all axes by default)."""
        total = self.sum(axis, keepdims)
        return total * (total.size / self.size if self.size else np.nan)

    def reshape(self, *shape: int | Sequence[int]) -> Tensor:
        """Return the same numbers in another shape, in row-major order; one length may be -1."""
        wanted = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        value = self.value.reshape(wanted)  # type: ignore[arg-type]
        return record("reshape", value, (self, lambda g: g.reshape(self.shape)))

    def transpose(self, *axes: int) -> Tensor:
        """Return the axes in another order; reversed by default."""
        order = axes or tuple(range(self.ndim))[::-1]
        back = np.argsort([a % self.ndim for a in order]) if self.ndim else ()
        value = self.value.transpose(order)
        return record("transpose", value, (self, lambda g: g.transpose(*map(int, back))))

    def swapaxes(self, first: int, second: int) -> Tensor:
        """Return the tensor with two axes exchanged."""
        value = self.value.swapaxes(first, second)
        return record("swapaxes", value, (self, lambda g: g.swapaxes(first, second)))

    @property
    def T(self) -> Tensor:  # noqa: N802, the name in NumPy
        """The tensor with its axes reversed."""
        return self.transpose()

    def broadcast_to(self, shape: tuple[int, ...]) -> Tensor:
        """Return the numbers repeated along axes of length 1 and along new axes in front."""
        if shape == self.shape:
            return self
        value = np.broadcast_to(self.value, shape)
        return record("broadcast_to", value, (self, lambda g: g))

    def __getitem__(self, index: Any) -> Tensor:
        value = self.value[index]
        shape = self.shape
        return record("take", value, (self, lambda g: _put(g, index, shape)))

    # Differentiation

    def backward(self, gradient: TensorLike | None = None) -> None:
        """Add the gradient of this tensor to `grad` of every tensor given with `requires_grad`.

        Parameters
        ----------
        gradient
            Gradient of the quantity of interest with respect to this tensor, of the same shape;
            1 for a tensor of one element.

        Raises
        ------
        ValueError
            If the tensor has several elements and no `gradient` is given, if the shapes differ, or
            if nothing below requires a gradient.
        """
        if not self.requires_grad:
            raise ValueError("nothing that this tensor was computed from has requires_grad=True")
        with no_grad():
            seed = _seed(self, gradient)
            shared = {id(seed.value)}  # arrays that somebody else holds
            for tensor, total in _pull_back(self, seed):
                if not tensor.links:
                    tensor.grad = _add_to(tensor.grad, total.value, id(total.value) in shared)
                    shared.add(id(total.value))


def record(operation: str, value: Array | np.floating[Any], *links: Link) -> Tensor:
    """Wrap the result of an operation and remember its local gradients.

    This is all that a new operation needs: ``record("sin", np.sin(x.value), (x, lambda g: g *
    cos(x)))``. A link's function takes the gradient of the result, a tensor of its shape, and
    returns that of the input, or anything that becomes it by summing over broadcast axes.

    Parameters
    ----------
    operation
        Its name, shown in graphs.
    value
        The result.
    links
        Pairs of an input and its vector-Jacobian product.

    Returns
    -------
    Tensor
        Without history inside `no_grad`, or when no input requires a gradient.
    """
    result = Tensor.__new__(Tensor)
    result.value = np.asarray(value)  # operations on arrays without axes give scalars
    result.grad = None
    result.operation = operation
    result.requires_grad = _recording.get() and any(tensor.requires_grad for tensor, _ in links)
    result.links = links if result.requires_grad else ()
    result._age = next(_order)
    return result


def as_tensor(value: TensorLike, like: Tensor | None = None) -> Tensor:
    """Return `value` as a tensor; a Python number takes the type of `like`.

    Parameters
    ----------
    value
        A tensor, which is returned as it is, or anything that makes one.
    like
        The tensor beside which it will be used.

    Returns
    -------
    Tensor
        Not copied where it need not be.
    """
    if isinstance(value, Tensor):
        return value
    if like is not None and isinstance(value, int | float):
        return Tensor(np.asarray(value, dtype=like.dtype))
    return Tensor(value)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute inside this context without remembering how."""
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)


def gradients(
    output: Tensor,
    inputs: Sequence[Tensor],
    gradient: TensorLike | None = None,
    create_graph: bool = False,
) -> list[Tensor]:
    """Return the gradients of `output` with respect to `inputs`, which keep their `grad`.

    Parameters
    ----------
    output
        What to differentiate.
    inputs
        Tensors with ``requires_grad=True``, given or computed on the way.
    gradient
        See `Tensor.backward`.
    create_graph
        Whether to record the computation of the gradients, to differentiate them again.

    Returns
    -------
    list of Tensor
        One for each input, of its shape; zeros where `output` does not depend on it.

    Raises
    ------
    ValueError
        If an input has ``requires_grad=False``, or `gradient` does not fit; see `Tensor.backward`.
    """
    for i, x in enumerate(inputs):
        if not x.requires_grad:
            raise ValueError(f"inputs[{i}] must have requires_grad=True")
    token = _recording.set(create_graph and _recording.get())
    try:
        found = {id(tensor): total for tensor, total in _pull_back(output, _seed(output, gradient))}
    finally:
        _recording.reset(token)
    return [found.get(id(x), Tensor(np.zeros_like(x.value))) for x in inputs]


def _pull_back(output: Tensor, seed: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    # Give every tensor below `output` with its whole gradient. A tensor's gradient is complete
    # when all newer ones have been visited; no recursion, so depth is limited by memory alone.
    totals: dict[int, Tensor] = {id(output): seed}
    for tensor in history(output):
        total = totals.pop(id(tensor))
        yield tensor, total
        for parent, local in tensor.links:
            if parent.requires_grad:
                part = _fit(local(total), parent)
                earlier = totals.get(id(parent))
                totals[id(parent)] = part if earlier is None else earlier + part


def history(output: Tensor) -> list[Tensor]:
    """Return a tensor and what it was computed from, without constants, newest first.

    Parameters
    ----------
    output
        The result.

    Returns
    -------
    list of Tensor
        Each tensor stands behind all that were computed from it.
    """
    seen = {id(output): output}
    waiting = [output]
    while waiting:
        for parent, _ in waiting.pop().links:
            if parent.requires_grad and id(parent) not in seen:
                seen[id(parent)] = parent
                waiting.append(parent)
    return sorted(seen.values(), key=lambda tensor: tensor._age, reverse=True)


def _seed(output: Tensor, gradient: TensorLike | None) -> Tensor:
    if gradient is None:
        if output.size != 1:
            raise ValueError(
                f"gradient must be given for a tensor of several elements, here {output.shape}"
            )
        return Tensor(np.ones_like(output.value))
    seed = as_tensor(gradient, output).astype(output.dtype)
    if seed.shape != output.shape:
        raise ValueError(f"gradient must have the shape {output.shape}, got {seed.shape}")
    return seed


def _add_to(former: Array | None, gradient: Array, shared: bool) -> Array:
    # A first gradient is kept as it is, unless changing it would change something else.
    if former is not None:
        return former + gradient
    if shared or gradient.base is not None or not gradient.flags.c_contiguous:
        return np.array(gradient, order="C")
    return gradient


def _fit(gradient: Tensor, tensor: Tensor) -> Tensor:
    # A gradient has the shape and the type of its tensor. Broadcasting is undone by summing over
    # what was repeated.
    shape = tensor.shape
    if gradient.shape != shape:
        new = gradient.ndim - len(shape)
        repeated = tuple(
            i for i, length in enumerate(gradient.shape[new:], new) if shape[i - new] != length
        )
        if repeated:
            gradient = gradient.sum((*range(new), *repeated)).reshape(shape)
        else:  # rows of a batch: multiplied by ones, several times faster than summed
            rows = gradient.reshape(math.prod(gradient.shape[:new]), tensor.size)
            gradient = (Tensor(np.ones(len(rows), gradient.dtype)) @ rows).reshape(shape)
    return gradient.astype(tensor.dtype)


def _pair(operation: str, first: Tensor, second: TensorLike) -> tuple[Tensor, Tensor]:
    b = as_tensor(second, first)
    if first.shape != b.shape:
        try:
            np.broadcast_shapes(first.shape, b.shape)
        except ValueError:
            message = f"cannot {operation} tensors of shapes {first.shape} and {b.shape}"
            raise ValueError(message) from None
    return first, b


def _matmul(a: Tensor, b: Tensor) -> Tensor:
    if not a.ndim or not b.ndim or a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ValueError(f"cannot multiply matrices of shapes {a.shape} and {b.shape}")
    if a.ndim == 1:  # a vector is a row on the left, a column on the right
        return (a.reshape(1, -1) @ b).reshape(*b.shape[:-2], *b.shape[-1:][: b.ndim - 1])
    if b.ndim == 1:
        return (a @ b.reshape(-1, 1)).reshape(a.shape[:-1])
    if a.ndim > 2 and b.ndim == 2:  # one large product instead of many small ones
        rows = math.prod(a.shape[:-1])
        return (a.reshape(rows, a.shape[-1]) @ b).reshape(*a.shape[:-1], b.shape[-1])
    try:
        value = a.value @ b.value
    except ValueError:
        message = f"cannot multiply stacks of matrices of shapes {a.shape} and {b.shape}"
        raise ValueError(message) from None
    return record(
        "matmul",
        value,
        (a, lambda g: g @ b.swapaxes(-1, -2)),
        (b, lambda g: a.swapaxes(-1, -2) @ g),
    )


def _put(gradient: Tensor, index: Any, shape: tuple[int, ...]) -> Tensor:
    # The gradient of indexing: every element goes back to its place, repeated ones are added up.
    value = np.zeros(shape, gradient.dtype)
    parts = index if isinstance(index, tuple) else (index,)
    if all(part is None or part is ... or isinstance(part, _ONCE) for part in parts):
        value[index] = gradient.value
    else:
        np.add.at(value, index, gradient.value)
    return record("put", value, (gradient, lambda g: g[index]))


def keep_axes(shape: tuple[int, ...], axis: int | tuple[int, ...] | None = None) -> tuple[int, ...]:
    """Return `shape` with length 1 along `axis`, as a reduction with ``keepdims=True`` has it.

    Parameters
    ----------
    shape
        Before the reduction.
    axis
        What is reduced; all axes by default.

    Returns
    -------
    tuple of int
        Of the same length.
    """
    if axis is None:
        return (1,) * len(shape)
    axes = {a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))}
    return tuple(1 if i in axes else length for i, length in enumerate(shape))
