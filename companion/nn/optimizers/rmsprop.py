"""RMSProp: steps measured by the recent size of the gradient."""

import dataclasses

import numpy as np

from companion.nn.optimizers.optimizer import Optimizer
from companion.nn.ranges import non_negative, share
from companion.nn.schedules import Schedule
from companion.nn.tensor import Array


@dataclasses.dataclass(eq=False)
class RMSProp(Optimizer):
    """p ← p − η g / (√s + ε) with s ← ρ s + (1 − ρ) g².

    Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6.5. With momentum, p
    follows u ← μ u + g / (√s + ε) instead.

    Parameters
    ----------
    learning_rate
        η, at least 0, or a schedule.
    rho
        ρ, in [0, 1).
    momentum
        μ, in [0, 1).
    epsilon
        ε, at least 0.

    Raises
    ------
    ValueError
        If a setting is out of its range.
    """

    learning_rate: float | Schedule = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        share("rho", self.rho)
        share("momentum", self.momentum)
        non_negative("epsilon", self.epsilon)

    def slots(self) -> tuple[str, ...]:
        """Return the names of the arrays kept for each parameter."""
        return ("s", "u") if self.momentum else ("s",)

    def update(self, p: Array, g: Array, state: dict[str, Array], rate: float, t: int) -> None:
        """Change a piece of a parameter in place."""
        s = state["s"]
        s *= self.rho
        s += (1 - self.rho) * g * g
        direction = g / (np.sqrt(s) + self.epsilon)
        if self.momentum:
            u = state["u"]
            u *= self.momentum
            u += direction
            direction = u
        p -= rate * direction
