"""Training by a recipe, on small data made here."""

from dataclasses import FrozenInstanceError, replace

import keras
import numpy as np
import pytest
from keras import layers

from companion.training import Recipe, StepLosses, pixels, train

# Keras reads a tensor of PyTorch in a way that NumPy 2 is going to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def tiny() -> keras.Sequential:
    return keras.Sequential(
        [keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")]
    )


RECIPE = Recipe(tiny, epochs=2, batch_size=8, learning_rate=0.05)


def made(count: int = 40, seed: int = 0):
    """Images whose class is the brightest of three rows."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count).astype(np.uint8)
    images = random.integers(0, 100, (count, 4, 4)).astype(np.uint8)
    images[np.arange(count), labels] += 150
    return (images, labels), (images, labels)


def weights(run) -> np.ndarray:
    return np.concatenate([weight.ravel() for weight in run.model.get_weights()])


def test_E07_validation_split_takes_the_last_images_before_shuffling():
    images = np.zeros((100, 4, 4), np.uint8)
    labels = np.repeat([0, 1], [80, 20]).astype(np.uint8)
    recipe = replace(RECIPE, validation_split=0.2, epochs=4)
    history = train(recipe, ((images, labels), (images, labels)), seed=0).history
    assert history["accuracy"][-1] == 1.0  # class 0 alone was trained on
    assert history["val_accuracy"] == [0.0] * 4  # and class 1 alone was held back


def test_E07_four_fifths_of_the_images_are_trained_on():
    counted = StepLosses(every=1)
    train(replace(RECIPE, validation_split=0.2), made(100), seed=0, callbacks=[counted])
    assert counted.steps[-1] == 2 * 80 // 8


@pytest.mark.parametrize("one_cycle", [False, True])
def test_E10_the_same_seed_gives_the_same_weights_and_another_seed_others(one_cycle):
    recipe = replace(RECIPE, one_cycle=one_cycle)
    first, again, other = (weights(train(recipe, made(), seed=seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_training_learns_and_reports():
    data = made(300)
    run = train(replace(RECIPE, epochs=8, one_cycle=True), data, seed=0)
    assert run.accuracy(*data[1]) > 0.95
    assert run.history["loss"][-1] < run.history["loss"][0]
    assert run.seconds > 0
    assert (run.recipe.epochs, run.seed) == (8, 0)


def test_predict_gives_probabilities_of_each_class():
    data = made()
    probabilities = train(RECIPE, data, seed=0).predict(data[1][0])
    assert probabilities.shape == (40, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities >= 0).all()


def test_without_running_accuracy_the_same_is_learnt():
    counted, uncounted = (
        train(replace(RECIPE, running_accuracy=kept), made(), seed=0) for kept in (True, False)
    )
    assert set(uncounted.history) == {"loss"}
    np.testing.assert_array_equal(weights(counted), weights(uncounted))


def test_several_steps_a_call_learn_the_same():
    one, four = (train(replace(RECIPE, steps_per_call=n), made(37), seed=0) for n in (1, 4))
    np.testing.assert_allclose(weights(one), weights(four), atol=1e-6)


def test_without_the_autotuner_every_image_is_seen_once_an_epoch_and_the_same_is_learnt_again():
    recipe = replace(RECIPE, autotuned=False, epochs=8)
    counted = StepLosses(every=1)
    first = train(recipe, made(37), seed=0, callbacks=[counted])
    again = train(recipe, made(37), seed=0)
    assert counted.steps[-1] == 8 * 5
    assert first.accuracy(*made(37)[1]) > 0.9
    np.testing.assert_array_equal(weights(first), weights(again))


def test_without_the_autotuner_nothing_can_be_held_back():
    with pytest.raises(ValueError, match=r"validation_split must be 0 if not autotuned, got 0\.2"):
        replace(RECIPE, autotuned=False, validation_split=0.2)


def test_label_smoothing_keeps_the_network_uncertain():
    data = made(300)
    certainty = [
        train(replace(RECIPE, epochs=10, label_smoothing=share), data, seed=0)
        .predict(data[1][0])
        .max(axis=1)
        .mean()
        for share in (0.0, 0.5)
    ]
    assert certainty[1] < certainty[0] - 0.1


def test_train_size_draws_another_subset_for_another_seed_and_keeps_the_order():
    seen = []
    for seed in (0, 1):
        (images, labels), test = made(100)
        images[:, 0, 0] = np.arange(100)
        shown = []

        def spy() -> keras.Sequential:
            model = tiny()
            fit = model.fit
            model.fit = lambda x, y, **options: shown.append(x) or fit(x, y, **options)  # noqa: B023
            return model

        train(replace(RECIPE, network=spy), ((images, labels), test), seed=seed, train_size=30)
        seen.append(np.rint(shown[0][:, 0, 0, 0] * 255))
    assert all(len(subset) == 30 and (np.diff(subset) > 0).all() for subset in seen)
    assert not np.array_equal(*seen)


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("epochs", 0, "epochs must be a whole number of at least 1, got 0"),
        ("epochs", 1.5, "epochs must be a whole number of at least 1, got 1.5"),
        ("epochs", 2.0, "epochs must be a whole number of at least 1, got 2.0"),
        ("epochs", float("inf"), "epochs must be a whole number of at least 1, got inf"),
        ("batch_size", -1, "batch_size must be a whole number of at least 1, got -1"),
        ("steps_per_call", 0, "steps_per_call must be a whole number of at least 1, got 0"),
        ("learning_rate", 0.0, "learning_rate must be above 0, got 0.0"),
        ("learning_rate", float("nan"), "learning_rate must be above 0, got nan"),
        ("label_smoothing", 1.0, r"label_smoothing must be in \[0, 1\), got 1.0"),
        ("validation_split", -0.1, r"validation_split must be in \[0, 1\), got -0.1"),
    ],
)
def test_a_recipe_refuses_a_number_out_of_range(field, value, wrong):
    with pytest.raises(ValueError, match=wrong):
        replace(RECIPE, **{field: value})


def test_a_recipe_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        RECIPE.epochs = 3


@pytest.mark.parametrize("size", [0, 41])
def test_train_refuses_an_impossible_train_size(size):
    with pytest.raises(ValueError, match=f"train_size must be between 1 and 40, got {size}"):
        train(RECIPE, made(40), seed=0, train_size=size)


def test_train_refuses_a_batch_larger_than_the_data():
    wrong = "batch_size must be at most the 32 images that there are to train on, got 33"
    with pytest.raises(ValueError, match=wrong):
        train(replace(RECIPE, batch_size=33, validation_split=0.2), made(40), seed=0)


def test_train_refuses_labels_that_do_not_fit():
    (images, labels), test = made()
    with pytest.raises(ValueError, match=r"labels must have the shape \(40,\), got \(39,\)"):
        train(RECIPE, ((images, labels[1:]), test), seed=0)
    with pytest.raises(ValueError, match="labels must be in 0 to 2, got 3 to 5"):
        train(RECIPE, ((images, labels + np.uint8(3)), test), seed=0)
    with pytest.raises(ValueError, match="labels must be whole numbers, got float64"):
        train(RECIPE, ((images, np.where(labels == 1, np.nan, labels)), test), seed=0)


def test_accuracy_refuses_labels_of_another_shape():
    run = train(RECIPE, made(), seed=0)
    images, labels = made()[1]
    with pytest.raises(ValueError, match=r"true must have shape \(examples,\)"):
        run.accuracy(images, labels[:, None])


def test_pixels_are_a_255th_of_the_bytes():
    images = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    made_pixels = pixels(images)
    assert (made_pixels.dtype, made_pixels.shape) == (np.float32, (1, 16, 16, 1))
    np.testing.assert_allclose(made_pixels.ravel(), np.arange(256) / 255, rtol=1e-6)
    np.testing.assert_array_equal(pixels(made_pixels), made_pixels)


@pytest.mark.parametrize(
    ("images", "wrong"),
    [
        (np.zeros((2, 784)), r"images must have the shape .* got \(2, 784\)"),
        (np.zeros((2, 28, 28, 3)), r"images must have the shape .* got \(2, 28, 28, 3\)"),
        (np.zeros((0, 28, 28), np.uint8), r"at least one pixel, got \(0, 28, 28, 1\)"),
        (np.full((1, 4, 4), 255.0), r"must lie in \[0, 1\], got 255.0 to 255.0"),
        (np.full((1, 4, 4), -0.5), r"must lie in \[0, 1\], got -0.5 to -0.5"),
        (np.full((1, 4, 4), np.nan), r"must lie in \[0, 1\], got nan to nan"),
        (np.zeros((1, 4, 4), np.int64), "images must be uint8 or floats, got int64"),
    ],
)
def test_pixels_refuse_what_is_no_grey_image(images, wrong):
    with pytest.raises(ValueError, match=wrong):
        pixels(images)
