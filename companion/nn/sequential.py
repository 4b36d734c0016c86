"""A network as a list of layers, with the verbs of Keras: compile, fit, evaluate, predict."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from companion.nn import losses, metrics, optimizers
from companion.nn.batches import Batches
from companion.nn.early_stopping import EarlyStopping
from companion.nn.layers.layer import Layer, Shape
from companion.nn.metrics import Logs
from companion.nn.names import look_up
from companion.nn.progress import Progress
from companion.nn.summary import Summary, summarize
from companion.nn.tensor import Array, Tensor, no_grad

Callback: TypeAlias = "Callable[[Sequential, int, Logs], bool | None]"


@dataclasses.dataclass(frozen=True)
class Input:
    """The shape of one example, at the head of a `Sequential`; None for an axis of any length."""

    shape: Shape


@dataclasses.dataclass(eq=False)
class Sequential(Layer):
    """Layers one after the other.

    Parameters
    ----------
    layers
        From the input to the output. With an `Input` in front the parameters exist at once,
        otherwise when the first data come.
    seed
        Of the initial values, of the order of the examples, and of what layers draw in training.
    dtype
        ``"float32"`` or ``"float64"``.

    Attributes
    ----------
    history : dict
        The logs of each epoch by name, such as ``{"loss": [0.41, 0.18], "val_loss": …}``; also
        after training was interrupted.
    """

    layers: list[Layer]
    seed: int = 0
    dtype: str = "float32"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.history: dict[str, list[float]] = {}
        self.rng = np.random.default_rng(self.seed)
        self.optimizer: optimizers.Optimizer | None = None
        self.loss: losses.Loss | None = None
        self.metrics: dict[str, metrics.Metric] = {}
        if not self.layers:
            raise ValueError("layers must hold at least one, got none")
        first, *rest = self.layers
        self.layers = rest if isinstance(first, Input) else [first, *rest]
        if isinstance(first, Input):
            self.build(first.shape, self.rng, self.dtype)

    # The network

    def create(self, shape: Shape, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Build the layers, each for what the one before it gives."""
        for layer in self.layers:
            layer.build(shape, rng, dtype)
            shape = layer.output_shape(shape)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape that the last layer gives."""
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape

    def flops(self, shape: Shape) -> int:
        """Return the sum over the layers."""
        total = 0
        for layer in self.layers:
            total += layer.flops(shape)
            shape = layer.output_shape(shape)
        return total

    def forward(self, x: Tensor, training: bool) -> Tensor:
        """Give `x` through all layers."""
        for layer in self.layers:
            x = layer(x, training)
        return x

    def summary(self) -> Summary:
        """Return a row for each layer, with parameters and operations; printed, a table."""
        if self.input_shape is None:
            raise ValueError("the network is not built yet: give it an Input, or call build")
        return summarize(self.layers, self.input_shape)

    # Training

    def compile(
        self,
        optimizer: str | optimizers.Optimizer = "adam",
        loss: str | losses.Loss = "cross_entropy",
        metrics: Iterable[str | metrics.Metric] = (),
    ) -> None:
        """Choose how the network is trained and judged.

        Parameters
        ----------
        optimizer
            Or its name in `companion.nn.optimizers`, which stands for its defaults.
        loss
            A function of targets and outputs, or its name in `companion.nn.losses`.
        metrics
            Functions of targets and outputs, or their names in `companion.nn.metrics`.

        Raises
        ------
        ValueError
            If there is nothing of a name.
        """
        kind: Any = look_up("optimizer", optimizer, optimizers.NAMED)
        self.optimizer = kind() if isinstance(optimizer, str) else optimizer
        self.loss = look_up("loss", loss, losses.NAMED)
        found = [look_up("metrics", metric, _METRICS) for metric in metrics]
        self.metrics = {metric.__name__: metric for metric in found}

    def fit(
        self,
        x: Array,
        y: Array,
        batch_size: int = 32,
        epochs: int = 1,
        validation_split: float = 0.0,
        validation_data: tuple[Array, Array] | None = None,
        shuffle: bool = True,
        callbacks: Sequence[Callback] = (),
        verbose: int = 0,
    ) -> dict[str, list[float]]:
        """Train the network.

        Parameters
        ----------
        x, y
            Examples ``(examples, …)`` and their targets.
        batch_size
            Examples a step.
        epochs
            Passes over the examples.
        validation_split
            Share of the examples, the *last* ones as they lie, that is only validated on.
        validation_data
            Examples and targets to validate on instead.
        shuffle
            Whether each epoch takes the examples in a new order.
        callbacks
            Called after each epoch with the network, the number of the epoch from 0 and its logs;
            one that returns true ends training, such as `EarlyStopping`.
        verbose
            1 to write a line an epoch.

        Returns
        -------
        dict
            `history`: means over the examples of each epoch, while the network was changing; those
            that begin with ``val_`` were taken after it.

        Raises
        ------
        ValueError
            If the network is not compiled, or data and settings do not fit.
        """
        x, y = self._checked(x, y)
        if not 0 <= validation_split < 1:
            raise ValueError(f"validation_split must be in [0, 1), got {validation_split}")
        if epochs < 1:
            raise ValueError(f"epochs must be at least 1, got {epochs}")
        if validation_split and validation_data is None:
            kept = int(len(x) * (1 - validation_split))
            if not kept:
                raise ValueError(
                    f"validation_split must leave examples to train on, got {validation_split} "
                    f"of {len(x)}"
                )
            validation_data = x[kept:], y[kept:]
            x, y = x[:kept], y[:kept]
        if self.input_shape is None:
            self.build(x.shape[1:], self.rng, self.dtype)
        data = Batches(x, y, batch_size=batch_size, shuffle=shuffle, seed=self.rng)
        progress = Progress(epochs, len(data)) if verbose else None
        self.history = {}
        for epoch in range(epochs):
            if progress:
                progress.begin(epoch)
            logs = self._epoch(data, progress)
            if validation_data:
                found = self.evaluate(*validation_data)
                logs |= {f"val_{name}": value for name, value in found.items()}
            for name, value in logs.items():
                self.history.setdefault(name, []).append(value)
            if progress:
                progress.end(logs)
            wishes = [callback(self, epoch, logs) for callback in callbacks]  # all are called
            if any(wishes):
                break
        for callback in callbacks:
            if isinstance(callback, EarlyStopping):
                callback.restore(self)
        return self.history

    def train_on_batch(self, x: Array, y: Array) -> Logs:
        """Make one step on one batch.

        Parameters
        ----------
        x, y
            Examples ``(batch, …)`` and their targets.

        Returns
        -------
        dict
            Loss, with penalties, and metrics before the step.

        Raises
        ------
        ValueError
            If the network is not compiled.
        """
        if self.optimizer is None or self.loss is None:
            raise ValueError("the network is not compiled yet: call compile(optimizer, loss)")
        parameters = list(self.parameters().values())
        for parameter in parameters:
            parameter.grad = None
        outputs = self(x, training=True)
        loss = self.loss(y, outputs) + self.penalty()
        loss.backward()
        self.optimizer.step(parameters)
        return {"loss": loss.item(), **self._measure(y, outputs.value)}

    # Use

    def evaluate(self, x: Array, y: Array, batch_size: int = 256) -> Logs:
        """Return loss, with penalties, and metrics over all examples.

        Parameters
        ----------
        x, y
            Examples ``(examples, …)`` and their targets.
        batch_size
            Examples computed at once.

        Returns
        -------
        dict
            Numbers by name.

        Raises
        ------
        ValueError
            If the network is not compiled, or the data do not fit.
        """
        x, y = self._checked(x, y)
        assert self.loss is not None
        totals: Logs = {}
        with no_grad():
            for a, b in Batches(x, y, batch_size=batch_size, shuffle=False):
                outputs = self(a)
                loss = self.loss(b, outputs) + self.penalty()
                _add(totals, {"loss": loss.item(), **self._measure(b, outputs.value)}, len(a))
        return {name: total / len(x) for name, total in totals.items()}

    def predict(self, x: Array, batch_size: int = 256) -> Array:
        """Return the outputs for all examples.

        Parameters
        ----------
        x
            ``(examples, …)``.
        batch_size
            Examples computed at once.

        Returns
        -------
        numpy.ndarray
            ``(examples, …)``, of the network's type.
        """
        x = np.asarray(x)
        starts = range(0, max(len(x), 1), batch_size)
        with no_grad():
            return np.concatenate([self(x[i : i + batch_size]).value for i in starts])

    def _epoch(self, data: Batches, progress: Progress | None) -> Logs:
        totals: Logs = {}
        for step, (x, y) in enumerate(data, 1):
            logs = self.train_on_batch(x, y)
            _add(totals, logs, len(x))
            if progress:
                progress.step(step, logs["loss"])
        return {name: total / data.examples for name, total in totals.items()}

    def _measure(self, targets: Array, outputs: Array) -> Logs:
        return {name: metric(targets, outputs) for name, metric in self.metrics.items()}

    def _checked(self, x: Array, y: Array) -> tuple[Array, Array]:
        if self.loss is None:
            raise ValueError("the network is not compiled yet: call compile(optimizer, loss)")
        x, y = np.asarray(x), np.asarray(y)
        if len(x) != len(y) or not len(x):
            raise ValueError(
                f"x and y must hold equally many examples, at least one; got {len(x)} and {len(y)}"
            )
        return x, y


def _add(totals: Logs, logs: Logs, weight: int) -> None:
    for name, value in logs.items():
        totals[name] = totals.get(name, 0.0) + weight * value


_METRICS = metrics.NAMED  # under a name that `compile`'s argument does not hide
