"""Mini-batches: the examples of an epoch in random order, a few at a time."""

from collections.abc import Iterator

import numpy as np

from companion.nn.tensor import Array


class Batches:
    """Iterate over arrays in step, some rows at a time; each iteration is one epoch.

    Every epoch has an order of its own, drawn from a generator that belongs to the object: two
    objects with the same seed give the same batches, epoch by epoch. A batch of one example makes
    stochastic gradient descent, one of all examples gradient descent on the whole loss.

    Parameters
    ----------
    arrays
        Inputs, targets, weights ...: ``(examples, …)``, all of the same length.
    batch_size
        Examples a batch, at least 1; the last batch of an epoch has what is left.
    seed
        A number, or the generator itself; needed to shuffle.
    shuffle
        Whether to permute the examples anew in each epoch; if not, batches are views.
    drop_last
        Whether to leave out a last batch that is not full.

    Raises
    ------
    ValueError
        If the arrays differ in length or there are none, if `batch_size` is below 1, or if there
        is nothing to shuffle with.
    """

    def __init__(
        self,
        *arrays: Array,
        batch_size: int,
        seed: int | np.random.Generator | None = None,
        shuffle: bool = True,
        drop_last: bool = False,
    ) -> None:
        if len({len(array) for array in arrays}) != 1:
            lengths = [len(array) for array in arrays]
            raise ValueError(f"arrays must have one common length, got {lengths}")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        if shuffle and seed is None:
            raise ValueError("seed must be given to shuffle, got None")
        self.arrays = arrays
        self.batch_size = batch_size
        self.drop_last = drop_last
        self._rng = np.random.default_rng(seed) if shuffle else None

    @property
    def examples(self) -> int:
        """Length of the arrays."""
        return len(self.arrays[0])

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        full, left = divmod(self.examples, self.batch_size)
        return full + (left > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[tuple[Array, ...]]:
        """Give the batches of one epoch, each a tuple of as many arrays as were given."""
        order = None if self._rng is None else self._rng.permutation(self.examples)
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            rows = slice(start, start + self.batch_size)
            if order is None:
                yield tuple(array[rows] for array in self.arrays)
            else:
                yield tuple(array.take(order[rows], axis=0) for array in self.arrays)
