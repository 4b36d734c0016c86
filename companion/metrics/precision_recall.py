"""Precision, recall and F for each class, and their averages over classes."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.metrics._checks import as_labels, same_length
from companion.metrics.classification import accuracy

Counts = NDArray[np.int64]
Average = Literal["binary", "macro", "weighted", "micro"]


class ClassScores(NamedTuple):
    """Four figures of each class; shapes ``(classes,)``.

    ``support`` counts the examples of the class.
    """

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: NDArray[np.int64]


def class_scores(true: ArrayLike, predicted: ArrayLike, classes: int | None = None) -> ClassScores:
    r"""Return precision, recall and F1 of every class against the rest.

    With the true positives TP, false positives FP and false negatives FN of a class,

    .. math:: P = \frac{TP}{TP + FP}, \qquad R = \frac{TP}{TP + FN},
              \qquad F_1 = \frac{2PR}{P + R} = \frac{2\,TP}{2\,TP + FP + FN}

    and 0 where that would be 0/0: the precision of a class that was never predicted, the recall of
    one that never occurs. C. J. van Rijsbergen, Information Retrieval, 2nd ed. 1979, chapter 7.

    Parameters
    ----------
    true, predicted
        Class numbers, shape ``(examples,)``.
    classes
        Number of classes; by default one more than the largest number seen.

    Returns
    -------
    ClassScores
        A figure for each class.

    Raises
    ------
    ValueError
        If the arguments are empty, hold anything but numbers of the classes, or differ in length.
    """
    hits, predictions, support = _tallies(*_checked(true, predicted, classes), classes)
    return ClassScores(
        _ratio(hits, predictions), _ratio(hits, support), _f(hits, predictions, support, 1), support
    )


def precision(true: ArrayLike, predicted: ArrayLike, average: Average = "binary") -> float:
    """Return the share of the positive predictions that are right: TP / (TP + FP).

    Parameters
    ----------
    true, predicted
        Class numbers, shape ``(examples,)``.
    average
        ``"binary"``: of class 1, where 0 and 1 are all there is. Over the classes seen in either
        argument: ``"macro"``, their mean; ``"weighted"``, their mean by support; ``"micro"``, from
        the counts of all classes together, which is the accuracy.

    Returns
    -------
    float
        In [0, 1]; 0 where nothing was predicted positive.

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    hits, predictions, support = _counts(true, predicted, average)
    return _averaged(_ratio(hits, predictions), support, average)


def recall(true: ArrayLike, predicted: ArrayLike, average: Average = "binary") -> float:
    """Return the share of the positive examples that were found: TP / (TP + FN).

    Parameters
    ----------
    true, predicted
        Class numbers, shape ``(examples,)``.
    average
        As of `precision`.

    Returns
    -------
    float
        In [0, 1]; 0 where there are no positive examples.

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    hits, _, support = _counts(true, predicted, average)
    return _averaged(_ratio(hits, support), support, average)


def f_score(
    true: ArrayLike, predicted: ArrayLike, beta: float = 1.0, average: Average = "binary"
) -> float:
    r"""Return the weighted harmonic mean of precision and recall.

    .. math:: F_\beta = \frac{(1 + \beta^2) P R}{\beta^2 P + R}

    Recall counts `beta` times as much as precision. C. J. van Rijsbergen, Information Retrieval,
    2nd ed. 1979, chapter 7.

    Parameters
    ----------
    true, predicted
        Class numbers, shape ``(examples,)``.
    beta
        Above 0; 1 gives F1.
    average
        As of `precision`.

    Returns
    -------
    float
        In [0, 1]; 0 where nothing positive was found.

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    if not 0 < beta < np.inf:
        raise ValueError(f"beta must be above 0 and finite, got {beta}")
    hits, predictions, support = _counts(true, predicted, average)
    return _averaged(_f(hits, predictions, support, beta), support, average)


def f1_as_printed(true: ArrayLike, predicted: ArrayLike) -> float:
    """Return what the article calls F1: the harmonic mean of accuracy and recall.

    It is kept to be compared with `f_score`: where positives are rare, accuracy is high whatever is
    predicted, and so is this.

    Parameters
    ----------
    true, predicted
        Classes 0 and 1, shape ``(examples,)``.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    a, r = accuracy(true, predicted), recall(true, predicted)
    return 2 * a * r / (a + r) if a + r else 0.0


def _counts(
    true: ArrayLike, predicted: ArrayLike, average: Average
) -> tuple[Counts, Counts, Counts]:
    """Return hits, predictions and examples of the classes to average over."""
    if average not in ("binary", "macro", "weighted", "micro"):
        raise ValueError(f"average must be binary, macro, weighted or micro, got {average!r}")
    y, y_hat = _checked(true, predicted, 2 if average == "binary" else None)
    if average == "binary":
        hits, predictions, support = _tallies(y, y_hat, 2)
        return hits[1:], predictions[1:], support[1:]
    _, code = np.unique(np.append(y, y_hat), return_inverse=True)  # only classes that are seen
    hits, predictions, support = _tallies(code[: len(y)], code[len(y) :])
    if average == "micro":
        return hits.sum(keepdims=True), predictions.sum(keepdims=True), support.sum(keepdims=True)
    return hits, predictions, support


def _tallies(y: Counts, y_hat: Counts, classes: int | None = None) -> tuple[Counts, Counts, Counts]:
    """Return for each class how often it was right, predicted, and there."""
    size = classes or int(max(y.max(), y_hat.max())) + 1
    hits, predictions, support = (
        np.bincount(labels, minlength=size) for labels in (y[y == y_hat], y_hat, y)
    )
    return hits, predictions, support


def _checked(true: ArrayLike, predicted: ArrayLike, classes: int | None) -> tuple[Counts, Counts]:
    y, y_hat = as_labels(true, "true", classes), as_labels(predicted, "predicted", classes)
    same_length(y, y_hat, "true and predicted")
    return y, y_hat


def _averaged(scores: NDArray[np.float64], support: NDArray[np.int64], average: Average) -> float:
    if average == "weighted":
        return float(scores @ support / support.sum())
    return float(scores.mean())


def _f(
    hits: NDArray[np.int64], predictions: NDArray[np.int64], support: NDArray[np.int64], beta: float
) -> NDArray[np.float64]:
    return _ratio((1 + beta**2) * hits, predictions + beta**2 * support)


def _ratio(
    part: NDArray[np.integer | np.floating], whole: NDArray[np.integer | np.floating]
) -> NDArray[np.float64]:
    """Return the quotient, and 0 where it would be 0/0."""
    quotient: NDArray[np.float64] = np.divide(
        part, whole, out=np.zeros(whole.shape), where=whole > 0
    )
    return quotient
