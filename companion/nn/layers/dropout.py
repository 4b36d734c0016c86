"""Dropout: units that are left out at random while a network is trained."""

import dataclasses
from typing import Any

import numpy as np

from companion.nn.layers.layer import Layer, Shape
from companion.nn.ranges import share
from companion.nn.tensor import Array, Tensor


@dataclasses.dataclass(eq=False)
class Dropout(Layer):
    """y = x m / (1 − p) in training, each m being 0 with probability p and 1 otherwise; else y = x.

    Dividing by 1 − p ("inverted" dropout) keeps the expectation: E y = x; the variance is
    x² p / (1 − p). Without it, outputs would have to be scaled by 1 − p when the network is used,
    as in Srivastava et al. 2014, section 4 and figure 2.

    Parameters
    ----------
    rate
        p, in [0, 1).

    Raises
    ------
    ValueError
        If the rate is outside [0, 1).
    """

    rate: float

    def __post_init__(self) -> None:
        super().__post_init__()
        share("rate", self.rate)

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Keep a generator for the masks."""
        self.rng = rng.spawn(1)[0]

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Return a tensor of the shape of `x`."""
        if not training or not self.rate:
            return x
        return x * dropout_mask(x.shape, self.rate, self.rng, x.dtype)


def dropout_mask(
    shape: tuple[int, ...], rate: float, rng: np.random.Generator, dtype: np.dtype[Any]
) -> Array:
    """Return what dropout multiplies by: 0 with probability p, else 1 / (1 − p).

    Parameters
    ----------
    shape
        Of the mask.
    rate
        p, in [0, 1).
    rng
        Source of the choice; the same for both types of numbers.
    dtype
        Type of the numbers.

    Returns
    -------
    numpy.ndarray
        Expectation 1 and variance p / (1 − p), each number independent of the others.
    """
    kept = rng.random(shape, np.float32) >= rate
    return kept.astype(dtype) * float(1 / (1 - rate))  # a NumPy number widens float32
