"""Classes of unequal size: how unequal, and weights and samples that even them out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.metrics._checks import as_labels

Labels = NDArray[np.int64]


class ClassBalance(NamedTuple):
    """How evenly labels are spread over classes."""

    shares: NDArray[np.float64]
    """Of the examples, in each class, ``(classes,)``."""
    ratio: float
    """Of the largest class to the smallest; infinity if a class is empty."""
    effective_classes: float
    """The number of equally large classes that would have the same entropy."""


def class_balance(labels: ArrayLike, classes: int | None = None) -> ClassBalance:
    r"""Return the share of each class, and two figures of their inequality.

    The effective number is :math:`\exp(-\sum_k p_k \ln p_k)`.

    Parameters
    ----------
    labels
        Class numbers, shape ``(examples,)``.
    classes
        How many there are; by default one more than the largest number seen.

    Returns
    -------
    ClassBalance
        Shares, ratio and effective number of classes.

    Raises
    ------
    ValueError
        If the labels are empty or hold anything but numbers of the classes.
    """
    y = as_labels(labels, "labels", classes)
    counts = np.bincount(y, minlength=classes or 0)
    shares = counts / counts.sum()
    seen = shares[shares > 0]
    ratio = counts.max() / counts.min() if counts.min() else np.inf
    return ClassBalance(shares, float(ratio), float(np.exp(-(seen * np.log(seen)).sum())))


def balanced_class_weights(labels: ArrayLike, classes: int | None = None) -> NDArray[np.float64]:
    r"""Return weights that give every class the same say in a loss.

    .. math:: w_k = \frac{n}{K n_k}

    for n examples, :math:`n_k` of them in class k of K; their mean over the examples is 1. G. King,
    L. Zeng, "Logistic regression in rare events data", Political Analysis 9 (2001), section 4.2.

    Parameters
    ----------
    labels
        Class numbers, shape ``(examples,)``.
    classes
        How many there are; by default one more than the largest number seen.

    Returns
    -------
    numpy.ndarray
        A weight a class, ``(classes,)``.

    Raises
    ------
    ValueError
        If a class has no example, or the labels are empty or no numbers of the classes.
    """
    counts = _filled(labels, classes)
    weights: NDArray[np.float64] = counts.sum() / (len(counts) * counts)
    return weights


def oversample(labels: ArrayLike, rng: np.random.Generator) -> Labels:
    """Return the places of a sample in which every class is as large as the largest.

    All examples are in it; those of smaller classes are repeated, drawn at random. To be used on
    training data alone: copies on both sides of a split make the score of the other side too high.

    Parameters
    ----------
    labels
        Class numbers, shape ``(examples,)``, each of 0 to the largest at least once.
    rng
        Draws the repeated examples and the order.

    Returns
    -------
    numpy.ndarray
        Indices into `labels`, shape ``(classes * size of the largest,)``.

    Raises
    ------
    ValueError
        If a class has no example, or the labels are empty or no class numbers.
    """
    counts = _filled(labels, None)
    places = np.argsort(labels, kind="stable")
    parts = [
        np.append(own, rng.choice(own, counts.max() - len(own)))
        for own in np.split(places, np.cumsum(counts)[:-1])
    ]
    return rng.permutation(np.concatenate(parts))


def undersample(labels: ArrayLike, rng: np.random.Generator) -> Labels:
    """Return the places of a sample in which every class is as small as the smallest.

    Parameters
    ----------
    labels
        Class numbers, shape ``(examples,)``, each of 0 to the largest at least once.
    rng
        Draws the examples that stay, without repetition, and the order.

    Returns
    -------
    numpy.ndarray
        Indices into `labels`, shape ``(classes * size of the smallest,)``.

    Raises
    ------
    ValueError
        If a class has no example, or the labels are empty or no class numbers.
    """
    counts = _filled(labels, None)
    places = np.argsort(labels, kind="stable")
    parts = [
        rng.choice(own, counts.min(), replace=False)
        for own in np.split(places, np.cumsum(counts)[:-1])
    ]
    return rng.permutation(np.concatenate(parts))


def _filled(labels: ArrayLike, classes: int | None) -> Labels:
    seen, counts = np.unique(as_labels(labels, "labels", classes), return_counts=True)
    if len(seen) < (classes or seen[-1] + 1):
        missing = (np.append(seen, -1) != np.arange(len(seen) + 1)).argmax()
        raise ValueError(f"labels must hold every class, got none of class {missing}")
    return counts
