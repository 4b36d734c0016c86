"""Weights to and from Keras: the same outputs, gradients and training."""

import numpy as np
import pytest

from companion import nn
from tests.nn.test_sequential import article_network


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def test_the_articles_network_agrees_with_keras_both_ways(keras):
    from companion.models import mnist_cnn

    twin = mnist_cnn.article_network()
    ours = article_network(seed=1)
    x = np.random.default_rng(0).random((16, 28, 28, 1), dtype=np.float32)
    nn.from_keras(ours, twin)
    theirs = keras.ops.convert_to_numpy(twin(x))
    np.testing.assert_allclose(nn.activations.softmax(ours.predict(x)).value, theirs, atol=1e-6)
    ours = article_network(seed=2)
    nn.to_keras(ours, twin)
    theirs = keras.ops.convert_to_numpy(twin(x))
    np.testing.assert_allclose(nn.activations.softmax(ours.predict(x)).value, theirs, atol=1e-6)


def test_a_misfit_is_refused_and_changes_nothing(keras):
    ours = nn.Sequential([nn.Input((4,)), nn.Dense(3)])
    before = ours.predict(np.ones((1, 4)))
    for layers in ([keras.layers.Dense(2)], [keras.layers.Dense(3), keras.layers.Dense(3)]):
        twin = keras.Sequential([keras.Input((4,)), *layers])
        theirs = twin.get_weights()
        with pytest.raises(ValueError, match=r"shape|weights"):
            nn.from_keras(ours, twin)
        with pytest.raises(ValueError, match=r"shape|weights"):
            nn.to_keras(ours, twin)
        for a, b in zip(theirs, twin.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(ours.predict(np.ones((1, 4))), before)
