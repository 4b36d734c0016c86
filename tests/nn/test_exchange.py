"""Weights to and from Keras: the same outputs, gradients and training."""

import numpy as np
import pytest

from companion import nn
from tests.nn.test_sequential import article_network

# Keras 3 reads its variables in a way that NumPy 2 warns about.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


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


# Outputs and all gradients, layer by layer

IMAGE, SEQUENCE, VECTOR = (7, 6, 3), (5, 4), (6,)


def attention(keras, **settings):
    """Keras's attention of a sequence to itself."""
    layer = keras.layers.MultiHeadAttention(2, 3)
    x = keras.Input(SEQUENCE)
    return keras.Model(x, layer(x, x, **settings))


CASES = {  # shape of the input, our layer, Keras's
    "convolution": (
        IMAGE,
        lambda: nn.Conv2D(4, (3, 2), activation="tanh"),
        lambda k: k.layers.Conv2D(4, (3, 2), activation="tanh"),
    ),
    "convolution, same": (
        IMAGE,
        lambda: nn.Conv2D(4, (3, 2), padding="same"),
        lambda k: k.layers.Conv2D(4, (3, 2), padding="same"),
    ),
    "convolution, strided": (
        IMAGE,
        lambda: nn.Conv2D(4, 3, 2),
        lambda k: k.layers.Conv2D(4, 3, 2),
    ),
    "convolution, same and strided": (
        IMAGE,
        lambda: nn.Conv2D(4, (2, 3), (3, 2), padding="same", use_bias=False),
        lambda k: k.layers.Conv2D(4, (2, 3), (3, 2), padding="same", use_bias=False),
    ),
    "max pooling": (IMAGE, lambda: nn.MaxPooling2D(2), lambda k: k.layers.MaxPooling2D(2)),
    "max pooling, overlapping": (
        IMAGE,
        lambda: nn.MaxPooling2D(3, 2, padding="same"),
        lambda k: k.layers.MaxPooling2D(3, 2, padding="same"),
    ),
    "average pooling": (
        IMAGE,
        lambda: nn.AveragePooling2D((3, 2)),
        lambda k: k.layers.AveragePooling2D((3, 2)),
    ),
    "average pooling, overlapping": (
        IMAGE,
        lambda: nn.AveragePooling2D(3, 2, padding="same"),
        lambda k: k.layers.AveragePooling2D(3, 2, padding="same"),
    ),
    "global average pooling": (
        IMAGE,
        nn.GlobalAveragePooling2D,
        lambda k: k.layers.GlobalAveragePooling2D(),
    ),
    "batch normalisation": (
        IMAGE,
        lambda: nn.BatchNormalization(momentum=0.75),
        lambda k: k.layers.BatchNormalization(momentum=0.75),
    ),
    "layer normalisation": (
        SEQUENCE,
        nn.LayerNormalization,
        lambda k: k.layers.LayerNormalization(),
    ),
    "flatten": (IMAGE, nn.Flatten, lambda k: k.layers.Flatten()),
    "reshape": (IMAGE, lambda: nn.Reshape((6, 21)), lambda k: k.layers.Reshape((6, 21))),
    "simple recurrent": (
        SEQUENCE,
        lambda: nn.SimpleRNN(3),
        lambda k: k.layers.SimpleRNN(3),
    ),
    "GRU": (SEQUENCE, lambda: nn.GRU(3), lambda k: k.layers.GRU(3)),
    "LSTM": (
        SEQUENCE,
        lambda: nn.LSTM(3, return_sequences=True),
        lambda k: k.layers.LSTM(3, return_sequences=True),
    ),
    "attention": (SEQUENCE, lambda: nn.MultiHeadAttention(2, 3), attention),
    "causal attention": (
        SEQUENCE,
        lambda: nn.MultiHeadAttention(2, 3, causal=True),
        lambda k: attention(k, use_causal_mask=True),
    ),
    **{
        f"dense, {name}": (
            VECTOR,
            lambda name=name: nn.Dense(5, name),
            lambda k, theirs=theirs: k.layers.Dense(5, theirs(k)),
        )
        for name, theirs in {
            **{
                name: lambda k, name=name: name
                for name in nn.activations.NAMED
                if name not in ("gelu", "leaky_relu")
            },
            # Keras has other defaults here.
            "gelu": lambda k: lambda x: k.activations.gelu(x, approximate=True),
            "leaky_relu": lambda k: lambda x: k.activations.leaky_relu(x, negative_slope=0.01),
        }.items()
    },
    "many kinds in a row": (
        IMAGE,
        lambda: nn.Sequential(
            [
                *(nn.Conv2D(8, 3, padding="same"), nn.BatchNormalization()),
                *(nn.Activation("relu"), nn.MaxPooling2D(2), nn.Reshape((9, 8))),
                *(nn.LayerNormalization(), nn.GRU(6, return_sequences=True)),
                *(nn.Flatten(), nn.Dense(5, "tanh"), nn.Dense(3, "softmax")),
            ]
        ),
        lambda k: k.Sequential(
            [
                *(k.layers.Conv2D(8, 3, padding="same"), k.layers.BatchNormalization()),
                *(k.layers.Activation("relu"), k.layers.MaxPooling2D(2)),
                *(k.layers.Reshape((9, 8)), k.layers.LayerNormalization()),
                *(k.layers.GRU(6, return_sequences=True), k.layers.Flatten()),
                *(k.layers.Dense(5, "tanh"), k.layers.Dense(3, "softmax")),
            ]
        ),
    ),
}


def random_weights(ours, rng):
    """Give every weight another value; variances stay positive."""
    ours.set_weights(
        {
            name: rng.uniform(0.5, 1.5, value.shape)
            if "moving" in name
            else rng.normal(0, 0.7, value.shape)
            for name, value in ours.weights().items()
        }
    )


def one_step(keras, twin, x, upstream, shifted=True, training=True):
    """Give Keras's gradients of sum(upstream · twin(x)): one for x, and one for each weight.

    Each is what a step of descent with the rate 1 takes off; x, therefore, has a weight added to
    it. That works with every backend of Keras. Weights that are not trained give what they change
    by.
    """

    class Shifted(keras.Model):
        def __init__(self):
            super().__init__()
            self.twin = twin
            if shifted:
                self.shift = self.add_weight(shape=x.shape, initializer="zeros", name="shift")

        def call(self, inputs):
            return self.twin(inputs + self.shift if shifted else inputs, training=training)

    model = Shifted()
    model.compile(
        keras.optimizers.SGD(1.0),
        lambda true, found: keras.ops.sum(true * found),
        run_eagerly=True,
    )
    before = twin.get_weights()
    model.train_on_batch(x, upstream)
    of_x = -keras.ops.convert_to_numpy(model.shift) if shifted else None
    return of_x, [old - new for old, new in zip(before, twin.get_weights(), strict=True)]


def assert_agree(found, expected):
    scale = np.abs(expected).max(initial=1.0)  # single precision
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * scale)


def check_against_keras(keras, case, training):
    shape, make, make_theirs = case
    rng = np.random.default_rng(7)
    x = rng.normal(size=(3, *shape)).astype(np.float32)
    ours = nn.Sequential([nn.Input(shape), make()])
    random_weights(ours, rng)
    twin = keras.Sequential([keras.Input(shape), make_theirs(keras)])
    nn.to_keras(ours, twin)
    theirs = keras.ops.convert_to_numpy(twin(x, training=False))
    assert_agree(ours.predict(x), theirs)
    back = nn.Sequential([nn.Input(shape), make()], seed=1)
    nn.from_keras(back, twin)
    np.testing.assert_array_equal(back.predict(x), ours.predict(x))

    upstream = rng.normal(size=theirs.shape).astype(np.float32)
    of_x, moves = one_step(keras, twin, x, upstream, training=training)
    given = nn.Tensor(x, requires_grad=True)
    state = {name: value.copy() for name, value in ours.weights().items()}
    (ours(given, training) * upstream).sum().backward()
    assert_agree(given.grad, of_x)
    parameters = ours.parameters()
    for (name, now), move in zip(ours.weights().items(), moves, strict=True):
        ours_moves = parameters[name].grad if name in parameters else state[name] - now
        assert_agree(ours_moves, move)


@pytest.mark.parametrize("name", CASES)
def test_outputs_and_gradients_of_inputs_and_weights_equal_keras(keras, name):
    if name == "average pooling, overlapping" and keras.config.backend() == "torch":
        pytest.skip("on PyTorch Keras repeats the edge instead of leaving the padding out")
    check_against_keras(keras, CASES[name], training=True)


def test_batch_normalisation_of_a_network_in_use_equals_keras(keras):
    check_against_keras(keras, CASES["batch normalisation"], training=False)


def test_an_embedding_and_its_gradient_equal_keras(keras):
    rng = np.random.default_rng(7)
    words = np.array([[0, 3, 3], [8, 0, 5]], np.float32)  # some twice, some never
    ours = nn.Sequential([nn.Input((3,)), nn.Embedding(9, 4)])
    random_weights(ours, rng)
    twin = keras.Sequential([keras.Input((3,)), keras.layers.Embedding(9, 4)])
    nn.to_keras(ours, twin)
    np.testing.assert_array_equal(ours.predict(words), keras.ops.convert_to_numpy(twin(words)))
    upstream = rng.normal(size=(2, 3, 4)).astype(np.float32)
    _, (move,) = one_step(keras, twin, words, upstream, shifted=False)
    (ours(nn.Tensor(words)) * upstream).sum().backward()
    (embeddings,) = ours.parameters().values()
    assert_agree(embeddings.grad, move)
