"""A recipe (network, optimiser, schedule, ...) for a classifier of images, and its training."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral

import keras
import numpy as np
from numpy.typing import NDArray

from companion.metrics import accuracy
from companion.training.batches import shuffled_batches
from companion.training.schedules import OneCycle

Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@dataclass(frozen=True)
class Recipe:
    """All that decides a training but the data and the seed; optimised by Adam.

    Change one with ``dataclasses.replace(recipe, epochs=3)``.

    Parameters
    ----------
    network
        Builds the model: pixels in [0, 1] in, probabilities ``(batch, classes)`` out.
    epochs
        How often every image is seen, at least 1.
    batch_size
        Images a step, at least 1.
    learning_rate
        Adam's step size: the peak if `one_cycle`, else constant.
    one_cycle
        Whether the learning rate follows `companion.training.OneCycle`.
    label_smoothing
        The share of each target that is spread evenly over all classes, in [0, 1) (Szegedy et al.
        2016, section 7).
    validation_split
        The share of the images, the *last* ones, that is held back and watched, in [0, 1).
    running_accuracy
        Whether the accuracy on the training images is counted along the way; it costs time.
    steps_per_call
        Steps that Keras hands to TensorFlow at once, at least 1; other backends take one.
    autotuned
        Whether TensorFlow's input pipeline tunes itself while it runs, as Keras's does; see
        `companion.training.batches`. Without it no part of the images can be held back.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """

    network: Callable[[], keras.Model]
    epochs: int
    batch_size: int
    learning_rate: float
    one_cycle: bool = False
    label_smoothing: float = 0.0
    validation_split: float = 0.0
    running_accuracy: bool = True
    steps_per_call: int = 1
    autotuned: bool = True

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "steps_per_call"):
            number = getattr(self, name)
            if not isinstance(number, Integral) or number < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, got {number}")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be above 0, got {self.learning_rate}")
        for name in ("label_smoothing", "validation_split"):
            share = getattr(self, name)
            if not 0 <= share < 1:
                raise ValueError(f"{name} must be in [0, 1), got {share}")
        if self.validation_split and not self.autotuned:
            raise ValueError(
                f"validation_split must be 0 if not autotuned, got {self.validation_split}"
            )

    def settings(self) -> dict[str, str | int | float]:
        """Give the fields as plain values, the network by its name."""
        return {**vars(self), "network": self.network.__name__}


@dataclass(frozen=True)
class Run:
    """A finished training.

    Parameters
    ----------
    recipe, seed
        What was trained.
    model
        The trained model.
    history
        The mean of each quantity in each epoch: loss, accuracy if counted and, with a validation
        part, val_loss and val_accuracy.
    seconds
        From raw images in memory to the trained model: preparing the pixels, building, compiling
        and fitting, but not evaluating.
    """

    recipe: Recipe
    seed: int
    model: keras.Model
    history: dict[str, list[float]]
    seconds: float

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the probability of each class.

        Parameters
        ----------
        images
            As `pixels` takes them.

        Returns
        -------
        NDArray[np.float32]
            ``(images, classes)``.
        """
        return np.asarray(self.model.predict(pixels(images), batch_size=1000, verbose=0))

    def accuracy(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> float:
        """Give the share of the images whose most probable class is their label."""
        return accuracy(labels, self.predict(images).argmax(axis=1))


def pixels(images: NDArray[np.generic]) -> NDArray[np.float32]:
    """Turn grey images into what the networks take: float32 in [0, 1] with an axis for the channel.

    Parameters
    ----------
    images
        ``(images, height, width)`` or ``(images, height, width, 1)``; uint8, or floats that are in
        [0, 1] already.

    Returns
    -------
    NDArray[np.float32]
        ``(images, height, width, 1)``.

    Raises
    ------
    ValueError
        If there is no image, the shape is another, or a pixel is out of its range or NaN.
    """
    images = np.asarray(images)
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] != 1 or images.size == 0:
        raise ValueError(
            "images must have the shape (images, height, width) or (images, height, width, 1) "
            f"and hold at least one pixel, got {images.shape}"
        )
    if images.dtype == np.uint8:
        return np.asarray(np.multiply(images, np.float32(1 / 255), dtype=np.float32))
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"images must be uint8 or floats, got {images.dtype}")
    if not (images.min() >= 0 and images.max() <= 1):
        raise ValueError(
            f"images of floats must lie in [0, 1], got {images.min()} to {images.max()}"
        )
    return images.astype(np.float32)


def train(
    recipe: Recipe,
    data: tuple[Arrays, Arrays],
    *,
    seed: int,
    train_size: int | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int = 0,
) -> Run:
    """Train a recipe's network from scratch.

    The same seed on the same backend, machine and number of threads gives the same weights.

    Parameters
    ----------
    recipe
        What to train.
    data
        ``(x_train, y_train), (x_test, y_test)``, images as `pixels` takes them and labels that are
        whole numbers from 0; the test part is not looked at.
    seed
        Of the initial weights, the order of the images and every other random choice.
    train_size
        Train on this many images, drawn at random but left in their order; by default on all.
    callbacks
        As in ``keras.Model.fit``, for instance `companion.training.StepLosses`.
    verbose
        As in ``keras.Model.fit``: 0 silent, 1 a progress bar, 2 a line an epoch.

    Returns
    -------
    Run
        The trained model and how the training went.

    Raises
    ------
    ValueError
        If the images or labels are not as described, `train_size` is not between 1 and the number
        of images, or a batch is larger than what there is to train on.
    """
    (images, labels), _ = data
    if labels.shape != (len(images),):
        raise ValueError(f"labels must have the shape ({len(images)},), got {labels.shape}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be whole numbers, got {labels.dtype}")
    if train_size is not None:
        images, labels = _subset(images, labels, train_size, seed)
    fitted = math.floor(len(images) * (1 - recipe.validation_split))
    if recipe.batch_size > fitted:
        raise ValueError(
            f"batch_size must be at most the {fitted} images that there are to train on, "
            f"got {recipe.batch_size}"
        )
    start = time.perf_counter()
    keras.utils.set_random_seed(seed)
    model = recipe.network()
    classes = model.output_shape[-1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels must be in 0 to {classes - 1}, got {labels.min()} to {labels.max()}"
        )
    steps = recipe.epochs * math.ceil(fitted / recipe.batch_size)
    rate = OneCycle(recipe.learning_rate, steps) if recipe.one_cycle else recipe.learning_rate
    on_tensorflow = keras.backend.backend() == "tensorflow"  # JAX would compile each step anew
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"] if recipe.running_accuracy else None,
        steps_per_execution=recipe.steps_per_call if on_tensorflow else 1,
    )
    # Otherwise TensorFlow traces the first step twice: once to create these variables.
    model.optimizer.build(model.trainable_variables)
    arrays = pixels(images), keras.utils.to_categorical(labels, classes)
    if on_tensorflow and not recipe.autotuned:
        batches = {"x": shuffled_batches(*arrays, recipe.batch_size, seed), "shuffle": False}
    else:
        batches = {"x": arrays[0], "y": arrays[1], "batch_size": recipe.batch_size}
    history = model.fit(
        **batches,
        epochs=recipe.epochs,
        validation_split=recipe.validation_split,
        callbacks=list(callbacks),
        verbose=verbose,
    )
    return Run(recipe, seed, model, history.history, time.perf_counter() - start)


def _subset(images: NDArray[np.uint8], labels: NDArray[np.uint8], size: int, seed: int) -> Arrays:
    """Draw `size` images and their labels without changing their order."""
    if not 1 <= size <= len(images):
        raise ValueError(f"train_size must be between 1 and {len(images)}, got {size}")
    chosen = np.sort(np.random.default_rng(seed).permutation(len(images))[:size])
    return images[chosen], labels[chosen]
