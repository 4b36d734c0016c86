"""The convolutional layer: every output is a weighted sum of a small window of the image."""

import dataclasses
import math
from typing import Any

import numpy as np

from companion.nn import activations, initializers
from companion.nn.layers.layer import Layer, Shape, in_words, known, parameter
from companion.nn.names import look_up
from companion.nn.ranges import whole
from companion.nn.regularizers import Regularizer
from companion.nn.tensor import Tensor
from companion.nn.windows import Pair, conv2d, window_positions


@dataclasses.dataclass(eq=False)
class Conv2D(Layer):
    """y = φ(x ⋆ K + b): one kernel, moved over the whole image (LeCun et al. 1998, section II.A).

    ⋆ is the cross-correlation of `companion.nn.windows.conv2d`.

    Parameters
    ----------
    filters
        Number of channels of the output.
    kernel_size
        Height and width of the window; one number for both.
    strides
        Steps of the window down and to the right; one number for both.
    padding
        ``"valid"``: windows lie inside the image; ``"same"``: zeros around it, so that the output
        has ⌈length / stride⌉ rows and columns.
    activation
        φ: a function of a tensor, or the name of one in `companion.nn.activations`.
    use_bias
        Whether to add b.
    initializer
        Of K, ``(kernel height, kernel width, channels, filters)``; or the name of one in
        `companion.nn.initializers`. b begins at 0.
    regularizer
        Adds a penalty on K to the loss.

    Raises
    ------
    ValueError
        If `filters`, `kernel_size` or `strides` are not positive, or there is nothing of a name.
    """

    filters: int
    kernel_size: int | Pair
    strides: int | Pair = 1
    padding: str = "valid"
    activation: str | activations.Activation = "linear"
    use_bias: bool = True
    initializer: str | initializers.Initializer = "xavier_uniform"
    regularizer: Regularizer | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filters = whole("filters", self.filters)
        self._size = pair("kernel_size", self.kernel_size)
        self._steps = pair("strides", self.strides)
        self._draw = look_up("initializer", self.initializer, initializers.NAMED)
        self._phi = look_up("activation", self.activation, activations.NAMED)

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Set ``kernel (height, width, channels, filters)`` and ``bias (filters,)``."""
        self.kernel = parameter(
            self._draw((*self._size, *known(shape[-1:]), self.filters), rng), dtype
        )
        if self.use_bias:
            self.bias = parameter(np.zeros(self.filters), dtype)

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(out height, out width, filters)``."""
        return *slide(self, shape, self._size, self._steps, self.padding), self.filters

    def flops(self, shape: Shape) -> int:
        """Return 2 · kernel height · kernel width · channels · filters for each output pixel."""
        window = math.prod(self._size) * math.prod(known(shape[-1:]))
        return 2 * window * math.prod(known(self.output_shape(shape)))

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, out height, out width, filters)``."""
        bias = self.bias if self.use_bias else None
        return self._phi(conv2d(x, self.kernel, self._steps, self.padding, bias))

    def penalty(self) -> Tensor | float:
        """Return the regulariser's value at the kernel."""
        return self.regularizer(self.kernel) if self.regularizer else 0.0


def pair(argument: str, given: int | Pair) -> Pair:
    """Return a setting that is given as one number for both directions, or as two.

    Parameters
    ----------
    argument
        Its name, for the error.
    given
        A number, or one for down and one for right.

    Returns
    -------
    tuple of int
        Both.

    Raises
    ------
    ValueError
        If it is neither, or a number is not positive.
    """
    both = given if isinstance(given, tuple | list) else (given, given)
    if len(both) != 2:
        raise ValueError(f"{argument} must be one number or two, got {given}")
    return whole(argument, both[0]), whole(argument, both[1])


def check_images(layer: Layer, shape: Shape) -> None:
    """Refuse a shape that is not that of images.

    Parameters
    ----------
    layer
        Whose input it is, for the error.
    shape
        Without the batch axis.

    Raises
    ------
    ValueError
        If there are not three axes.
    """
    if len(shape) != 3:
        raise ValueError(
            f"{type(layer).__name__} expects inputs of shape (batch, height, width, channels), "
            f"got {in_words(shape)}"
        )


def slide(layer: Layer, shape: Shape, size: Pair, strides: Pair, padding: str) -> Shape:
    """Return how many places a window has in images, down and to the right.

    Parameters
    ----------
    layer
        Whose input the images are, for the error.
    shape
        ``(height, width, channels)`` of the images.
    size
        Height and width of the window.
    strides
        Its steps.
    padding
        ``"valid"`` or ``"same"``.

    Returns
    -------
    tuple of (int or None)
        Two numbers, None where the length of the image is.

    Raises
    ------
    ValueError
        If the shape is not that of images, or they are smaller than the window.
    """
    check_images(layer, shape)
    places = tuple(
        None if n is None else window_positions(n, k, s, padding)
        for n, k, s in zip(shape, size, strides, strict=False)  # the channels have no window
    )
    if any(n is not None and n < 1 for n in places):
        raise ValueError(
            f"{type(layer).__name__} expects images of at least {size[0]} x {size[1]} pixels, "
            f"got {shape[0]} x {shape[1]}"
        )
    return places
