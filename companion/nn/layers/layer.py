"""What all layers share: building, checking shapes, and finding parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Self, TypeAlias

import numpy as np

from companion.nn.tensor import Array, Tensor

Shape: TypeAlias = tuple[int | None, ...]  # without the batch axis; None: any length


@dataclasses.dataclass(eq=False)
class Layer:
    """A function with parameters, of tensors whose first axis is the batch.

    A layer is a dataclass: its fields are its settings. `build` makes its parameters once the
    shape of the input is known; `forward` computes. Attributes that hold tensors are trainable
    parameters, those that hold arrays are other state, such as running means; both are found by
    their names, those of layers inside this one too.
    """

    def __post_init__(self) -> None:
        self.input_shape: Shape | None = None
        self._dtype = np.dtype(np.float32)

    def build(self, shape: Shape, rng: np.random.Generator, dtype: Any = np.float32) -> Self:
        """Make the parameters.

        Parameters
        ----------
        shape
            That of an input without its batch axis; None for an axis that may have any length.
        rng
            Source of the initial values, and of what the layer draws in training.
        dtype
            float32 or float64.

        Returns
        -------
        Layer
            This layer.

        Raises
        ------
        ValueError
            If the layer cannot take inputs of this shape, or the type is another.
        """
        self.output_shape(shape)
        self._dtype = np.dtype(dtype)
        if self._dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64, got {self._dtype}")
        self.create(shape, rng, self._dtype)
        self.input_shape = shape
        return self

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Set the attributes that hold parameters and layers; for layers that have any."""

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of the output for an input of `shape`, both without the batch axis."""
        return shape

    def flops(self, shape: Shape) -> int:
        """Return the floating-point operations of a forward pass of one example of `shape`.

        Only products of matrices count, a multiplication and an addition each: what is added
        elsewhere grows with the outputs alone.
        """
        return 0

    def __call__(self, x: Tensor | Array, training: bool = False) -> Tensor:
        """Check the shape of `x` and return `forward` of it; arrays take the layer's type."""
        if self.input_shape is None:
            raise ValueError(f"{type(self).__name__} is not built yet: call build(shape, rng)")
        if not fits(x.shape[1:], self.input_shape):
            raise ValueError(
                f"{type(self).__name__} expects inputs of shape {in_words(self.input_shape)},"
                f" got {x.shape}"
            )
        if not isinstance(x, Tensor):
            x = Tensor(x.astype(self._dtype, copy=False))
        return self.forward(x, training)

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Compute the output.

        Parameters
        ----------
        x
            ``(batch, …)``.
        training
            Whether parameters are being fitted: dropout drops, batch normalisation uses the
            batch's own statistics.

        Returns
        -------
        Tensor
            ``(batch, …)``.
        """
        raise NotImplementedError

    def penalty(self) -> Tensor | float:
        """Return what the regularisers of this layer and those inside add to the loss."""
        return sum((layer.penalty() for _, layer in self.children()), start=0.0)

    def children(self) -> Iterator[tuple[str, Layer]]:
        """Give the layers inside this one, with their names."""
        for name, value in vars(self).items():
            if isinstance(value, Layer):
                yield name, value
            elif isinstance(value, list):
                for i, item in enumerate(value):
                    if isinstance(item, Layer):
                        yield f"{name}.{i}", item

    def parameters(self) -> dict[str, Tensor]:
        """Return the trainable tensors by name, such as ``"kernel"`` or ``"layers.0.kernel"``."""
        return {name: value for name, value in self._named() if isinstance(value, Tensor)}

    def weights(self) -> dict[str, Array]:
        """Return the values of all parameters and all other state by name: views, not copies."""
        return {
            name: value.value if isinstance(value, Tensor) else value
            for name, value in self._named()
        }

    def set_weights(self, weights: dict[str, Array]) -> None:
        """Copy values into parameters and state.

        Parameters
        ----------
        weights
            As `weights` returns them.

        Raises
        ------
        ValueError
            If a name is missing or unknown, or a shape differs; then nothing is changed.
        """
        own = self.weights()
        if own.keys() != weights.keys():
            missing, unknown = own.keys() - weights.keys(), weights.keys() - own.keys()
            raise ValueError(f"weights: missing {sorted(missing)}, unknown {sorted(unknown)}")
        for name, value in weights.items():
            if np.shape(value) != own[name].shape:
                raise ValueError(
                    f"weights[{name!r}] must have the shape {own[name].shape}, "
                    f"got {np.shape(value)}"
                )
        for name, value in weights.items():
            own[name][...] = value

    def count_parameters(self) -> int:
        """Return the number of trainable numbers."""
        return sum(parameter.size for parameter in self.parameters().values())

    def _named(self) -> Iterator[tuple[str, Tensor | Array]]:
        for name, value in vars(self).items():
            if isinstance(value, Tensor | np.ndarray):
                yield name, value
        for name, layer in self.children():
            for inner, value in layer._named():
                yield f"{name}.{inner}", value


def fits(shape: tuple[int, ...], expected: Shape) -> bool:
    """Whether a shape is the expected one, where None stands for any length.

    Parameters
    ----------
    shape
        Of an array.
    expected
        With None for axes of any length.

    Returns
    -------
    bool
        False when the numbers of axes differ.
    """
    return len(shape) == len(expected) and all(
        e is None or n == e for n, e in zip(shape, expected, strict=True)
    )


def in_words(shape: Shape) -> str:
    """Return a shape for an error message, such as ``"(batch, any, 3)"``.

    Parameters
    ----------
    shape
        Without the batch axis.

    Returns
    -------
    str
        With it.
    """
    return f"({', '.join(['batch', *('any' if n is None else str(n) for n in shape)])})"


def check_last_axis(layer: Layer, shape: Shape) -> Shape:
    """Return a shape of which the last length must be known.

    Parameters
    ----------
    layer
        Whose input it is, for the error.
    shape
        Without the batch axis.

    Returns
    -------
    tuple of (int or None)
        The same.

    Raises
    ------
    ValueError
        If there is no axis, or the last has no known length.
    """
    if not shape or shape[-1] is None:
        raise ValueError(
            f"{type(layer).__name__} expects inputs of shape (batch, …, features), "
            f"got {in_words(shape)}"
        )
    return shape


def parameter(value: Array, dtype: np.dtype[Any]) -> Tensor:
    """Return a trainable tensor.

    Parameters
    ----------
    value
        Its initial values.
    dtype
        Type of its numbers.

    Returns
    -------
    Tensor
        With ``requires_grad=True``.
    """
    return Tensor(np.ascontiguousarray(value, dtype), requires_grad=True)


def known(shape: Shape) -> tuple[int, ...]:
    """Return a shape of which every length must be known.

    Parameters
    ----------
    shape
        Without the batch axis.

    Returns
    -------
    tuple of int
        The same.

    Raises
    ------
    ValueError
        If a length is None.
    """
    lengths = tuple(n for n in shape if n is not None)
    if len(lengths) < len(shape):
        raise ValueError(f"every length of the shape must be known here, got {shape}")
    return lengths
