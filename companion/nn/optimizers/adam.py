"""Adam and AdamW: momentum, with steps measured by the recent size of the gradient."""

import dataclasses
import math

import numpy as np

from companion.nn.optimizers.optimizer import Optimizer
from companion.nn.ranges import non_negative, share
from companion.nn.schedules import Schedule
from companion.nn.tensor import Array


@dataclasses.dataclass(eq=False)
class Adam(Optimizer):
    """p ← p − α m̂ / (√v̂ + ε) with m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g².

    m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) correct for the start at 0, with t counted from 1
    (Kingma & Ba 2015, algorithm 1). AMSGrad puts the largest v so far in the place of v (Reddi et
    al. 2018, algorithm 2; the correction stays, as in PyTorch).

    Parameters
    ----------
    learning_rate
        α, at least 0, or a schedule.
    beta_1, beta_2
        β₁ and β₂, in [0, 1).
    epsilon
        ε, at least 0.
    weight_decay
        λ, at least 0: λ p is added to g.
    amsgrad
        Whether to divide by the largest v so far.

    Raises
    ------
    ValueError
        If a setting is out of its range.
    """

    learning_rate: float | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        share("beta_1", self.beta_1)
        share("beta_2", self.beta_2)
        non_negative("epsilon", self.epsilon)
        non_negative("weight_decay", self.weight_decay)

    def slots(self) -> tuple[str, ...]:
        """Return the names of the arrays kept for each parameter."""
        return ("m", "v", "v_max") if self.amsgrad else ("m", "v")

    def update(self, p: Array, g: Array, state: dict[str, Array], rate: float, t: int) -> None:
        """Change a piece of a parameter in place."""
        if self.weight_decay:
            g = g + self.weight_decay * p
        self.follow(p, g, state, rate, t)

    def follow(self, p: Array, g: Array, state: dict[str, Array], rate: float, t: int) -> None:
        """Follow the gradient: the step itself, which both kinds of weight decay share."""
        m, v = state["m"], state["v"]
        m *= self.beta_1
        m += (1 - self.beta_1) * g
        v *= self.beta_2
        v += (1 - self.beta_2) * g * g
        if self.amsgrad:
            v = np.maximum(state["v_max"], v, out=state["v_max"])
        # m̂ / (√v̂ + ε), its corrections drawn into numbers (Kingma & Ba 2015, end of section 2).
        root = math.sqrt(1 - self.beta_2**t)
        p -= (rate * root / (1 - self.beta_1**t)) * m / (np.sqrt(v) + self.epsilon * root)


@dataclasses.dataclass(eq=False)
class AdamW(Adam):
    """Adam with decoupled weight decay: p ← p − α λ p before each step.

    All weights shrink by the same factor; with Adam's own `weight_decay`, those with large
    gradients shrink less (Loshchilov & Hutter 2019, algorithm 2, with α λ in the place of their λ,
    as in PyTorch).

    Parameters
    ----------
    learning_rate
        α, at least 0, or a schedule.
    beta_1, beta_2
        β₁ and β₂, in [0, 1).
    epsilon
        ε, at least 0.
    weight_decay
        λ, at least 0.
    amsgrad
        Whether to divide by the largest v so far.

    Raises
    ------
    ValueError
        If a setting is out of its range.
    """

    weight_decay: float = 0.01

    def update(self, p: Array, g: Array, state: dict[str, Array], rate: float, t: int) -> None:
        """Change a piece of a parameter in place."""
        p *= 1 - rate * self.weight_decay
        self.follow(p, g, state, rate, t)
