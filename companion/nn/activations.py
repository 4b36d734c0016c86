"""Activation functions: what makes a network more than one linear map."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from companion.nn.functions import exp, log, relu, sigmoid, tanh, where
from companion.nn.tensor import Tensor, TensorLike, as_tensor, record

Activation: TypeAlias = Callable[[Tensor], Tensor]

__all__ = [
    "NAMED",
    "Activation",
    "elu",
    "gelu",
    "leaky_relu",
    "linear",
    "log_softmax",
    "logit",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "tanh",
]


def linear(x: TensorLike) -> Tensor:
    """Return x: no activation."""
    return as_tensor(x)


def leaky_relu(x: TensorLike, slope: float = 0.01) -> Tensor:
    """Return x where it is positive and slope · x elsewhere: a unit that cannot die.

    Maas et al. 2013, "Rectifier nonlinearities improve neural network acoustic models", section 2.
    """
    x = as_tensor(x)
    return where(x.value > 0, x, x * slope)


def elu(x: TensorLike, alpha: float = 1.0) -> Tensor:
    """Return x where it is positive and α (eˣ − 1) elsewhere (Clevert et al. 2016, equation 6)."""
    x = as_tensor(x)
    below = where(x.value > 0, 0.0, x)  # eˣ of large x would overflow
    return where(x.value > 0, x, (exp(below) - 1.0) * alpha)


def softplus(x: TensorLike) -> Tensor:
    """Return log(1 + eˣ), a smooth ReLU with the derivative σ.

    NumPy's ``logaddexp(0, x)`` neither overflows nor rounds to 0 where eˣ is small beside 1.
    """
    x = as_tensor(x)
    return record("softplus", np.logaddexp(0, x.value), (x, lambda g: g * sigmoid(x)))


def silu(x: TensorLike) -> Tensor:
    """Return x σ(x) (Elfwing et al. 2018, equation 6), also called swish."""
    x = as_tensor(x)
    return x * sigmoid(x)


def gelu(x: TensorLike) -> Tensor:
    """Return ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks & Gimpel 2016, section 2).

    That is their approximation of x Φ(x), the one that GPT-2 uses; it is within 5e-4 of it.
    """
    x = as_tensor(x)
    inner = x * (x * x * 0.044715 + 1.0) * float(np.sqrt(2 / np.pi))
    return x * 0.5 * (tanh(inner) + 1.0)


def logit(p: TensorLike) -> Tensor:
    """Return log(p / (1 − p)), the inverse of the sigmoid; −∞ at 0 and ∞ at 1."""
    p = as_tensor(p)
    return log(p) - log(1.0 - p)


def softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """Return e^xᵢ / Σⱼ e^xⱼ along `axis`: positive numbers whose sum is 1."""
    return exp(log_softmax(x, axis))


def log_softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """Return xᵢ − log Σⱼ e^xⱼ along `axis`, without overflow and without the logarithm of 0.

    The largest x is subtracted first, which changes nothing (Goodfellow et al. 2016, section 4.1).
    """
    x = as_tensor(x)
    x = x - x.value.max(axis, keepdims=True)
    return x - log(exp(x).sum(axis, keepdims=True))


NAMED: dict[str, Activation] = {
    function.__name__: function
    for function in (
        *(elu, gelu, leaky_relu, linear, log_softmax, relu),
        *(sigmoid, silu, softmax, softplus, tanh),
    )
}
