"""Penalties on parameters: what is added to the loss to keep weights small or sparse."""

import dataclasses
from collections.abc import Callable
from typing import TypeAlias

from companion.nn.functions import absolute
from companion.nn.ranges import non_negative
from companion.nn.tensor import Tensor

Regularizer: TypeAlias = Callable[[Tensor], Tensor]


@dataclasses.dataclass(frozen=True)
class L1:
    """λ Σ abs(w): its minimum has weights that are exactly 0 (Tibshirani 1996).

    Steps along the gradient only bring them near 0; `companion.linear_models.lasso` gets there.

    Parameters
    ----------
    strength
        λ, at least 0.
    """

    strength: float

    def __post_init__(self) -> None:
        non_negative("strength", self.strength)

    def __call__(self, weights: Tensor) -> Tensor:
        """Return the penalty, a tensor without axes."""
        return absolute(weights).sum() * self.strength


@dataclasses.dataclass(frozen=True)
class L2:
    """λ Σ w², the *squared* L2 norm: shrinks weights in proportion (Hoerl & Kennard 1970).

    Its gradient is 2 λ w. Under plain SGD it equals a weight decay of 2 λ; under Adam, which
    divides the gradient by its size, it does not (Loshchilov & Hutter 2019, section 2).

    Parameters
    ----------
    strength
        λ, at least 0.
    """

    strength: float

    def __post_init__(self) -> None:
        non_negative("strength", self.strength)

    def __call__(self, weights: Tensor) -> Tensor:
        """Return the penalty, a tensor without axes."""
        return (weights * weights).sum() * self.strength
