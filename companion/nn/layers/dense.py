"""The dense layer: every output is a weighted sum of every input."""

import dataclasses
import math
from typing import Any

import numpy as np

from companion.nn import activations, initializers
from companion.nn.layers.layer import Layer, Shape, check_last_axis, known, parameter
from companion.nn.names import look_up
from companion.nn.ranges import whole
from companion.nn.regularizers import Regularizer
from companion.nn.tensor import Tensor


@dataclasses.dataclass(eq=False)
class Dense(Layer):
    """y = φ(x W + b), applied to the last axis.

    Parameters
    ----------
    units
        Number of outputs.
    activation
        φ: a function of a tensor, or the name of one in `companion.nn.activations`.
    use_bias
        Whether to add b.
    initializer
        Of W, ``(inputs, units)``; or the name of one in `companion.nn.initializers`. b begins at 0.
    regularizer
        Adds a penalty on W to the loss.

    Raises
    ------
    ValueError
        If `units` is not positive, or there is nothing of a name.
    """

    units: int
    activation: str | activations.Activation = "linear"
    use_bias: bool = True
    initializer: str | initializers.Initializer = "xavier_uniform"
    regularizer: Regularizer | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.units = whole("units", self.units)
        self._draw = look_up("initializer", self.initializer, initializers.NAMED)
        self._phi = look_up("activation", self.activation, activations.NAMED)

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Set ``kernel (inputs, units)`` and ``bias (units,)``."""
        self.kernel = parameter(self._draw((*known(shape[-1:]), self.units), rng), dtype)
        if self.use_bias:
            self.bias = parameter(np.zeros(self.units), dtype)

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(…, units)``."""
        return (*check_last_axis(self, shape)[:-1], self.units)

    def flops(self, shape: Shape) -> int:
        """Return 2 · inputs · units for each of the other positions."""
        return 2 * self.units * math.prod(known(shape))

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, …, units)``."""
        y = x @ self.kernel
        if self.use_bias:
            y = y + self.bias
        return self._phi(y)

    def penalty(self) -> Tensor | float:
        """Return the regulariser's value at the kernel."""
        return self.regularizer(self.kernel) if self.regularizer else 0.0
