"""Initial values of parameters: functions of a shape and a random generator.

What matters is the variance: it must keep the size of activations, and of gradients, from layer to
layer. The *fan-in* of a kernel is the number of inputs that one output is a sum of, its *fan-out*
the number of outputs that one input goes into.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from companion.nn.ranges import non_negative
from companion.nn.tensor import Array

Initializer: TypeAlias = Callable[[tuple[int, ...], np.random.Generator], Array]


def zeros(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return zeros: right for biases, since the kernels already break the symmetry."""
    return np.zeros(shape)


def ones(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return ones."""
    return np.ones(shape)


def normal(std: float = 0.05) -> Initializer:
    """Return an initialiser that draws from N(0, std²), whatever the shape."""
    non_negative("std", std)

    def initialize(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return rng.normal(0.0, std, shape)

    return initialize


def xavier_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw from U(−a, a), a = √(6 / (fan-in + fan-out)) (Glorot & Bengio 2010, equation 16)."""
    bound = np.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-bound, bound, shape)


def xavier_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw from N(0, 2 / (fan-in + fan-out)) (Glorot & Bengio 2010, equation 12)."""
    return rng.normal(0.0, np.sqrt(2 / sum(fans(shape))), shape)


def he_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw from U(−a, a), a = √(6 / fan-in): the variance of `he_normal`."""
    bound = np.sqrt(6 / fans(shape)[0])
    return rng.uniform(-bound, bound, shape)


def he_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw from N(0, 2 / fan-in), made for ReLU (He et al. 2015, equation 10)."""
    return rng.normal(0.0, np.sqrt(2 / fans(shape)[0]), shape)


def orthogonal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw a random matrix with orthonormal columns, or rows if it is wider than high.

    All axes but the last count as its rows (Saxe et al. 2014, section 3).
    """
    rows, columns = int(np.prod(shape[:-1])), shape[-1]
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))  # makes the distribution uniform (Mezzadri 2007)
    return (q if rows >= columns else q.T).reshape(shape)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return fan-in and fan-out of a kernel.

    Parameters
    ----------
    shape
        ``(inputs, outputs)``, or ``(height, width, channels, filters)`` for a convolution, where
        every pixel of the window counts.

    Returns
    -------
    tuple of int
        Fan-in and fan-out.

    Raises
    ------
    ValueError
        If there are fewer than two axes, or one of length 0.
    """
    if len(shape) < 2 or 0 in shape:
        raise ValueError(f"shape must have at least two axes, none of length 0, got {shape}")
    window = int(np.prod(shape[:-2]))
    return window * shape[-2], window * shape[-1]


NAMED: dict[str, Initializer] = {
    "zeros": zeros,
    "ones": ones,
    "normal": normal(),
    "xavier_uniform": xavier_uniform,
    "xavier_normal": xavier_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "orthogonal": orthogonal,
}
