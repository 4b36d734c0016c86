"""One kind of network, trained again and again: each time on other examples, from another seed."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from companion.nn.ranges import whole
from companion.training.schedules import OneCycle

Array = NDArray[Any]
Labels = NDArray[np.integer]


def train_repeatedly(
    network: Callable[[], keras.Model],
    draws: Iterable[tuple[NDArray[np.float32], Labels | Mapping[str, Labels]]],
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    loss_weights: Mapping[str, float] | None = None,
) -> Iterator[keras.Model]:
    """Train a network by Adam and cross-entropy on each draw of examples, compiling it only once.

    Small trainings take less time than their compilation. The n-th draw is learnt from what
    ``network()`` begins with under seed n, counted from 0, so that two networks over the same draws
    make pairs; on PyTorch, dropout draws from elsewhere. The number of steps does not depend on the
    number of examples: these come in random orders one after another, each as often as any other
    but for one.

    Parameters
    ----------
    network
        Builds the model: images in, probabilities ``(batch, classes)`` out, or a dict of them by
        task. It is called once for each draw, in their order; its parameters may differ from call
        to call, its layers not.
    draws
        Pairs of images ``(images, height, width, channels)`` and class numbers ``(images,)``, of
        several tasks a dict of these. All are held in memory.
    steps
        Of each training, at least 1.
    batch_size
        Images a step, at least 1; where a draw has fewer, some come twice.
    learning_rate
        The peak of `companion.training.OneCycle`.
    loss_weights
        What the loss of each task counts; by default 1.

    Yields
    ------
    keras.Model
        The trained model; always the same object, so use it before asking for the next.

    Raises
    ------
    ValueError
        If `steps` or `batch_size` is no positive whole number, or a draw has no images or other
        than one label each.
    """
    whole("steps", steps)
    whole("batch_size", batch_size)
    draws = list(draws)
    # Before the first training, since after a new seed TensorFlow prepares its functions anew.
    beginnings = [_seeded(network, seed) for seed in range(len(draws))]
    model: keras.Model | None = None
    blank: list[Array] = []
    for seed, (images, labels) in enumerate(draws):
        if model is None:
            model = beginnings[0]
            loss = "sparse_categorical_crossentropy"
            model.compile(
                optimizer=keras.optimizers.Adam(OneCycle(learning_rate, steps)),
                loss=dict.fromkeys(labels, loss) if isinstance(labels, Mapping) else loss,
                loss_weights=loss_weights and dict(loss_weights),
                steps_per_execution=min(steps, 10) if _on_tensorflow() else 1,
            )
            model.optimizer.build(model.trainable_variables)
            blank = [keras.ops.convert_to_numpy(each) for each in model.optimizer.variables]
        _assign(model.variables, beginnings[seed].variables)
        _assign(model.optimizer.variables, blank)
        order = _orders(len(images), steps * batch_size, np.random.default_rng(seed))
        targets: Labels | dict[str, Labels]
        if isinstance(labels, Mapping):
            targets = {task: _rows(own, order, len(images)) for task, own in labels.items()}
        else:
            targets = _rows(labels, order, len(images))
        model.fit(images[order], targets, batch_size, shuffle=False, verbose=0)
        yield model


def _seeded(network: Callable[[], keras.Model], seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return network()


def _assign(variables: Iterable[keras.Variable], values: Iterable[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _on_tensorflow() -> bool:
    return bool(keras.backend.backend() == "tensorflow")


def _orders(examples: int, wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Give the examples' numbers in one random order after another, until there are enough."""
    if not examples:
        raise ValueError("draws must hold at least one image each, got 0")
    orders = math.ceil(wanted / examples)
    return np.concatenate([rng.permutation(examples) for _ in range(orders)])[:wanted]


def _rows(labels: Labels, order: NDArray[np.int64], examples: int) -> Labels:
    """Give the labels of the images in the order."""
    if labels.shape != (examples,):
        raise ValueError(f"labels must have the shape ({examples},), got {labels.shape}")
    return labels[order]
