"""Output layers: how many scores a network gives, and which loss and prediction go with them.

A network ends in a dense layer without activation, whose raw scores go into the loss. The inverse
link makes predictions of scores: probabilities or means. Loss and inverse link belong together when
the loss is the negative log-likelihood of the distribution whose mean is the prediction; then the
gradient with respect to a score is (prediction − target) / n, which never vanishes while the
prediction is wrong (Bishop 2006, "Pattern recognition and machine learning", section 4.3.6).
"""

import dataclasses

from companion.nn.activations import Activation, linear, sigmoid, softmax
from companion.nn.losses import Loss, binary_cross_entropy, cross_entropy, mean_squared_error
from companion.nn.metrics import (
    Metric,
    accuracy,
    binary_accuracy,
    root_mean_squared_error,
)
from companion.nn.ranges import whole


@dataclasses.dataclass(frozen=True)
class Head:
    """What one kind of task asks of the end of a network.

    Parameters
    ----------
    units
        Number of scores for each example.
    loss
        Of targets and raw scores.
    inverse_link
        Makes predictions of raw scores.
    metric
        Of targets and raw scores: how good the answers are, in words that people use.
    """

    units: int
    loss: Loss
    inverse_link: Activation
    metric: Metric


def binary() -> Head:
    """Return the head for one yes-or-no question: a Bernoulli distribution.

    Targets are 0 or 1, ``(batch, 1)``; σ(score) is the probability of 1.
    """
    return Head(1, binary_cross_entropy, sigmoid, binary_accuracy)


def multiclass(classes: int) -> Head:
    """Return the head for one of several classes: a categorical distribution.

    Targets are class numbers ``(batch,)``; softmax(scores) are the classes' probabilities.

    Parameters
    ----------
    classes
        How many there are.

    Returns
    -------
    Head
        With a score for each class.

    Raises
    ------
    ValueError
        If `classes` is not a whole number of at least 2.
    """
    if whole("classes", classes) < 2:
        raise ValueError(f"classes must be at least 2, got {classes}")
    return Head(classes, cross_entropy, softmax, accuracy)


def regression(outputs: int = 1) -> Head:
    """Return the head for numbers: normal distributions of one known variance.

    Targets are ``(batch, outputs)``; the scores themselves are their means. The mean squared error
    lacks the ½ of the normal density, so that its gradient is twice the difference.

    Parameters
    ----------
    outputs
        How many numbers there are for each example.

    Returns
    -------
    Head
        With a score for each of them.

    Raises
    ------
    ValueError
        If `outputs` is not a positive whole number.
    """
    return Head(whole("outputs", outputs), mean_squared_error, linear, root_mean_squared_error)
