"""Training again and again without compiling again."""

import keras
import numpy as np
import pytest
from keras import layers

from companion.training import OneCycle
from companion.training.repetitions import train_repeatedly

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
SETTINGS = {"steps": 12, "batch_size": 8, "learning_rate": 0.05}


def tiny() -> keras.Sequential:
    return keras.Sequential(
        [keras.Input((3, 3, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")]
    )


def two_tasks() -> keras.Model:
    inputs = keras.Input((3, 3, 1))
    shared = layers.Dense(4, activation="relu")(layers.Flatten()(inputs))
    heads = {task: layers.Dense(3, activation="softmax", name=task)(shared) for task in "ab"}
    return keras.Model(inputs, heads)


def made(count: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    images = rng.random((count, 3, 3, 1), np.float32)
    images[np.arange(count), labels] += 1
    return images, labels


def learnt(network, draws, **changed):
    settings = SETTINGS | changed
    return [
        np.concatenate([w.ravel() for w in model.get_weights()])
        for model in train_repeatedly(network, draws, **settings)
    ]


def test_every_training_begins_anew_as_if_it_were_the_first():
    draws = [made(20, seed) for seed in range(3)]
    trained = learnt(tiny, draws)
    np.testing.assert_array_equal(learnt(tiny, draws), trained)
    # Only the draw before it differs, and leaves no trace in parameters or moments.
    other = learnt(tiny, [made(31, 9), draws[1]])[1]
    np.testing.assert_array_equal(other, trained[1])


def drops_and_normalises() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((3, 3, 1)),
            layers.Flatten(),
            layers.Dense(6, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax"),
        ]
    )


@pytest.mark.skipif(
    keras.backend.backend() == "torch", reason="its dropout draws from a generator of the process"
)
def test_each_training_equals_one_that_is_compiled_for_itself():
    draws = [made(20, seed) for seed in range(3)]
    for seed, found in enumerate(learnt(drops_and_normalises, draws)):
        keras.utils.set_random_seed(seed)
        model = drops_and_normalises()
        optimizer = keras.optimizers.Adam(OneCycle(0.05, 12))
        model.compile(optimizer, "sparse_categorical_crossentropy")
        rng = np.random.default_rng(seed)
        order = np.concatenate([rng.permutation(20) for _ in range(5)])[: 12 * 8]
        images, labels = draws[seed]
        model.fit(images[order], labels[order], 8, shuffle=False, verbose=0)
        expected = np.concatenate([w.ravel() for w in model.get_weights()])
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_another_seed_gives_another_network_from_the_same_examples():
    first, second = learnt(tiny, [made(20)] * 2)
    assert np.abs(first - second).max() > 0.01


@pytest.mark.parametrize("count", [3, 50, 200])
def test_it_learns_in_as_many_steps_from_few_examples_as_from_many(count):
    images, labels = made(300, seed=1)
    for model in train_repeatedly(tiny, [made(count)], **SETTINGS | {"steps": 60}):
        assert int(model.optimizer.iterations) == 60
        answers = model.predict(images, verbose=0).argmax(axis=1)
        assert (answers == labels).mean() > (0.4 if count == 3 else 0.9)


def test_every_example_is_seen_as_often_as_any_other_but_for_one():
    seen = []

    def spy() -> keras.Sequential:
        model = tiny()
        fit = model.fit
        model.fit = lambda x, y, *a, **k: seen.append(x[:, 0, 0, 0]) or fit(x, y, *a, **k)
        return model

    images = np.zeros((10, 3, 3, 1), np.float32)
    images[:, 0, 0, 0] = np.arange(10)
    learnt(spy, [(images, np.zeros(10, int))])
    counts = np.bincount(seen[0].astype(int), minlength=10)
    assert counts.sum() == 96
    assert counts.max() - counts.min() == 1


def test_a_task_without_weight_teaches_nothing():
    images, labels = made(16)
    draws = [(images, {"a": labels, "b": other}) for other in (labels[::-1].copy(), labels)]
    keras.utils.set_random_seed(0)
    before = two_tasks().get_layer("b").get_weights()
    weights = {"a": 1.0, "b": 0.0}
    ends = []
    for draw in draws:
        for model in train_repeatedly(two_tasks, [draw], **SETTINGS, loss_weights=weights):
            ends.append(model.get_weights())
            for old, new in zip(before, model.get_layer("b").get_weights(), strict=True):
                np.testing.assert_array_equal(old, new)
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("draw", "changed", "wrong"),
    [
        (made(8), {"steps": 0}, "steps must be a positive whole number, got 0"),
        (made(8), {"steps": 2.5}, r"steps must be a positive whole number, got 2\.5"),
        (made(8), {"batch_size": 0}, "batch_size must be a positive whole number, got 0"),
        (made(8), {"learning_rate": np.nan}, "peak must be above 0, got nan"),
        (made(0), {}, "draws must hold at least one image each, got 0"),
        ((made(8)[0], made(7)[1]), {}, r"labels must have the shape \(8,\), got \(7,\)"),
    ],
)
def test_what_cannot_be_trained_is_refused(draw, changed, wrong):
    with pytest.raises(ValueError, match=wrong):
        learnt(tiny, [draw], **changed)
