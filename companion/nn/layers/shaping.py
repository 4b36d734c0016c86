"""Layers without parameters that change the shape of their input, or each of its numbers."""

import dataclasses
import math

from companion.nn import activations
from companion.nn.layers.layer import Layer, Shape, in_words, known
from companion.nn.names import look_up
from companion.nn.tensor import Tensor


@dataclasses.dataclass(eq=False)
class Flatten(Layer):
    """All numbers of an example in one row, in row-major order."""

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(numbers,)``."""
        return (math.prod(known(shape)),)

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, numbers)``."""
        return x.reshape(len(x), math.prod(x.shape[1:]))


@dataclasses.dataclass(eq=False)
class Reshape(Layer):
    """The numbers of an example in another shape, in row-major order.

    Parameters
    ----------
    shape
        Without the batch axis; one length may be -1: what remains.

    Raises
    ------
    ValueError
        If a length is neither positive nor -1, or several are -1.
    """

    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(n < 1 and n != -1 for n in self.shape) or self.shape.count(-1) > 1:
            raise ValueError(
                f"shape must hold positive lengths and at most one -1, got {self.shape}"
            )

    def output_shape(self, shape: Shape) -> Shape:
        """Return the new shape, its -1 worked out."""
        numbers = math.prod(known(shape))
        rest = numbers // math.prod(n for n in self.shape if n != -1)
        new = tuple(rest if n == -1 else n for n in self.shape)
        if math.prod(new) != numbers:
            raise ValueError(
                f"Reshape expects inputs that fit into {self.shape}, got {in_words(shape)}"
            )
        return new

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, …)``."""
        return x.reshape(len(x), *known(self.output_shape(x.shape[1:])))


@dataclasses.dataclass(eq=False)
class Activation(Layer):
    """φ(x), element by element or along the last axis.

    Parameters
    ----------
    function
        φ: a function of a tensor, or the name of one in `companion.nn.activations`.

    Raises
    ------
    ValueError
        If there is nothing of this name.
    """

    function: str | activations.Activation

    def __post_init__(self) -> None:
        super().__post_init__()
        self._phi = look_up("function", self.function, activations.NAMED)

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return φ(x), of the shape of x."""
        return self._phi(x)
