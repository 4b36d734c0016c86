"""One kind of network, trained again and again: each time on other examples, from another seed."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping

import keras
import numpy as np
from numpy.typing import NDArray

from companion.training.schedules import OneCycle

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

    Small trainings take less time than their compilation. The n-th draw is learnt from the
    parameters that ``network()`` begins with under seed n, counted from 0, so that two networks
    over the same draws make pairs. The number of steps does not depend on the number of examples:
    these come in random orders one after another, each as often as any other but for one.

    Parameters
    ----------
    network
        Builds the model: images in, probabilities ``(batch, classes)`` out, or a dict of them by
        task. Its parameters may differ from call to call, its layers not.
    draws
        Pairs of images ``(images, height, width, channels)`` and class numbers ``(images,)``, of
        several tasks a dict of these.
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
        If `steps` or `batch_size` is below 1, or a draw has no images or other than one label each.
    """
    for name, number in (("steps", steps), ("batch_size", batch_size)):
        if number < 1:
            raise ValueError(f"{name} must be at least 1, got {number}")
    model, blank = None, []
    for seed, (images, labels) in enumerate(draws):
        keras.utils.set_random_seed(seed)
        fresh = network()
        if model is None:
            model = fresh
            loss = "sparse_categorical_crossentropy"
            model.compile(
                optimizer=keras.optimizers.Adam(OneCycle(learning_rate, steps)),
                loss=dict.fromkeys(labels, loss) if isinstance(labels, Mapping) else loss,
                loss_weights=loss_weights and dict(loss_weights),
                steps_per_execution=min(steps, 10) if _on_tensorflow() else 1,
            )
            model.optimizer.build(model.trainable_variables)
            blank = [keras.ops.convert_to_numpy(each) for each in model.optimizer.variables]
        model.set_weights(fresh.get_weights())
        for variable, value in zip(model.optimizer.variables, blank, strict=True):
            variable.assign(value)
        order = _orders(len(images), steps * batch_size, np.random.default_rng(seed))
        targets: Labels | dict[str, Labels]
        if isinstance(labels, Mapping):
            targets = {task: _rows(own, order, len(images)) for task, own in labels.items()}
        else:
            targets = _rows(labels, order, len(images))
        model.fit(images[order], targets, batch_size, shuffle=False, verbose=0)
        yield model


def _on_tensorflow() -> bool:
    return bool(keras.backend.backend() == "tensorflow")


def _orders(examples: int, wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Give the examples' numbers in one random order after another, until there are enough."""
    if not examples:
        raise ValueError("draws must hold at least one image each, got 0")
    whole = math.ceil(wanted / examples)
    return np.concatenate([rng.permutation(examples) for _ in range(whole)])[:wanted]


def _rows(labels: Labels, order: NDArray[np.int64], examples: int) -> Labels:
    """Give the labels of the images in the order."""
    if labels.shape != (examples,):
        raise ValueError(f"labels must have the shape ({examples},), got {labels.shape}")
    return labels[order]
