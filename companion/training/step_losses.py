"""The loss between the ends of epochs."""

from typing import Any

import keras


class StepLosses(keras.callbacks.Callback):  # type: ignore[misc]
    r"""Record the mean training loss of every so many batches.

    Within an epoch Keras reports the running mean :math:`m_t` over its first :math:`t` batches,
    which are equally large but for the last. The mean over the batches :math:`s+1, \dots, t` is
    therefore

    .. math:: \frac{t\,m_t - s\,m_s}{t - s}.

    Parameters
    ----------
    every
        Batches in each mean, at least 1. An epoch's last mean may cover fewer.

    Attributes
    ----------
    steps : list of int
        Batches trained on at the end of each mean, over all epochs.
    losses : list of float
        The means.

    Raises
    ------
    ValueError
        If `every` is below 1.
    """

    def __init__(self, every: int = 50) -> None:
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        super().__init__()
        self.every = every
        self.steps: list[int] = []
        self.losses: list[float] = []
        self._before = 0  # batches of the epochs that are done
        self._batches, self._sum = 0, 0.0  # of this epoch, at its last record
        self._latest = (0, 0.0)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Begin a new running mean."""
        self._batches, self._sum = 0, 0.0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Record a mean if enough batches have passed."""
        # Of several steps a call Keras reports where a full call would end, past the epoch's end.
        done = min(batch + 1, (self.params or {}).get("steps") or batch + 1)
        self._latest = done, done * float((logs or {})["loss"])
        if self._latest[0] - self._batches >= self.every:
            self._record()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record what is left of the epoch."""
        if self._latest[0] > self._batches:
            self._record()
        self._before += self._latest[0]

    def _record(self) -> None:
        batches, total = self._latest
        self.steps.append(self._before + batches)
        self.losses.append((total - self._sum) / (batches - self._batches))
        self._batches, self._sum = batches, total
