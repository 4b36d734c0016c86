"""Learning rates that change during training: functions of the step, counted from 0."""

import dataclasses
import math
from collections.abc import Callable
from typing import TypeAlias

from companion.nn.ranges import non_negative, positive, share

Schedule: TypeAlias = Callable[[int], float]


@dataclasses.dataclass(frozen=True)
class Constant:
    """η(t) = η₀.

    Parameters
    ----------
    rate
        η₀, at least 0.
    """

    rate: float

    def __post_init__(self) -> None:
        non_negative("rate", self.rate)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        return self.rate


@dataclasses.dataclass(frozen=True)
class StepDecay:
    """η(t) = η₀ γ^⌊t / s⌋: falls at once after every s steps.

    Parameters
    ----------
    rate
        η₀, at least 0.
    every
        s, at least 1.
    factor
        γ, at least 0.
    """

    rate: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        non_negative("rate", self.rate)
        positive("every", self.every)
        non_negative("factor", self.factor)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        return self.rate * self.factor ** (step // self.every)


@dataclasses.dataclass(frozen=True)
class ExponentialDecay:
    """η(t) = η₀ γᵗ.

    Parameters
    ----------
    rate
        η₀, at least 0.
    factor
        γ, at least 0.
    """

    rate: float
    factor: float

    def __post_init__(self) -> None:
        non_negative("rate", self.rate)
        non_negative("factor", self.factor)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        return self.rate * self.factor**step


@dataclasses.dataclass(frozen=True)
class CosineDecay:
    """η(t) = η_T + ½ (η₀ − η_T) (1 + cos(π t / T)), and η_T from step T on.

    Loshchilov & Hutter 2017, "SGDR", equation 5, without restarts.

    Parameters
    ----------
    rate
        η₀, at least 0.
    steps
        T, at least 1.
    final
        η_T, at least 0.
    """

    rate: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        non_negative("rate", self.rate)
        positive("steps", self.steps)
        non_negative("final", self.final)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        return _half_cosine(self.rate, self.final, step / self.steps)


@dataclasses.dataclass(frozen=True)
class Warmup:
    """A straight line up to another schedule: η(0) (t + 1) / (w + 1) for t < w, then η(t − w).

    Goyal et al. 2017, "Accurate, large minibatch SGD", section 2.2.

    Parameters
    ----------
    schedule
        η, which begins when the warm-up is over.
    steps
        w, at least 0.
    """

    schedule: Schedule
    steps: int

    def __post_init__(self) -> None:
        non_negative("steps", self.steps)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        if step < self.steps:
            return self.schedule(0) * (step + 1) / (self.steps + 1)
        return self.schedule(step - self.steps)


@dataclasses.dataclass(frozen=True)
class OneCycle:
    """Half a cosine up to a peak, then half a cosine down almost to 0.

    From peak / 25 at step 0 to the peak at step w T − 1, and on to peak / 250000 at step T − 1,
    where it stays (Smith & Topin 2019, section 4; the shape is that of PyTorch's ``OneCycleLR``).

    Parameters
    ----------
    peak
        The highest learning rate, above 0.
    steps
        T, at least 1.
    warmup
        w, the share of the steps in which the rate rises, in [0, 1).
    """

    peak: float
    steps: int
    warmup: float = 0.25

    def __post_init__(self) -> None:
        positive("peak", self.peak)
        positive("steps", self.steps)
        share("warmup", self.warmup)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        top = self.warmup * self.steps - 1  # the step of the peak
        if step < top:
            return _half_cosine(self.peak / 25, self.peak, step / top)
        return _half_cosine(self.peak, self.peak / 25e4, (step - top) / (self.steps - 1 - top))


@dataclasses.dataclass(frozen=True)
class InverseSquareRoot:
    """η(t) = d^(−½) min(s^(−½), s · w^(−3/2)) with s = t + 1.

    It rises in a straight line for w steps and falls with the root of the step from then on
    (Vaswani et al. 2017, section 5.3, equation 3, whose steps are counted from 1).

    Parameters
    ----------
    width
        d, the model's width, at least 1.
    warmup
        w, at least 1.
    """

    width: int
    warmup: int = 4000

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("warmup", self.warmup)

    def __call__(self, step: int) -> float:
        """Return the learning rate of a step."""
        s = step + 1
        return min(1 / math.sqrt(s), s / math.sqrt(self.warmup) ** 3) / math.sqrt(self.width)


def _half_cosine(start: float, end: float, done: float) -> float:
    """Return the rate between `start` and `end` of which the share `done` is over."""
    return end + (start - end) / 2 * (1 + math.cos(math.pi * min(done, 1.0)))
