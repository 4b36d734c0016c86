"""What each layer of a network gives, and what it costs."""

import math
from typing import NamedTuple

import keras
from keras import layers


class LayerSummary(NamedTuple):
    """One layer of a network.

    Parameters
    ----------
    name
        The layer's name in the model.
    kind
        Its class, such as ``"Conv2D"``.
    shape
        Of its output, without the batch: ``(height, width, channels)`` or ``(units,)``.
    parameters
        Its weights, trained or not.
    multiply_adds
        Multiplications with a weight that one image takes in a Conv2D or Dense layer; 0 for any
        other layer, other convolutions too.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


def summarize(model: keras.Sequential) -> list[LayerSummary]:
    """List the layers of a built sequential model.

    Every output of a Conv2D or Dense layer takes as many multiply-adds as the kernel has
    weights for one output channel.

    Parameters
    ----------
    model
        Its layers from input to output.

    Returns
    -------
    list[LayerSummary]
        One entry a layer, without the input.

    Raises
    ------
    ValueError
        If the model is not built, so that the shapes are unknown.
    """
    if not model.built:
        raise ValueError("model must be built: give it a keras.Input as its first layer")
    return [
        LayerSummary(
            layer.name,
            type(layer).__name__,
            layer.output.shape[1:],
            layer.count_params(),
            _multiply_adds(layer),
        )
        for layer in model.layers
    ]


def _multiply_adds(layer: keras.layers.Layer) -> int:
    """Multiply the outputs by the weights that each meets: of Conv2D and Dense alone."""
    if not isinstance(layer, layers.Conv2D | layers.Dense):
        return 0
    *fan_in, _ = layer.kernel.shape  # (height, width, channels in) or (units in,)
    return int(math.prod(fan_in) * math.prod(layer.output.shape[1:]))
