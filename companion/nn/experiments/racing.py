"""A race of optimisers: the training loss by epochs, by updates and by time."""

from collections.abc import Iterator
from itertools import islice
from time import perf_counter
from typing import NamedTuple

import numpy as np

from companion.nn.batches import Batches
from companion.nn.optimizers import Optimizer
from companion.nn.ranges import positive
from companion.nn.sequential import Sequential
from companion.nn.tensor import Array


class Laps(NamedTuple):
    """The course of a training, one number each for the start and for every mark.

    An epoch is one gradient of every example, an update one gradient of a batch. Seconds count the
    training alone, not the measurements.
    """

    epochs: Array
    updates: Array
    seconds: Array
    loss: Array

    def reached(self, loss: float) -> "Lap | None":
        """Return the first mark at which the loss is not above a value, None if there is none."""
        below = np.flatnonzero(self.loss <= loss)
        return Lap(*(float(column[below[0]]) for column in self)) if len(below) else None


class Lap(NamedTuple):
    """One mark of `Laps`."""

    epochs: float
    updates: float
    seconds: float
    loss: float


def race(
    model: Sequential,
    x: Array,
    y: Array,
    optimizer: Optimizer,
    batch_size: int,
    updates: int,
    marks: int = 40,
) -> Laps:
    """Train a network and measure its loss over all examples on the way.

    Parameters
    ----------
    model
        Built, its parameters as they are to be at the start; it is trained by cross-entropy.
    x, y
        Examples ``(examples, …)`` and their class numbers.
    optimizer
        What makes the updates.
    batch_size
        Examples an update; as many as there are for gradient descent without noise.
    updates
        How many, at least 1; epoch follows on epoch as they need.
    marks
        Measurements, spaced evenly on a logarithmic scale of the updates, the last one after the
        last update; where several fall on one update, it is measured once.

    Returns
    -------
    Laps
        From before the first update to after the last one.

    Raises
    ------
    ValueError
        If `updates` or `marks` is not positive.
    """
    positive("updates", updates)
    positive("marks", marks)
    model.compile(optimizer, "cross_entropy")
    data = Batches(x, y, batch_size=batch_size, seed=model.rng)
    chosen = set(np.geomspace(updates, 1, marks).round())
    laps = [Lap(0.0, 0, 0.0, model.evaluate(x, y, batch_size=len(x))["loss"])]
    seconds, since = 0.0, perf_counter()
    for update, batch in enumerate(islice(_endless(data), updates), 1):
        model.train_on_batch(*batch)
        if update in chosen:
            seconds += perf_counter() - since
            loss = model.evaluate(x, y, batch_size=len(x))["loss"]
            laps.append(Lap(update / len(data), update, seconds, loss))
            since = perf_counter()
    return Laps(*(np.array(column) for column in zip(*laps, strict=True)))


def _endless(data: Batches) -> Iterator[tuple[Array, ...]]:
    while True:
        yield from data
