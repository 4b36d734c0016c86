"""What each layer of a network passes on: the size of its outputs and of its gradient."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from companion.nn.sequential import Sequential
from companion.nn.tensor import Array, Tensor, gradients


class Signal(NamedTuple):
    """What a layer passes on.

    Attributes
    ----------
    output
        Root mean square of its outputs.
    gradient
        Euclidean norm of the loss's gradient with respect to all its parameters.
    """

    output: float
    gradient: float


def signals(model: Sequential, x: Array, loss: Callable[[Tensor], Tensor]) -> list[Signal]:
    """Measure a network as in a step of training, without changing its parameters.

    Parameters
    ----------
    model
        Built; statistics that its layers keep follow this batch.
    x
        A batch ``(batch, …)``.
    loss
        Of the network's outputs, one number.

    Returns
    -------
    list of Signal
        One for each layer of the network that has parameters, from input to output.

    Raises
    ------
    ValueError
        If no layer has parameters, or the loss is not one number.
    """
    sizes, parameters = [], []
    h = Tensor(x.astype(model.dtype))
    for layer in model.layers:
        h = layer(h, training=True)
        if own := list(layer.parameters().values()):
            sizes.append(float(np.sqrt(np.mean(h.value**2))))
            parameters.append(own)
    if not parameters:
        raise ValueError("model must have parameters, got none")
    found = iter(gradients(loss(h), [p for own in parameters for p in own]))
    norms = [float(np.sqrt(sum((next(found).value ** 2).sum() for _ in own))) for own in parameters]
    return [Signal(*pair) for pair in zip(sizes, norms, strict=True)]
