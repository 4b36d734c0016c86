"""Training beside Keras, from the same weights on the same batches, in double precision."""

import math

import numpy as np
import pytest

from companion import nn


@pytest.fixture
def keras():
    keras = pytest.importorskip("keras")
    before = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")  # layers: it was fixed when the first one was made
    yield keras
    keras.config.set_floatx(before[0])
    keras.config.set_dtype_policy(before[1])


def networks(keras):
    """A small convolutional network twice, with the same weights."""
    layers = keras.layers
    twin = keras.Sequential(
        [
            keras.Input((10, 10, 1)),
            *(layers.Conv2D(3, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()),
            *(layers.Dense(5, activation="relu"), layers.Dense(4)),
        ]
    )
    ours = nn.Sequential(
        [
            nn.Input((10, 10, 1)),
            *(nn.Conv2D(3, 3, activation="relu"), nn.MaxPooling2D(), nn.Flatten()),
            *(nn.Dense(5, "relu"), nn.Dense(4)),
        ],
        dtype="float64",
    )
    nn.from_keras(ours, twin)
    return ours, twin


def farthest(ours, twin):
    """Largest difference between weights."""
    pairs = zip(ours.weights().values(), twin.get_weights(), strict=True)
    return max(np.abs(a - b).max() for a, b in pairs)


@pytest.mark.parametrize("corrected", [True, False])
def test_adam_agrees_with_keras_once_epsilon_stands_in_the_same_place(keras, corrected):
    # The settings are exact in single precision, to which Keras rounds them.
    # Keras adds ε to the root of v before its correction for the start at 0: Kingma & Ba 2015, end
    # of section 2. Ours, and PyTorch's, adds it after, as in their algorithm 1.
    rng = np.random.default_rng(0)
    x, y = rng.random((6, 20, 10, 10, 1)), rng.integers(0, 4, (6, 20))
    ours, twin = networks(keras)
    settings = {"learning_rate": 2**-10, "beta_1": 29 / 32, "beta_2": 1 - 2**-10}
    optimizer = nn.Adam(**settings, epsilon=2**-14)
    ours.compile(optimizer, "cross_entropy")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    twin.compile(keras.optimizers.Adam(**settings, epsilon=2**-14), loss)
    for t, (images, labels) in enumerate(zip(x, y, strict=True), 1):
        if corrected:
            optimizer.epsilon = 2**-14 / math.sqrt(1 - optimizer.beta_2**t)
        ours.train_on_batch(images, labels)
        twin.train_on_batch(images, labels)
    if corrected:
        assert farthest(ours, twin) < 1e-12
    else:
        assert farthest(ours, twin) > 1e-5
