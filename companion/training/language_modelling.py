"""Training a language model on texts of different lengths, and labelled texts from its samples.

A. Anaby-Tavor et al., "Do not have enough data? Deep learning to the rescue!", AAAI 2020: LAMBADA.
"""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.nn.ranges import positive, whole

IGNORED = -1  # a target that the loss passes over
WARM_UP = 0.1  # share of the steps in which the learning rate rises


def next_token_pairs(
    texts: Sequence[Sequence[int]], length: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Give for each place of each text the token that comes next, all filled up to one length.

    Parameters
    ----------
    texts
        Tokens, two or more a text.
    length
        Of the rows, at least 1; what is behind the first ``length + 1`` tokens is left out.

    Returns
    -------
    inputs, targets : numpy.ndarray
        ``(texts, length)`` each. Filled up with 0 and `IGNORED`, at the end: a model that reads
        from the left sees nothing of it.

    Raises
    ------
    ValueError
        If a text has fewer than two tokens.
    """
    inputs = np.zeros((len(texts), whole("length", length)), dtype=np.int32)
    targets = np.full_like(inputs, IGNORED)
    for i, text in enumerate(texts):
        if len(text) < 2:
            raise ValueError(f"texts must have two tokens or more, got {len(text)} at {i}")
        tokens = text[: length + 1]
        inputs[i, : len(tokens) - 1] = tokens[:-1]
        targets[i, : len(tokens) - 1] = tokens[1:]
    return inputs, targets


def train_language_model(
    model: keras.Model,
    pairs: tuple[NDArray[np.int32], NDArray[np.int32]],
    rng: np.random.Generator,
    *,
    epochs: int = 1,
    batch_size: int = 64,
    learning_rate: float = 0.003,
) -> list[float]:
    """Lower the cross-entropy of the next token with Adam, which begins anew at each call.

    The rate rises from 0 for a tenth of the steps and falls back to 0 evenly.

    Parameters
    ----------
    model
        Gives logits ``(batch, time, vocabulary)``; it is changed.
    pairs
        As `next_token_pairs` gives them.
    rng
        Draws the order of the texts, another one in each epoch.
    epochs
        How often each text is seen; to fill the last batch some are seen once more.
    batch_size
        Texts a step.
    learning_rate
        The largest one.

    Returns
    -------
    list of float
        The loss of each step, before it, in nats a token.

    Raises
    ------
    ValueError
        If a setting is out of its range or there is no text.
    """
    inputs, targets = pairs
    if not len(inputs):
        raise ValueError(f"pairs must hold a text or more, got {inputs.shape}")
    positive("learning_rate", learning_rate)
    steps = -(-len(inputs) * whole("epochs", epochs) // whole("batch_size", batch_size))
    order = np.concatenate([rng.permutation(len(inputs)) for _ in range(epochs)])
    batches = np.resize(order, (steps, batch_size))
    if not model.compiled:  # compiling again would trace the model again
        model.compile(keras.optimizers.Adam(clipnorm=1.0), cross_entropy())
        model.optimizer.build(model.trainable_variables)
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros(variable.shape, variable.dtype))
    losses = []
    for step, batch in enumerate(batches):
        done = (step + 1) / (steps + 1)
        model.optimizer.learning_rate = learning_rate * min(
            done / WARM_UP, (1 - done) / (1 - WARM_UP)
        )
        losses.append(float(model.train_on_batch(inputs[batch], targets[batch])))
    return losses


def cross_entropy() -> keras.losses.Loss:
    """Return the loss of a language model: nats a token, without those of the filling."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=IGNORED)


def most_confident(
    probabilities: ArrayLike, labels: ArrayLike, counts: ArrayLike
) -> NDArray[np.int64]:
    """Choose the generated texts whose class the classifier agrees with, the surest ones first.

    The filter of LAMBADA, algorithm 1, step 4.

    Parameters
    ----------
    probabilities
        The classifier's, ``(texts, classes)``.
    labels
        The class for which each text was generated, ``(texts,)``.
    counts
        How many texts of each class are wanted at most, ``(classes,)``.

    Returns
    -------
    numpy.ndarray
        Places of the texts to keep, class by class.

    Raises
    ------
    ValueError
        If the shapes do not fit or a probability is not a number.
    """
    p, wanted, most = np.asarray(probabilities), np.asarray(labels), np.asarray(counts)
    if p.ndim != 2 or wanted.shape != p.shape[:1] or most.shape != p.shape[1:]:
        raise ValueError(
            "probabilities, labels and counts must have shapes (texts, classes), (texts,) and "
            f"(classes,), got {p.shape}, {wanted.shape} and {most.shape}"
        )
    if np.isnan(p).any():
        raise ValueError("probabilities must be numbers, got NaN")
    kept = []
    for label, count in enumerate(most):
        agreed = np.flatnonzero((wanted == label) & (p.argmax(axis=1) == label))
        kept.append(agreed[np.argsort(-p[agreed, label], kind="stable")][:count])
    return np.concatenate(kept)
