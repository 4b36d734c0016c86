"""Stopping when the validation loss no longer falls."""

import dataclasses

from companion.nn.layers.layer import Layer
from companion.nn.metrics import Logs
from companion.nn.tensor import Array


@dataclasses.dataclass
class EarlyStopping:
    """Stop when a quantity has not improved for some epochs, and go back to the best weights.

    Prechelt 1998, "Early stopping – but when?", on whose criterion UP this is a variant: it counts
    the epochs since the best one, where UP counts rises in a row.

    Parameters
    ----------
    monitor
        The quantity; smaller is better unless its name ends in ``accuracy``.
    patience
        Epochs without improvement after which training stops, at least 1.
    min_delta
        What counts as an improvement.
    restore_best
        Whether the network gets the weights of its best epoch back.

    Attributes
    ----------
    best_epoch : int
        The epoch with the best value, counted from 0.

    Raises
    ------
    ValueError
        If `patience` is below 1; at the end of the first epoch, if nothing is called `monitor`.
    """

    monitor: str = "val_loss"
    patience: int = 1
    min_delta: float = 0.0
    restore_best: bool = True

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise ValueError(f"patience must be at least 1, got {self.patience}")
        self.best_epoch = -1
        self._best = float("inf")
        self._weights: dict[str, Array] = {}

    def __call__(self, model: Layer, epoch: int, logs: Logs) -> bool:
        """Return whether to stop after this epoch."""
        if self.monitor not in logs:
            raise ValueError(f"monitor must be one of {', '.join(logs)}, got {self.monitor!r}")
        if epoch == 0:  # a new training
            self._best, self.best_epoch, self._weights = float("inf"), -1, {}
        value = logs[self.monitor] * (-1 if self.monitor.endswith("accuracy") else 1)
        if value < self._best - self.min_delta:
            self._best, self.best_epoch = value, epoch
            if self.restore_best:
                self._weights = {name: w.copy() for name, w in model.weights().items()}
        return epoch - self.best_epoch >= self.patience

    def restore(self, model: Layer) -> None:
        """Give a network the weights of its best epoch back, at the end of its training."""
        if self._weights:
            model.set_weights(self._weights)
