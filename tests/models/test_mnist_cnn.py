"""The case study's networks and recipes; the errata of chapter 5 that can be run."""

import itertools
from dataclasses import fields, replace

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from companion.models import mnist_cnn
from companion.models.summary import summarize
from companion.training import RandomAffine, train

pytestmark = [
    # Keras reads a tensor of PyTorch in a way that NumPy 2 is going to change.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

NETWORKS = [
    mnist_cnn.article_network,
    mnist_cnn.normalized_network,
    mnist_cnn.fast_network,
    mnist_cnn.accurate_network,
]


def digits():
    """scikit-learn's 1,797 digits of 8 by 8 pixels, as 28 by 28; the last 597 for the test."""
    small = load_digits()
    images = np.kron(small.images * 255 / 16, np.ones((3, 3))).astype(np.uint8)
    images = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    labels = small.target.astype(np.uint8)
    return (images[:1200], labels[:1200]), (images[1200:], labels[1200:])


def first_digits(count: int):
    return tuple((images[:count], labels[:count]) for images, labels in digits())


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")
def test_E01_flattened_images_are_refused():
    with pytest.raises(ValueError, match=r"(?s)xpected shape.*\(None, 28, 28, 1\).*784"):
        mnist_cnn.article_program(first_digits(64), epochs=1)


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")
def test_E01_images_with_a_channel_are_accepted():
    accuracy = mnist_cnn.article_program(first_digits(64), image_shape=(28, 28, 1), epochs=1)
    assert 0 <= accuracy <= 1


def test_E02_keras_warns_about_input_shape():
    with pytest.warns(UserWarning, match="Do not pass an `input_shape`"), pytest.raises(ValueError):  # noqa: PT011
        mnist_cnn.article_program(first_digits(64), epochs=1)


def test_E02_our_form_of_the_network_does_not_warn(recwarn):
    mnist_cnn.article_network()
    assert not recwarn


def test_E03_only_two_of_three_convolutions_are_pooled():
    kinds = [layer.kind for layer in summarize(mnist_cnn.article_network())]
    assert kinds == [
        "Conv2D",
        "MaxPooling2D",
        "Conv2D",
        "MaxPooling2D",
        "Conv2D",
        "Flatten",
        "Dense",
        "Dense",
    ]


def test_E04_flatten_has_no_weights_and_only_reshapes():
    flatten = summarize(mnist_cnn.article_network())[5]
    assert (flatten.kind, flatten.shape, flatten.parameters) == ("Flatten", (576,), 0)


def test_E05_the_network_has_93322_parameters():
    network = mnist_cnn.article_network()
    assert network.count_params() == 93_322
    counts = [layer.parameters for layer in summarize(network) if layer.parameters]
    assert counts == [320, 18_496, 36_928, 36_928, 650]
    assert round(175e9 / 93_322, -5) == 1_900_000  # GPT-3 is so many times as large


def test_E06_pooling_shrinks_the_following_dense_layer_alone():
    pooled = mnist_cnn.article_network()
    unpooled = keras.Sequential(
        [keras.Input(mnist_cnn.IMAGE_SHAPE)]
        + [
            type(layer).from_config(layer.get_config())
            for layer in pooled.layers
            if not isinstance(layer, keras.layers.MaxPooling2D)
        ]
    )
    with_pools = [layer for layer in summarize(pooled) if layer.kind != "MaxPooling2D"]
    without = summarize(unpooled)
    assert without[3].shape == (30_976,)
    assert (with_pools[4].parameters, without[4].parameters) == (36_928, 1_982_528)
    del with_pools[4], without[4]
    assert [a.parameters for a in with_pools] == [b.parameters for b in without]


def test_the_article_s_recipe_is_the_article_s():
    recipe = mnist_cnn.recipe("article")
    assert (recipe.epochs, recipe.batch_size, recipe.validation_split) == (10, 32, 0.2)
    assert recipe.learning_rate == keras.optimizers.Adam().learning_rate
    assert not (recipe.one_cycle)
    assert not (recipe.label_smoothing)
    assert recipe.network is mnist_cnn.article_network


def test_the_article_s_network_equals_torch():
    torch = pytest.importorskip("torch")
    keras.utils.set_random_seed(0)
    network = mnist_cnn.article_network()
    nn = torch.nn
    theirs = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(576, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
        nn.Softmax(dim=1),
    )
    ours = [weight + 0.01 for weight in network.get_weights()]  # no bias stays 0
    network.set_weights(ours)
    ours[6] = ours[6].reshape(3, 3, 64, 64).transpose(2, 0, 1, 3).reshape(576, 64)  # HWC to CHW
    order = {4: (3, 2, 0, 1), 2: (1, 0), 1: (0,)}
    with torch.no_grad():
        for parameter, weight in zip(theirs.parameters(), ours, strict=True):
            turned = np.ascontiguousarray(weight.transpose(order[weight.ndim]))
            parameter.copy_(torch.from_numpy(turned))
        images = np.random.default_rng(0).random((5, 28, 28, 1)).astype(np.float32)
        expected = theirs(torch.from_numpy(images.transpose(0, 3, 1, 2).copy())).numpy()
    np.testing.assert_allclose(network.predict(images, verbose=0), expected, atol=1e-5)


@pytest.mark.parametrize("network", NETWORKS)
def test_networks_give_probabilities_of_ten_digits(network):
    images = np.random.default_rng(0).random((3, 28, 28, 1)).astype(np.float32)
    probabilities = network().predict(images, verbose=0)
    assert probabilities.shape == (3, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", list(mnist_cnn.RECIPES))
def test_a_trained_model_survives_saving(name, tmp_path):
    data = first_digits(64)
    run = train(replace(mnist_cnn.recipe(name), epochs=1, batch_size=32), data, seed=0)
    run.model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    images = np.float32(data[1][0][..., None] / 255)
    np.testing.assert_allclose(
        again.predict(images, verbose=0), run.model.predict(images, verbose=0), atol=1e-6
    )
    assert again.count_params() == run.model.count_params()


def test_the_fast_recipe_beats_a_linear_classifier():
    (x, y), (x_test, y_test) = data = digits()
    linear = LogisticRegression(max_iter=1000).fit(x.reshape(len(x), -1) / 255, y)
    baseline = linear.score(x_test.reshape(len(x_test), -1) / 255, y_test)
    run = train(replace(mnist_cnn.recipe("fast"), epochs=6, batch_size=32), data, seed=0)
    assert run.accuracy(x_test, y_test) > baseline


def test_the_accurate_network_changes_its_training_images_alone():
    network = mnist_cnn.accurate_network()
    assert isinstance(network.layers[0], RandomAffine)
    images = np.random.default_rng(0).random((2, 28, 28, 1)).astype(np.float32)
    first, second = (network.predict(images, verbose=0) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_same_seed_gives_the_same_accurate_network():
    recipe = replace(mnist_cnn.recipe("accurate"), epochs=1, batch_size=32)
    first, second = (train(recipe, first_digits(64), seed=1).model.get_weights() for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_ablation_changes_one_field_a_step_from_the_article_to_the_fast_recipe():
    steps = mnist_cnn.ablation()
    assert steps[0].recipe == mnist_cnn.recipe("article")
    assert steps[-1].recipe == mnist_cnn.recipe("fast")
    for before, after in itertools.pairwise(steps):
        changed = [
            field.name
            for field in fields(before.recipe)
            if getattr(before.recipe, field.name) != getattr(after.recipe, field.name)
        ]
        assert len(changed) == 1, (after.name, changed)
    assert all(step.gain.endswith(".") for step in steps)


def test_an_unknown_recipe_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="one of article, fast, accurate, got 'slow'"):
        mnist_cnn.recipe("slow")


def test_what_was_measured_are_today_s_recipes():
    results = mnist_cnn.measured()["results"]
    named = {step.name: step.recipe for step in mnist_cnn.ablation()[:-1]}
    named |= {name: mnist_cnn.recipe(name) for name in ("fast", "accurate")}
    measured = {name: result["settings"] for name, result in results.items()}
    assert measured == {name: recipe.settings() for name, recipe in named.items()}
    assert all(result["runs"] >= 3 for result in results.values())
