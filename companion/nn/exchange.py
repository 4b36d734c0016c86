"""Weights to and from the same network in Keras; Keras itself is not needed here."""

from typing import Any

import numpy as np

from companion.nn.layers.layer import Layer


def from_keras(model: Layer, keras_model: Any) -> None:
    """Copy the weights of a Keras model, or layer, into a network of ours.

    Layouts and order are the same in both: kernels ``(inputs, outputs)`` and ``(height, width,
    channels, filters)``, each layer's trainable weights before its other state.

    Parameters
    ----------
    model
        Receives, with its parameters made.
    keras_model
        Gives: anything with `get_weights`.

    Raises
    ------
    ValueError
        If the numbers of weights or their shapes differ; then nothing is changed.
    """
    values = keras_model.get_weights()
    names = list(model.weights())
    if len(values) != len(names):
        raise ValueError(f"keras_model has {len(values)} weights, the network {len(names)}")
    model.set_weights(dict(zip(names, values, strict=True)))


def to_keras(model: Layer, keras_model: Any) -> None:
    """Copy the weights of a network of ours into a Keras model, or layer.

    Parameters
    ----------
    model
        Gives.
    keras_model
        Receives: anything with `get_weights` and `set_weights`.

    Raises
    ------
    ValueError
        If the numbers of weights or their shapes differ; then nothing is changed.
    """
    ours = list(model.weights().items())
    theirs = [np.shape(value) for value in keras_model.get_weights()]
    if len(ours) != len(theirs):
        raise ValueError(f"keras_model has {len(theirs)} weights, the network {len(ours)}")
    for (name, value), shape in zip(ours, theirs, strict=True):
        if value.shape != shape:
            raise ValueError(f"{name} has the shape {value.shape}, in keras_model {shape}")
    keras_model.set_weights([value for _, value in ours])
