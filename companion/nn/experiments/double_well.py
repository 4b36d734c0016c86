"""An experiment: whether the noise of small batches helps to leave a local minimum."""

import math

import numpy as np

from companion.nn.batches import Batches
from companion.nn.optimizers import SGD
from companion.nn.schedules import Schedule
from companion.nn.tensor import Tensor


def double_well(w: Tensor) -> Tensor:
    """Return w⁴ − 4w² + w: a global minimum at −1.473 and a local one at 1.347."""
    square = w * w
    return square * square - 4.0 * square + w


def inverse_root(step: int) -> float:
    """Return 0.045 / √(1 + t / 100), a learning rate with which the noise dies out slowly."""
    return 0.045 / math.sqrt(1 + step / 100)


def share_in_global_well(
    batch_size: int,
    steps: int = 2000,
    learning_rate: float | Schedule = inverse_root,
    components: int = 64,
    noise: float = 12.0,
    runs: int = 1000,
    seed: int = 0,
) -> float:
    """Return how often SGD from w = 2, in the local well, ends in the global one.

    The loss of a run is the mean of component functions fᵢ(w) = w⁴ − 4w² + w + aᵢ w, as a loss of
    training is that of its examples: aᵢ is drawn from N(0, noise²), and the mean of a run's aᵢ
    is taken off, so that the whole loss is exactly the double well.

    Parameters
    ----------
    batch_size
        Component functions a step; as many as there are make gradient descent without noise.
    steps
        How many steps every run takes, whatever its batches.
    learning_rate
        A number or a schedule.
    components
        How many functions the loss is the mean of.
    noise
        Standard deviation of aᵢ, which is that of one component's gradient.
    runs
        How many, each with components of its own.
    seed
        Of the components and of the batches.

    Returns
    -------
    float
        Share of the runs that end left of the maximum between the wells, at w = 0.126.
    """
    rng = np.random.default_rng(seed)
    slopes = rng.normal(0.0, noise, (components, runs))
    slopes -= slopes.mean(axis=0)
    w = Tensor(np.full(runs, 2.0), requires_grad=True)
    optimizer = SGD(learning_rate)
    data = Batches(slopes, batch_size=batch_size, seed=rng)
    while optimizer.steps < steps:
        for (batch,) in data:
            w.grad = None
            (double_well(w) + w * batch.mean(axis=0)).sum().backward()
            optimizer.step([w])
            if optimizer.steps == steps:
                break
    return float(np.mean(w.value < 0.126))
