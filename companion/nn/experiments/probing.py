"""What a network has worked out layer by layer: its layers' outputs, read by linear classifiers."""

import math
from collections.abc import Sequence

import numpy as np

from companion.nn.layers.dense import Dense
from companion.nn.optimizers import Adam
from companion.nn.schedules import CosineDecay
from companion.nn.sequential import Sequential
from companion.nn.tensor import Array, Tensor, no_grad


def layer_outputs(
    model: Sequential, x: Array, layers: Sequence[str], batch_size: int = 256
) -> dict[str, Array]:
    """Return what some layers give, each example's numbers in one row.

    Parameters
    ----------
    model
        A built network.
    x
        ``(examples, …)``.
    layers
        Their names in `Sequential.summary`, such as ``"conv2d_1"``.
    batch_size
        Examples computed at once.

    Returns
    -------
    dict
        ``(examples, numbers)`` by name, in the order of the network and of its type.

    Raises
    ------
    ValueError
        If no layer has one of the names.
    """
    names = [row.name for row in model.summary()]
    if unknown := sorted(set(layers) - set(names)):
        raise ValueError(f"layers must be among {', '.join(names)}, got {', '.join(unknown)}")
    found: dict[str, list[Array]] = {name: [] for name in names if name in layers}
    x = np.asarray(x)
    with no_grad():
        for start in range(0, max(len(x), 1), batch_size):
            h: Tensor | Array = x[start : start + batch_size]  # an array takes the network's type
            for name, layer in zip(names, model.layers, strict=True):
                h = layer(h)
                if name in found:
                    found[name].append(h.value.reshape(len(h), math.prod(h.shape[1:])))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def linear_probe(features: Array, labels: Array, new: Array, epochs: int = 15) -> Array:
    """Fit a softmax regression to features and return its answers for new examples.

    What a linear classifier can tell from the outputs of a layer is a measure of what the layers
    up to it have worked out (Alain & Bengio 2017, "Understanding intermediate layers using linear
    classifier probes", section 3). Adam, with batches of 128 and a rate that falls to 0. The
    features are centred and divided by one number, so that their mean square is 1, and the rate is
    0.6 / features: a step then changes a score by about as much, however many features there are.

    Parameters
    ----------
    features
        ``(examples, features)``, such as the outputs of a layer.
    labels
        Class numbers of the examples, from 0.
    new
        Features of other examples, ``(others, features)``.
    epochs
        Passes over the examples.

    Returns
    -------
    numpy.ndarray
        Class numbers, ``(others,)``.

    Raises
    ------
    ValueError
        If there are no features, features and labels or new features do not fit, or the features
        are all alike or not finite.
    """
    if features.ndim != 2 or not features.size:
        raise ValueError(f"features must be (examples, features), got {features.shape}")
    if new.shape[1:] != features.shape[1:]:
        raise ValueError(f"new must be (others, {features.shape[1]}), got {new.shape}")
    mean = features.mean(0)
    scale = (features - mean).std()
    if not 0 < scale < np.inf:
        raise ValueError(f"features must differ and be finite, got the standard deviation {scale}")
    probe = Sequential([Dense(int(labels.max(initial=0)) + 1, initializer="zeros")])
    steps = epochs * -(-len(features) // 128)
    probe.compile(Adam(CosineDecay(0.6 / features.shape[1], steps)), "cross_entropy")
    probe.fit((features - mean) / scale, labels, batch_size=128, epochs=epochs)
    answers: Array = probe.predict((new - mean) / scale).argmax(1)
    return answers
