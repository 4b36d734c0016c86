"""AdaGrad: smaller steps where gradients have been large."""

import dataclasses

import numpy as np

from companion.nn.optimizers.optimizer import Optimizer
from companion.nn.ranges import non_negative
from companion.nn.schedules import Schedule
from companion.nn.tensor import Array


@dataclasses.dataclass(eq=False)
class AdaGrad(Optimizer):
    """p ← p − η g / (√s + ε) with s ← s + g².

    Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and stochastic
    optimization", section 1.1, with the diagonal of their matrix.

    Parameters
    ----------
    learning_rate
        η, at least 0, or a schedule.
    epsilon
        ε, at least 0.

    Raises
    ------
    ValueError
        If a setting is out of its range.
    """

    learning_rate: float | Schedule = 0.01
    epsilon: float = 1e-10

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("epsilon", self.epsilon)

    def slots(self) -> tuple[str, ...]:
        """Return the names of the arrays kept for each parameter."""
        return ("s",)

    def update(self, p: Array, g: Array, state: dict[str, Array], rate: float, t: int) -> None:
        """Change a piece of a parameter in place."""
        s = state["s"]
        s += g * g
        p -= rate * g / (np.sqrt(s) + self.epsilon)
