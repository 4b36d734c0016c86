"""Batches for TensorFlow from arrays in memory."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def shuffled_batches(
    images: NDArray[np.float32], targets: NDArray[np.float32], batch_size: int, seed: int
) -> Any:
    """Give every image once an epoch, in another order each time.

    Keras makes much the same pipeline of two arrays, but leaves ``tf.data``'s autotuner on. Its
    thread sleeps for ever longer, and whoever ends the epoch may wait for it to wake: up to ten
    seconds after ten of training.

    Parameters
    ----------
    images
        ``(images, height, width, channels)``.
    targets
        ``(images, classes)``.
    batch_size
        At least 1; the last batch takes what is left.
    seed
        Of the orders.

    Returns
    -------
    tf.data.Dataset
        Pairs of a batch of images and their targets.
    """
    import tensorflow as tf  # the one module that needs it; only when it is Keras's backend

    x, y = tf.constant(images), tf.constant(targets)
    options = tf.data.Options()
    options.autotune.enabled = False
    return (
        tf.data.Dataset.range(len(images))
        .shuffle(len(images), seed=seed)
        .batch(batch_size)
        .map(lambda chosen: (tf.gather(x, chosen), tf.gather(y, chosen)))
        .prefetch(2)
        .with_options(options)
    )
