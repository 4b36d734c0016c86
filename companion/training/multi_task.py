"""Multi-task learning: several heads on one body."""

from collections.abc import Mapping
from numbers import Integral

import keras

from companion.training.transfer import features


def with_heads(source: keras.Model, classes: Mapping[str, int]) -> keras.Model:
    r"""Copy a classifier up to its last layer, and put a head for each task on the copy.

    Trained on the loss :math:`\sum_t \lambda_t L_t`, with Keras's ``loss_weights`` for the
    :math:`\lambda_t`, each head learns from its own task alone, the body from the weighted sum of
    the tasks' gradients: hard parameter sharing (R. Caruana, "Multitask Learning", Machine
    Learning 28 (1997), section 1).

    Parameters
    ----------
    source
        Classifier whose last layer is a ``Dense`` one; it is not changed.
    classes
        How many each task has, at least 2, by the task's name: letters, digits and underscores.

    Returns
    -------
    keras.Model
        Inputs as those of `source`; out comes a dict of probabilities ``(batch, classes)``, by
        task. The heads have the names of their tasks, the copied layers that of ``"body"``.

    Raises
    ------
    ValueError
        If there is no task, a task has fewer than 2 classes, the name of the body or one that is no
        name, or `source` is not built or does not end with a ``Dense`` layer.
    """
    if not classes or "body" in classes:
        raise ValueError(f"classes must name tasks, none of them 'body', got {list(classes)}")
    for task, count in classes.items():
        if not task.isidentifier():  # TensorFlow takes no space in the name of a layer
            raise ValueError(f"classes must have names without spaces or signs, got {task!r}")
        if not isinstance(count, Integral) or count < 2:
            raise ValueError(
                f"classes must be whole numbers of at least 2, got {count!r} for {task!r}"
            )
    body = features(source)
    inputs = keras.Input(body.input_shape[1:])
    shared = body(inputs)
    heads = {
        task: keras.layers.Dense(int(count), activation="softmax", name=task)(shared)
        for task, count in classes.items()
    }
    return keras.Model(inputs, heads)
