"""The residual block: layers that learn what to add to their input."""

import dataclasses
from typing import Any

import numpy as np

from companion.nn.activations import relu
from companion.nn.layers.convolution import Conv2D, pair, slide
from companion.nn.layers.layer import Layer, Shape
from companion.nn.layers.normalization import BatchNormalization
from companion.nn.ranges import whole
from companion.nn.tensor import Tensor
from companion.nn.windows import Pair


@dataclasses.dataclass(eq=False)
class ResidualBlock(Layer):
    """y = ReLU(F(x) + S(x)), F: conv3x3, norm, ReLU, conv3x3, norm (He et al. 2016, figure 2).

    The shortcut S is the identity; where the block changes the shape, it is a 1x1 convolution with
    the same strides, and a norm (their option B). Convolutions have no bias: the batch
    normalisation after them would take it away. PyTorch's usual block pads images of even length
    by one pixel on both sides when strides are 2, ``"same"`` padding only below and to the right.

    Parameters
    ----------
    filters
        Number of channels of the output.
    strides
        Of the first convolution; one number for both directions.

    Raises
    ------
    ValueError
        If `filters` or `strides` are not positive.
    """

    filters: int
    strides: int | Pair = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filters = whole("filters", self.filters)
        self._steps = pair("strides", self.strides)

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Build ``conv1``, ``norm1``, ``conv2``, ``norm2`` and the layers of ``shortcut``."""
        inner = self.output_shape(shape)
        self.conv1 = self._conv(3, self._steps).build(shape, rng, dtype)
        self.norm1 = BatchNormalization().build(inner, rng, dtype)
        self.conv2 = self._conv(3).build(inner, rng, dtype)
        self.norm2 = BatchNormalization().build(inner, rng, dtype)
        self.shortcut: list[Layer] = []
        if self._changes(shape):
            conv = self._conv(1, self._steps).build(shape, rng, dtype)
            self.shortcut = [conv, BatchNormalization().build(inner, rng, dtype)]

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(out height, out width, filters)``."""
        return *slide(self, shape, (3, 3), self._steps, "same"), self.filters

    def flops(self, shape: Shape) -> int:
        """Return those of the convolutions."""
        main = self._conv(3, self._steps).flops(shape)
        main += self._conv(3).flops(self.output_shape(shape))
        return main + (self._conv(1, self._steps).flops(shape) if self._changes(shape) else 0)

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, out height, out width, filters)``."""
        y = relu(self.norm1(self.conv1(x), training))
        y = self.norm2(self.conv2(y), training)
        for layer in self.shortcut:
            x = layer(x, training)
        return relu(y + x)

    def _conv(self, size: int, strides: int | Pair = 1) -> Conv2D:
        return Conv2D(self.filters, size, strides, "same", use_bias=False, initializer="he_normal")

    def _changes(self, shape: Shape) -> bool:
        return self._steps != (1, 1) or shape[-1] != self.filters
