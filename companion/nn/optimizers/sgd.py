"""Stochastic gradient descent, with momentum."""

import dataclasses

from companion.nn.optimizers.optimizer import Optimizer
from companion.nn.ranges import non_negative, share
from companion.nn.schedules import Schedule
from companion.nn.tensor import Array


@dataclasses.dataclass(eq=False)
class SGD(Optimizer):
    """p ← p − η v with v ← μ v + g.

    The gradient g is that of a mini-batch, an unbiased estimate of the whole one (Robbins & Monro
    1951); the velocity v is the heavy ball of Polyak 1964. Nesterov's variant goes along g + μ v
    (Sutskever et al. 2013, section 2). The rate multiplies v outside of it, as in PyTorch, so that
    a change of the rate acts at once.

    Parameters
    ----------
    learning_rate
        η, at least 0, or a schedule.
    momentum
        μ, in [0, 1).
    nesterov
        Whether to look ahead; needs momentum.
    weight_decay
        λ, at least 0: λ p is added to g.

    Raises
    ------
    ValueError
        If a setting is out of its range, or `nesterov` is set without momentum.
    """

    learning_rate: float | Schedule = 0.01
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        share("momentum", self.momentum)
        non_negative("weight_decay", self.weight_decay)
        if self.nesterov and not self.momentum:
            raise ValueError(f"nesterov needs a momentum above 0, got {self.momentum}")

    def slots(self) -> tuple[str, ...]:
        """Return the names of the arrays kept for each parameter."""
        return ("v",) if self.momentum else ()

    def update(self, p: Array, g: Array, state: dict[str, Array], rate: float, t: int) -> None:
        """Change a piece of a parameter in place."""
        if self.weight_decay:
            g = g + self.weight_decay * p
        if self.momentum:
            v = state["v"]
            v *= self.momentum
            v += g
            g = g + self.momentum * v if self.nesterov else v
        p -= rate * g
