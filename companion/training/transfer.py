"""Transfer: the layers of a trained network under a new head, for another task."""

from numbers import Integral

import keras


def with_new_head(source: keras.Model, classes: int, *, frozen: bool = False) -> keras.Model:
    """Copy a classifier up to its last layer, and put a new last layer on the copy.

    What the copied layers, the *body*, give are the features of J. Yosinski, J. Clune, Y. Bengio,
    H. Lipson, "How transferable are features in deep neural networks?" (2014), section 2. Keras's
    batch normalisation in a frozen body uses the means and variances of the source and leaves them
    as they are; in a body that is not frozen it learns them anew from the batches of the new task.

    Parameters
    ----------
    source
        Classifier whose last layer is a ``Dense`` one; it is not changed.
    classes
        Of the new task, at least 2.
    frozen
        Whether the body stays as it is, so that the head alone learns.

    Returns
    -------
    keras.Model
        Inputs as those of `source`, probabilities ``(batch, classes)`` out; its last layer, named
        ``"head"``, is drawn at random, the layer before it, named ``"body"``, holds the copy.

    Raises
    ------
    ValueError
        If `source` is not built or ends otherwise, or `classes` is below 2.
    """
    if not isinstance(classes, Integral) or classes < 2:
        raise ValueError(f"classes must be a whole number of at least 2, got {classes!r}")
    body = features(source)
    body.trainable = not frozen
    head = keras.layers.Dense(int(classes), activation="softmax", name="head")
    return keras.Sequential([keras.Input(body.input_shape[1:]), body, head])


def features(source: keras.Model) -> keras.Model:
    """Copy a classifier without its last layer.

    Parameters
    ----------
    source
        Classifier whose last layer is a ``Dense`` one; it is not changed.

    Returns
    -------
    keras.Model
        Named ``"body"``; inputs as those of `source`, what its last layer reads out,
        ``(batch, features)``. Nothing in it is frozen.

    Raises
    ------
    ValueError
        If `source` is not built or ends otherwise.
    """
    if not source.built:
        raise ValueError("source must be built: give it a keras.Input as its first layer")
    last = source.layers[-1]
    if not isinstance(last, keras.layers.Dense):
        raise ValueError(f"source must end with a Dense layer, got {type(last).__name__}")
    original = keras.Model(source.inputs, last.input, name="body")
    body = keras.models.clone_model(original)
    body.set_weights(original.get_weights())
    for layer in body.layers:  # Keras passes on a change only, and `body` itself may be free
        layer.trainable = True
    return body
