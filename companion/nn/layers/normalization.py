"""Normalisation: activations brought to mean 0 and variance 1, then scaled and shifted by γ and β.

Statistics are taken of the columns of a matrix: the channels for batch normalisation, the examples
for layer normalisation, which is batch normalisation of the transposed matrix.
"""

import dataclasses
from typing import Any

import numpy as np

from companion.nn.layers.layer import Layer, Shape, check_last_axis, known, parameter
from companion.nn.ranges import non_negative, share
from companion.nn.tensor import Array, Tensor, record


@dataclasses.dataclass(eq=False)
class BatchNormalization(Layer):
    """y = γ (x − μ) / √(σ² + ε) + β with mean and variance over all axes but the last.

    In training μ and σ² are those of the batch, and ``moving ← momentum · moving + (1 − momentum)
    · batch`` follows them; otherwise they are the moving ones (Ioffe & Szegedy 2015, algorithms 1
    and 2). As in Keras, σ² is the biased variance (divided by n) in both places. PyTorch's
    ``momentum`` is 1 − this one, its running variance is unbiased (divided by n − 1), and its ε is
    1e-5 by default.

    Parameters
    ----------
    momentum
        Share of the moving statistics that a batch leaves, in [0, 1).
    epsilon
        ε, added to the variance; not negative.

    Raises
    ------
    ValueError
        If the momentum is outside [0, 1), or ε is negative.
    """

    momentum: float = 0.99
    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        super().__post_init__()
        share("momentum", self.momentum)
        non_negative("epsilon", self.epsilon)

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Set ``gamma``, ``beta``, ``moving_mean``, ``moving_variance``, ``(channels,)`` each."""
        channels = known(shape[-1:])
        self.gamma = parameter(np.ones(channels), dtype)
        self.beta = parameter(np.zeros(channels), dtype)
        self.moving_mean = np.zeros(channels, dtype)
        self.moving_variance = np.ones(channels, dtype)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the same shape."""
        return check_last_axis(self, shape)

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return a tensor of the shape of `x`; an empty batch has no statistics to follow."""
        if not training or not x.size:
            epsilon = float(self.epsilon)  # a NumPy number would turn float32 into float64
            scale = self.gamma * (self.moving_variance + epsilon) ** -0.5
            return x * scale + (self.beta - scale * self.moving_mean)
        rows = x.reshape(-1, x.shape[-1])
        centred = centre(rows)
        variance = mean_square(centred)
        self._follow(self.moving_mean, column_means(rows.value))
        self._follow(self.moving_variance, variance.value)
        scale = self.gamma * (variance + self.epsilon) ** -0.5
        return (centred * scale + self.beta).reshape(x.shape)

    def _follow(self, moving: Array, batch: Array) -> None:
        moving += (1 - self.momentum) * (batch - moving)


@dataclasses.dataclass(eq=False)
class LayerNormalization(Layer):
    """y = γ (x − μ) / √(σ² + ε) + β with mean and biased variance over the last axis.

    Each example, and each position in it, has its own μ and σ², in training and otherwise
    (Ba et al. 2016, equation 3). PyTorch's ε is 1e-5 by default.

    Parameters
    ----------
    epsilon
        ε, added to the variance; not negative.

    Raises
    ------
    ValueError
        If ε is negative.
    """

    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("epsilon", self.epsilon)

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Set ``gamma`` and ``beta``, ``(features,)`` each."""
        features = known(shape[-1:])
        self.gamma = parameter(np.ones(features), dtype)
        self.beta = parameter(np.zeros(features), dtype)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the same shape."""
        return check_last_axis(self, shape)

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return a tensor of the shape of `x`."""
        centred = centre(x.reshape(-1, x.shape[-1]).T)  # a column for each example
        normal = centred * (mean_square(centred) + self.epsilon) ** -0.5
        return (normal.T * self.gamma + self.beta).reshape(x.shape)


def centre(x: Tensor) -> Tensor:
    """Return a matrix less the mean of each column.

    This is a symmetric projection: it is its own local gradient.
    """
    return record("centre", x.value - column_means(x.value), (x, centre))


def mean_square(x: Tensor) -> Tensor:
    """Return the mean of the squares of each column of a matrix."""
    value = np.einsum("rc,rc->c", x.value, x.value) / len(x)
    return record("mean square", value, (x, lambda g: x * (g * (2 / len(x)))))


def column_means(x: Array) -> Array:
    """Return the mean of each column, by a product of matrices: several times faster than mean."""
    means: Array = np.full(len(x), 1 / len(x), x.dtype) @ x
    return means
