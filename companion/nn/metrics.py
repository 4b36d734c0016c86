"""What `evaluate` reports beside the loss: plain numbers, not differentiable."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from companion.nn.losses import mean_squared_error
from companion.nn.tensor import Array

Metric: TypeAlias = Callable[[Array, Array], float]
Logs: TypeAlias = dict[str, float]  # by name, such as {"loss": 0.3, "val_accuracy": 0.91}


def accuracy(targets: Array, outputs: Array) -> float:
    """Return the share of examples whose largest output is that of the right class.

    Parameters
    ----------
    targets
        Class numbers ``(batch, …)``, or rows of which the largest element is the right class.
    outputs
        One score or probability for each class, ``(batch, …, classes)``.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If there is only one output, which needs `binary_accuracy`, or the shapes do not fit.
    """
    if outputs.shape[-1] < 2:
        raise ValueError(f"accuracy needs an output for each class, got {outputs.shape}")
    if targets.shape == outputs.shape:
        targets = targets.argmax(axis=-1)
    elif targets.shape == (*outputs.shape[:-1], 1):
        targets = targets[..., 0]
    elif targets.shape != outputs.shape[:-1]:
        raise ValueError(f"targets {targets.shape} do not fit outputs {outputs.shape}")
    return float(np.mean(outputs.argmax(axis=-1) == targets))


def binary_accuracy(targets: Array, scores: Array) -> float:
    """Return the share of examples whose score is positive exactly if the target is 1.

    Parameters
    ----------
    targets
        0 or 1, ``(batch,)`` or ``(batch, 1)``.
    scores
        Before the sigmoid, of as many elements.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the numbers of elements differ.
    """
    if scores.size != targets.size:
        raise ValueError(f"targets {targets.shape} do not fit scores {scores.shape}")
    return float(np.mean((scores.reshape(-1) > 0) == (targets.reshape(-1) > 0.5)))


def root_mean_squared_error(targets: Array, outputs: Array) -> float:
    """Return √mean (ŷ − y)², an error in the units of the targets.

    Parameters
    ----------
    targets, outputs
        y and ŷ, of one shape.

    Returns
    -------
    float
        Not negative.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    return float(np.sqrt(mean_squared_error(targets, outputs).value))


NAMED: dict[str, Metric] = {
    function.__name__: function for function in (accuracy, binary_accuracy, root_mean_squared_error)
}
