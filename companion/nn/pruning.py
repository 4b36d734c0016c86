"""Smaller networks out of trained ones: weights set to zero, units taken out."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.nn.activations import log_softmax, softmax
from companion.nn.layers.convolution import Conv2D
from companion.nn.layers.dense import Dense
from companion.nn.layers.dropout import Dropout
from companion.nn.layers.layer import Layer, known
from companion.nn.layers.normalization import BatchNormalization
from companion.nn.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
)
from companion.nn.layers.shaping import Activation, Flatten
from companion.nn.sequential import Input, Sequential
from companion.nn.tensor import Array

Mask = NDArray[np.bool]

# Layers that leave each channel to itself, and have no weights.
_CHANNELWISE = (Activation, AveragePooling2D, Dropout, GlobalAveragePooling2D, MaxPooling2D)
# Activations that do not: fewer units would change what the others say.
_MIXING = ("softmax", "log_softmax", softmax, log_softmax)


def magnitude_mask(weights: ArrayLike, share: float) -> Mask:
    """Return which weights stay when a share of them, the smallest in absolute value, goes.

    S. Han et al., "Learning both weights and connections for efficient neural networks", NIPS 2015,
    section 3.

    Parameters
    ----------
    weights
        Of any shape.
    share
        Of the weights to drop, from 0 to 1; their number is rounded. Of equals the first go.

    Returns
    -------
    numpy.ndarray
        True for what stays, in the shape of `weights`.

    Raises
    ------
    ValueError
        If `share` is out of range.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must be from 0 to 1, got {share}")
    size = np.abs(np.asarray(weights))
    mask = np.ones(size.shape, dtype=bool)
    order = np.argsort(size, axis=None, kind="stable")
    mask.flat[order[: round(share * size.size)]] = False
    return mask


def prune_weights(model: Sequential, share: float) -> dict[str, Mask]:
    """Set a share of the weights of all kernels to 0, the smallest of the whole network.

    Biases and what normalisation learns stay. The network is no smaller and no faster for it, until
    something stores or computes only what is left.

    Parameters
    ----------
    model
        A built network; it is changed.
    share
        Of the weights of all kernels, from 0 to 1.

    Returns
    -------
    dict of str to numpy.ndarray
        For each kernel, by its name, which weights stay: for `apply_masks` after further training.

    Raises
    ------
    ValueError
        If `share` is out of range or the network has no kernel.
    """
    kernels = {name: w for name, w in model.weights().items() if name.endswith("kernel")}
    if not kernels:
        raise ValueError("model must have a kernel, got none")
    together = magnitude_mask(np.concatenate([w.ravel() for w in kernels.values()]), share)
    ends = np.cumsum([w.size for w in kernels.values()])[:-1]
    masks = {
        name: part.reshape(kernels[name].shape)
        for name, part in zip(kernels, np.split(together, ends), strict=True)
    }
    apply_masks(model, masks)
    return masks


def apply_masks(model: Sequential, masks: Mapping[str, Mask]) -> None:
    """Set the weights to 0 that are not to stay.

    Parameters
    ----------
    model
        A built network; it is changed.
    masks
        From `prune_weights`.

    Raises
    ------
    ValueError
        If a mask has a name or a shape that no weight has, or other values than true and false;
        then nothing is changed.
    """
    weights = model.weights()
    for name, mask in masks.items():
        if name not in weights or weights[name].shape != np.shape(mask):
            raise ValueError(
                f"masks must fit the weights of the model, got {name} {np.shape(mask)}"
            )
        if np.asarray(mask).dtype != np.bool:
            raise ValueError(f"masks must hold truth values, got {name} {np.asarray(mask).dtype}")
    for name, mask in masks.items():
        weights[name][~np.asarray(mask)] = 0


def unit_norms(layer: Dense | Conv2D) -> Array:
    r"""Return the size of each unit's weights, :math:`\sum_i \lvert w_{ij} \rvert`.

    A unit, or a filter of a convolution, whose weights are small has little to say to the next
    layer. H. Li et al., "Pruning filters for efficient ConvNets", ICLR 2017, section 3.1.

    Parameters
    ----------
    layer
        Built.

    Returns
    -------
    numpy.ndarray
        A number a unit, shape ``(units,)``.
    """
    kernel = layer.kernel.value
    norms: Array = np.abs(kernel).reshape(-1, kernel.shape[-1]).sum(axis=0)
    return norms


def keep_units(model: Sequential, place: int, keep: ArrayLike) -> Sequential:
    """Return a smaller network, without the other units of a layer.

    What the units that go had to say is lost to the next layer, as if the weights from them were 0;
    all else stays. H. Li et al. 2017, section 3.

    Parameters
    ----------
    model
        A built network.
    place
        Of a `Dense` or `Conv2D` layer in ``model.layers``, with another one behind it. Between the
        two may be activations, dropout, batch normalisation, pooling and `Flatten`.
    keep
        The numbers of the units that stay, each once.

    Returns
    -------
    Sequential
        Built, with weights of its own; to be compiled anew.

    Raises
    ------
    ValueError
        If there is no such layer, a unit is not there or stands twice, none stays, or the layer's
        activation or a layer between the two mixes the units.
    """
    if not 0 <= place < len(model.layers) or model.input_shape is None:
        raise ValueError(f"place must be of one of the {len(model.layers)} layers, got {place}")
    pruned, units = model.layers[place], np.asarray(keep)
    if not isinstance(pruned, Dense | Conv2D):
        raise ValueError(f"place must be of a Dense or Conv2D layer, got {type(pruned).__name__}")
    if pruned.activation in _MIXING:
        raise ValueError(f"place must be of units that do not mix, got {pruned.activation}")
    count = pruned.kernel.shape[-1]
    if units.ndim != 1 or units.size == 0 or units.dtype.kind not in "iu":
        raise ValueError(f"keep must hold the numbers of units, one or more, got {keep!r}")
    if units.min() < 0 or units.max() >= count or len(np.unique(units)) < len(units):
        raise ValueError(f"keep must hold different numbers from 0 to {count - 1}, got {keep!r}")
    layers: list[Any] = [Input(model.input_shape), *map(dataclasses.replace, model.layers)]
    layers[1 + place] = (
        dataclasses.replace(pruned, units=len(units))
        if isinstance(pruned, Dense)
        else dataclasses.replace(pruned, filters=len(units))
    )
    smaller = Sequential(layers, model.seed, model.dtype)
    for i, weights in enumerate(_pruned_weights(model, place, units)):
        smaller.layers[i].set_weights(weights)
    return smaller


def _pruned_weights(model: Sequential, place: int, units: NDArray[Any]) -> list[dict[str, Array]]:
    """Return the weights of each layer, of which those behind `place` expect fewer channels."""
    kept: NDArray[Any] | None = None  # the channels that are left, while there are fewer
    result = []
    for i, layer in enumerate(model.layers):
        weights = layer.weights()
        if i == place:
            weights = {name: value[..., units] for name, value in weights.items()}
            kept = units
        elif kept is not None:
            weights, kept = _behind(layer, weights, kept)
        result.append(weights)
    if kept is not None:
        raise ValueError(f"place must be of a layer with another one behind it, got {place}")
    return result


def _behind(
    layer: Layer, weights: dict[str, Array], kept: NDArray[Any]
) -> tuple[dict[str, Array], NDArray[Any] | None]:
    """Return a layer's weights for fewer channels, and the channels that its output has left."""
    if isinstance(layer, Dense | Conv2D):
        return weights | {"kernel": weights["kernel"].take(kept, axis=-2)}, None
    if isinstance(layer, BatchNormalization):
        return {name: value[kept] for name, value in weights.items()}, kept
    if isinstance(layer, Flatten):
        *places, channels = known(layer.input_shape or ())
        return weights, (np.arange(math.prod(places))[:, None] * channels + kept).ravel()
    mixing = isinstance(layer, Activation) and layer.function in _MIXING
    if isinstance(layer, _CHANNELWISE) and not mixing:
        return weights, kept
    raise ValueError(
        f"the layers behind must leave each unit to itself, got {type(layer).__name__}"
    )
