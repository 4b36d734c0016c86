"""Pooling: windows of an image, or the whole image, become one number for each channel."""

import dataclasses

from companion.nn.layers.convolution import check_images, pair, slide
from companion.nn.layers.layer import Layer, Shape
from companion.nn.tensor import Tensor
from companion.nn.windows import Pair, average_pool2d, max_pool2d


@dataclasses.dataclass(eq=False)
class _Pooling2D(Layer):
    # What both kinds of windows share.

    pool_size: int | Pair = 2
    strides: int | Pair | None = None
    padding: str = "valid"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._size = pair("pool_size", self.pool_size)
        self._steps = self._size if self.strides is None else pair("strides", self.strides)

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(out height, out width, channels)``."""
        return *slide(self, shape, self._size, self._steps, self.padding), shape[2]


class MaxPooling2D(_Pooling2D):
    """The largest value of each window and channel; no parameters.

    See `companion.nn.windows.max_pool2d`.

    Parameters
    ----------
    pool_size
        Height and width of a window; one number for both.
    strides
        Steps of the window down and to the right, one number for both; by default its size, so
        that windows do not overlap.
    padding
        ``"valid"``: windows lie inside the image; ``"same"``: it is padded, so that the output has
        ⌈length / stride⌉ rows and columns.

    Raises
    ------
    ValueError
        If `pool_size` or `strides` are not positive.
    """

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, out height, out width, channels)``."""
        return max_pool2d(x, self._size, self._steps, self.padding)


class AveragePooling2D(_Pooling2D):
    """The mean of each window and channel; no parameters.

    See `companion.nn.windows.average_pool2d`: padding does not count in the mean.

    Parameters
    ----------
    pool_size, strides, padding
        As those of `MaxPooling2D`.

    Raises
    ------
    ValueError
        If `pool_size` or `strides` are not positive.
    """

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, out height, out width, channels)``."""
        return average_pool2d(x, self._size, self._steps, self.padding)


@dataclasses.dataclass(eq=False)
class GlobalAveragePooling2D(Layer):
    """The mean of each channel over the whole image (Lin et al. 2014, section 3.2)."""

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``(channels,)``."""
        check_images(self, shape)
        return shape[2:]

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return ``(batch, channels)``."""
        return x.mean(axis=(1, 2))
