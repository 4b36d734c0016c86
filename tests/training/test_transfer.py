"""A trained body under a new head: what is copied, what moves, what does not."""

import keras
import numpy as np
import pytest
from keras import layers

from companion.training.transfer import features, with_new_head

# Keras reads a tensor of PyTorch in a way that NumPy 2 is going to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def source(seed: int = 0) -> keras.Sequential:
    """A small network whose parameters and batch statistics are no longer those of the start."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(3, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dense(4, activation="softmax"),
        ]
    )
    fit(model, *made(4))
    return model


def made(classes: int, count: int = 32, seed: int = 0):
    rng = np.random.default_rng(seed)
    images = rng.random((count, 6, 6, 1), np.float32)
    return images, rng.integers(0, classes, count)


def fit(model: keras.Model, images, labels) -> None:
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(images, labels, batch_size=16, epochs=2, verbose=0)


def test_the_copy_has_the_weights_of_the_source_and_a_head_for_the_new_classes():
    trained = source()
    model = with_new_head(trained, 7)
    assert model.output_shape == (None, 7)
    assert [layer.name for layer in model.layers] == ["body", "head"]
    for own, copied in zip(trained.get_weights()[:-2], model.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(own, copied)


def test_features_are_what_the_last_layer_of_the_source_reads():
    trained, (images, _) = source(), made(4)
    kernel, bias = trained.layers[-1].get_weights()
    logits = features(trained).predict(images, verbose=0) @ kernel + bias
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(trained.predict(images, verbose=0), expected, atol=1e-5)


def test_the_head_is_drawn_anew_even_for_as_many_classes():
    trained = source()
    heads = [with_new_head(trained, 4).layers[-1].get_weights()[0] for _ in range(2)]
    old = trained.layers[-1].get_weights()[0]
    assert np.abs(heads[0] - old).max() > 0.01
    assert np.abs(heads[0] - heads[1]).max() > 0.01


def test_a_frozen_body_does_not_move_by_a_bit_not_even_its_batch_statistics():
    model = with_new_head(source(), 5, frozen=True)
    body, head = (layer.get_weights() for layer in model.layers)
    assert len(model.trainable_variables) == 2
    fit(model, *made(5))
    for before, after in zip(body, model.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert np.abs(head[0] - model.layers[1].get_weights()[0]).max() > 0.01


def test_a_body_that_is_not_frozen_moves_with_its_batch_statistics():
    model = with_new_head(source(), 5)
    before = model.layers[0].get_weights()
    fit(model, *made(5))
    for old, new in zip(before, model.layers[0].get_weights(), strict=True):
        assert np.abs(old - new).max() > 1e-4


@pytest.mark.parametrize("frozen", [False, True])
def test_the_source_stays_as_it_is(frozen):
    trained = source()
    before = trained.get_weights()
    fit(with_new_head(trained, 4, frozen=frozen), *made(4))
    for old, new in zip(before, trained.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert all(layer.trainable for layer in trained.layers)


def test_what_was_frozen_before_can_be_freed_in_a_next_copy():
    frozen = with_new_head(source(), 5, frozen=True)
    freed = with_new_head(frozen, 3)
    assert len(freed.trainable_variables) == len(source().trainable_variables)
    images = made(3)[0]
    np.testing.assert_allclose(
        features(freed).predict(images, verbose=0),
        features(frozen).predict(images, verbose=0),
        atol=1e-6,
    )


def test_a_functional_network_is_cut_at_what_its_last_layer_reads():
    inputs = keras.Input((5,))
    left, right = layers.Dense(3)(inputs), layers.Dense(3)(inputs)
    outputs = layers.Dense(2)(layers.Add()([left, right]))
    model = keras.Model(inputs, outputs)
    x = np.random.default_rng(0).random((4, 5), np.float32)
    kernel, bias = model.layers[-1].get_weights()
    read = features(model).predict(x, verbose=0)
    np.testing.assert_allclose(read @ kernel + bias, model.predict(x, verbose=0), atol=1e-5)


@pytest.mark.parametrize("classes", [1, 0, -3, 2.0])
def test_too_few_classes_are_refused(classes):
    with pytest.raises(ValueError, match=f"classes must be a whole number .* got {classes}"):
        with_new_head(source(), classes)


@pytest.mark.parametrize("classes", [np.int64(3), np.uint8(3)])
def test_the_number_of_classes_may_be_numpys(classes):
    assert with_new_head(source(), classes).output_shape == (None, 3)


def test_a_layer_below_the_last_is_cut_by_cutting_twice():
    deep = keras.Sequential(
        [keras.Input((5,)), layers.Dense(4, "tanh"), layers.Dense(3, "relu"), layers.Dense(2)]
    )
    x = np.random.default_rng(0).random((6, 5), np.float32)
    kernel, bias = deep.layers[0].get_weights()
    model = with_new_head(features(deep), 7, frozen=True)
    np.testing.assert_allclose(
        features(model).predict(x, verbose=0), np.tanh(x @ kernel + bias), atol=1e-5
    )


def test_a_source_that_cannot_be_cut_is_refused():
    with pytest.raises(ValueError, match=r"source must be built: give it a keras\.Input"):
        features(keras.Sequential([layers.Dense(2)]))
    with pytest.raises(ValueError, match="source must end with a Dense layer, got Flatten"):
        features(keras.Sequential([keras.Input((2, 2)), layers.Flatten()]))
