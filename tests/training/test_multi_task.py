"""Several heads on one body: shapes, and the sum of the tasks' gradients."""

import keras
import numpy as np
import pytest
from keras import layers

from companion.training import train_repeatedly, with_heads

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
CLASSES = {"digit": 10, "parity": 2, "at_least_5": 2}


def source() -> keras.Sequential:
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(3, 3, activation="tanh"),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )


def made(count: int = 24):
    rng = np.random.default_rng(0)
    digits = rng.integers(0, 10, count)
    tasks = {"digit": digits, "parity": digits % 2, "at_least_5": (digits >= 5).astype(int)}
    return rng.random((count, 6, 6, 1), np.float32), tasks


def body_step(weights: dict[str, float], images, targets) -> np.ndarray:
    """Minus the gradient of the weighted loss in the body: one step of SGD at rate 1."""
    model = with_heads(source(), CLASSES)
    for layer in model.layers[2:]:  # the same heads each time
        rng = np.random.default_rng(len(layer.name))
        layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    before = model.get_layer("body").get_weights()
    model.compile(
        keras.optimizers.SGD(1.0),
        dict.fromkeys(CLASSES, "sparse_categorical_crossentropy"),
        loss_weights=weights,
    )
    model.fit(images, targets, batch_size=len(images), epochs=1, verbose=0)
    after = model.get_layer("body").get_weights()
    return np.concatenate([(b - a).ravel() for a, b in zip(before, after, strict=True)])


def test_the_body_moves_along_the_weighted_sum_of_the_gradients_of_the_tasks():
    images, targets = made()
    alone = [body_step({t: float(t == task) for t in CLASSES}, images, targets) for task in CLASSES]
    weights = np.array([0.7, 1.9, 0.2])
    together = body_step(dict(zip(CLASSES, weights.tolist(), strict=True)), images, targets)
    np.testing.assert_allclose(together, weights @ np.array(alone), atol=2e-5)
    assert all(np.abs(step).max() > 0.01 for step in alone)


def test_each_task_has_its_distribution_over_its_classes():
    images, _ = made()
    outputs = with_heads(source(), CLASSES).predict(images, verbose=0)
    assert {task: p.shape for task, p in outputs.items()} == {
        task: (len(images), count) for task, count in CLASSES.items()
    }
    for p in outputs.values():
        np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


def test_the_body_is_the_sources_and_shared_by_all_heads():
    trained = source()
    model = with_heads(trained, CLASSES)
    for own, copied in zip(
        trained.get_weights()[:-2], model.get_layer("body").get_weights(), strict=True
    ):
        np.testing.assert_array_equal(own, copied)
    features = 3 * 4 * 4
    heads = sum((features + 1) * count for count in CLASSES.values())
    assert model.count_params() == heads + 3 * (9 + 1)


@pytest.mark.parametrize(
    ("classes", "wrong"),
    [
        ({}, r"classes must name tasks, none of them 'body', got \[\]"),
        ({"body": 2}, r"none of them 'body', got \['body'\]"),
        ({"at least 5": 2}, "names without spaces or signs, got 'at least 5'"),
        ({"digit": 10, "parity": 1}, "of at least 2, got 1 for 'parity'"),
        ({"digit": 2.5}, r"of at least 2, got 2\.5 for 'digit'"),
    ],
)
def test_tasks_that_cannot_be_are_refused(classes, wrong):
    with pytest.raises(ValueError, match=wrong):
        with_heads(source(), classes)


def test_the_numbers_of_classes_may_be_numpys():
    digits = np.array([3, 1, 2])
    model = with_heads(source(), {"digit": digits.max() + 1})
    assert model.get_layer("digit").units == 4


def test_a_source_without_a_dense_layer_at_its_end_is_refused():
    with pytest.raises(ValueError, match="source must end with a Dense layer, got Flatten"):
        with_heads(keras.Sequential([keras.Input((2, 2)), layers.Flatten()]), CLASSES)


def narrow() -> keras.Sequential:
    """One number of the nine pixels for all heads to share."""
    return keras.Sequential(
        [
            keras.Input((3, 3, 1)),
            layers.Flatten(),
            layers.Dense(1, activation="tanh"),
            layers.Dense(2),
        ]
    )


def test_E79_a_related_task_shares_the_body_and_an_unrelated_one_takes_it_away():
    images = np.random.default_rng(0).uniform(-1, 1, (200, 3, 3, 1)).astype(np.float32)
    first, unrelated = ((images[:, 0, i, 0] > 0).astype(int) for i in (0, 1))
    right = {}
    for name, other in {"related": 1 - first, "unrelated": unrelated}.items():
        draw = images, {"first": first, "other": other}
        for model in train_repeatedly(
            lambda: with_heads(narrow(), {"first": 2, "other": 2}),
            [draw],
            steps=200,
            batch_size=32,
            learning_rate=0.05,
            loss_weights={"first": 1.0, "other": 5.0},
        ):
            answers = model.predict(images, verbose=0)["first"].argmax(axis=1)
            right[name] = (answers == first).mean()
    assert right["related"] > 0.95
    assert right["unrelated"] < 0.8
