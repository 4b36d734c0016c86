"""Linear probes: against scikit-learn's logistic regression, on real features."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from companion import nn
from companion.nn.experiments.probing import layer_outputs, linear_probe


@pytest.fixture(scope="module")
def digits():
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    return (x[order] / 16).astype(np.float32), y[order]


def network():
    return nn.Sequential(
        [
            nn.Input((8, 8, 1)),
            *(nn.Conv2D(4, 3, activation="relu"), nn.MaxPooling2D(), nn.Conv2D(6, 2)),
            *(nn.Flatten(), nn.Dense(12, "tanh"), nn.Dense(10)),
        ]
    )


def test_the_last_layers_outputs_are_the_predictions_and_others_those_of_the_layers(digits):
    images = digits[0][:70].reshape(-1, 8, 8, 1)
    model = network()
    found = layer_outputs(model, images, ["dense_1", "conv2d"], batch_size=32)
    assert list(found) == ["conv2d", "dense_1"]  # in the order of the network
    np.testing.assert_allclose(found["dense_1"], model.predict(images), rtol=1e-6)
    first = model.layers[0](images).value
    np.testing.assert_allclose(found["conv2d"], first.reshape(70, -1), rtol=1e-6)


def test_all_layers_of_no_images_have_their_sizes():
    model = network()
    names = [row.name for row in model.summary()]
    found = layer_outputs(model, np.zeros((0, 8, 8, 1), np.float32), names)
    sizes = [int(np.prod(row.shape)) for row in model.summary()]
    assert [part.shape for part in found.values()] == [(0, size) for size in sizes]


def test_an_unknown_layer_is_named_with_those_there_are():
    with pytest.raises(ValueError, match=r"layers must be among conv2d, .*, got dense_7"):
        layer_outputs(network(), np.zeros((1, 8, 8, 1)), ["dense_7"])


def test_layers_give_the_networks_type_whatever_that_of_the_images():
    found = layer_outputs(network(), np.zeros((3, 8, 8, 1)), ["conv2d", "flatten", "dense_1"])
    assert {part.dtype for part in found.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("columns", [8, 64])
def test_a_probe_answers_as_logistic_regression_does(digits, columns):
    x, y = digits
    mix = np.random.default_rng(1).normal(size=(64, columns)).astype(np.float32)
    features = np.tanh(x @ mix / 4) if columns < 64 else x
    ours = linear_probe(features[:1200], y[:1200], features[1200:], epochs=40)
    theirs = LogisticRegression(max_iter=5000).fit(features[:1200], y[:1200])
    assert abs((ours == y[1200:]).mean() - theirs.score(features[1200:], y[1200:])) < 0.025
    assert (ours == theirs.predict(features[1200:])).mean() > 0.93


def test_a_probe_does_not_depend_on_the_features_unit_or_origin(digits):
    x, y = digits
    plain = linear_probe(x[:500], y[:500], x[500:])
    moved = linear_probe(1000 * x[:500] + 5, y[:500], 1000 * x[500:] + 5)
    assert (plain == moved).mean() > 0.995  # but for rounding


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.ones((6, 3)), r"features must differ and be finite, got the standard deviation 0\.0"),
        (np.full((6, 3), np.nan), "features must differ .*, got the standard deviation nan"),
        (np.ones(6), r"features must be \(examples, features\), got \(6,\)"),
        (np.zeros((0, 3)), r"features must be \(examples, features\), got \(0, 3\)"),
        (np.eye(5, 3), "equally many examples"),
    ],
)
def test_bad_features_are_refused(features, message):
    with pytest.raises(ValueError, match=message):
        linear_probe(features, np.zeros(6, int), features)


def test_new_features_and_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"new must be \(others, 3\), got \(2, 4\)"):
        linear_probe(np.eye(5, 3), np.zeros(5, int), np.eye(2, 4))
    with pytest.raises(ValueError, match="equally many examples"):
        linear_probe(np.eye(5, 3), np.zeros(0, int), np.eye(2, 3))
