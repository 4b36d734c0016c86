"""The case study: the article's convolutional network for MNIST, and ours, with their recipes."""

import json
from dataclasses import replace
from importlib import resources
from typing import Any, NamedTuple

import keras
from keras import layers

from companion.training.augmentation import RandomAffine
from companion.training.recipe import Arrays, Recipe

IMAGE_SHAPE = (28, 28, 1)
CLASSES = 10


def article_network() -> keras.Sequential:
    """Build the article's network (section 5.2): 93,322 parameters.

    Returns
    -------
    keras.Sequential
        Images ``(batch, 28, 28, 1)`` in, probabilities ``(batch, 10)`` out.
    """
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def article_program(
    data: tuple[Arrays, Arrays], *, image_shape: tuple[int, ...] = (28 * 28,), epochs: int = 10
) -> float:
    """Run the article's program (sections 5.1 and 5.2), line by line.

    As printed it flattens each image to 784 numbers and gives them to a convolution, which Keras
    refuses. With ``image_shape=(28, 28, 1)`` it runs. Either way Keras warns about ``input_shape``.

    Parameters
    ----------
    data
        ``(x_train, y_train), (x_test, y_test)``, images ``(images, 28, 28)`` of uint8.
    image_shape
        What each image is reshaped to: ``(784,)`` in the article.
    epochs
        10 in the article.

    Returns
    -------
    float
        The accuracy on the test images.

    Raises
    ------
    ValueError
        As printed, at the first batch.
    """
    (images_train, labels_train), (images_test, labels_test) = data
    x_train = (images_train / 255.0).reshape(-1, *image_shape)
    x_test = (images_test / 255.0).reshape(-1, *image_shape)
    y_train = keras.utils.to_categorical(labels_train, 10)
    y_test = keras.utils.to_categorical(labels_test, 10)
    model = keras.Sequential(
        [
            layers.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=epochs, batch_size=32, validation_split=0.2, verbose=0)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    return float(accuracy)


def normalized_network() -> keras.Sequential:
    """Build the article's network with batch normalisation after each convolution.

    Returns
    -------
    keras.Sequential
        Images ``(batch, 28, 28, 1)`` in, probabilities ``(batch, 10)`` out.
    """
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            *_block(32, 3, pool=True),
            *_block(64, 3, pool=True),
            *_block(64, 3),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def fast_network() -> keras.Sequential:
    """Build our small network, with a quarter of the article's multiplications.

    The first convolution moves by two pixels, so that the next one works on 12 by 12 positions
    instead of 13 by 13 with half the channels; one dense layer stands where there were two.

    Returns
    -------
    keras.Sequential
        Images ``(batch, 28, 28, 1)`` in, probabilities ``(batch, 10)`` out.
    """
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            *_block(16, 5, strides=2),
            *_block(32, 3, pool=True),
            *_block(64, 3),
            layers.Flatten(),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def accurate_network() -> keras.Sequential:
    """Build our accurate network: half as wide again, each training image changed at random.

    Returns
    -------
    keras.Sequential
        Images ``(batch, 28, 28, 1)`` in, probabilities ``(batch, 10)`` out.
    """
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            RandomAffine(rotation=10, stretch=0.1, shift=2),
            *_block(24, 5, strides=2),
            *_block(48, 3, pool=True),
            *_block(96, 3),
            layers.Flatten(),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def _block(
    channels: int, size: int, *, strides: int = 1, pool: bool = False
) -> list[keras.layers.Layer]:
    """Convolution, pooling if wanted, batch normalisation (which replaces the bias), ReLU.

    Pooling comes first because it leaves a quarter of the positions to normalise.
    """
    return [
        layers.Conv2D(channels, size, strides=strides, use_bias=False),
        *([layers.MaxPooling2D()] if pool else []),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
    ]


class Step(NamedTuple):
    """One change of a recipe.

    Parameters
    ----------
    name
        What was changed.
    gain
        What it buys, in a sentence.
    recipe
        The recipe with this change and all before it.
    """

    name: str
    gain: str
    recipe: Recipe


def ablation() -> list[Step]:
    """List the changes that lead from the article's recipe to our fast one, one at a time.

    Returns
    -------
    list[Step]
        The article's recipe first, the fast one last; each differs from the one before it in one
        field.
    """
    article = Recipe(
        article_network, epochs=10, batch_size=32, learning_rate=0.001, validation_split=0.2
    )
    steps = [Step("article", "The recipe of section 5.2.", article)]

    def change(name: str, gain: str, **field: Any) -> None:
        steps.append(Step(name, gain, replace(steps[-1].recipe, **field)))

    change("one epoch", "A tenth of the time, and less accuracy.", epochs=1)
    change("all images", "A quarter more images to learn from.", validation_split=0.0)
    change("batch normalisation", "A larger learning rate is bearable.", network=normalized_network)
    change("one cycle", "The rate falls to zero: the noise of the last steps goes.", one_cycle=True)
    change("learning rate 0.03", "One epoch gets further.", learning_rate=0.03)
    change("batches of 128", "A quarter of the steps: less overhead a step.", batch_size=128)
    change("label smoothing", "The network is not driven to certainty.", label_smoothing=0.1)
    change("small network", "A quarter of the multiplications.", network=fast_network)
    change("no running accuracy", "Less to compile, less to count.", running_accuracy=False)
    change("8 steps a call", "Fewer returns from TensorFlow to Python.", steps_per_call=8)
    change("no autotuner", "Nobody waits for a sleeping thread at the end.", autotuned=False)
    return steps


_STEPS = ablation()
RECIPES = {
    "article": _STEPS[0].recipe,
    "fast": _STEPS[-1].recipe,
    "accurate": replace(_STEPS[-1].recipe, network=accurate_network, epochs=11, learning_rate=0.02),
}


def recipe(name: str) -> Recipe:
    """Give a recipe by its name.

    Parameters
    ----------
    name
        ``"article"``, ``"fast"`` or ``"accurate"``.

    Returns
    -------
    Recipe
        To train with `companion.training.train`, as it is or changed with ``dataclasses.replace``.

    Raises
    ------
    ValueError
        If there is no such recipe.
    """
    if name not in RECIPES:
        raise ValueError(f"name must be one of {', '.join(RECIPES)}, got {name!r}")
    return RECIPES[name]


def measured() -> dict[str, Any]:
    """Give what ``python -m benchmarks.case_study --ladder`` measured.

    Returns
    -------
    dict[str, Any]
        ``machine``; ``results``, by the names of the steps of `ablation` (the last one is
        ``"fast"``) and ``"accurate"``: median seconds, mean accuracy, ...; ``runs``, one by one.
    """
    text = resources.files("companion.models").joinpath("mnist_cnn.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
