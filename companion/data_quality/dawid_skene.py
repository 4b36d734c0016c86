"""The true labels behind several annotators' labels, and how far each can be trusted."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MISSING = -1
"""The label of an item that an annotator did not label."""


class Annotation(NamedTuple):
    """What expectation maximisation found."""

    probabilities: Floats
    """Of each class, given an item's labels; ``(items, classes)``."""
    confusion: Floats
    """Of the label an annotator gives, by true class; ``(annotators, true, given)``."""
    prior: Floats
    """Of each class; ``(classes,)``."""
    log_likelihood: Floats
    """Of all labels, after each round; ``(rounds,)``. It never falls."""


def majority_vote(labels: ArrayLike, classes: int) -> NDArray[np.int64]:
    """Return the label that most annotators gave each item; of equals the lowest.

    Parameters
    ----------
    labels
        Class numbers, -1 where there is none, shape ``(items, annotators)``; one or more an item.
    classes
        Number of classes.

    Returns
    -------
    numpy.ndarray
        Class numbers, shape ``(items,)``.

    Raises
    ------
    ValueError
        If the labels are no such table.
    """
    most: NDArray[np.int64] = _votes(labels, classes).sum(axis=1).argmax(axis=1)
    return most


def dawid_skene(
    labels: ArrayLike, classes: int, rounds: int = 100, tolerance: float = 1e-8
) -> Annotation:
    r"""Estimate true labels and annotators' confusions together, by expectation maximisation.

    The label :math:`l_{ia}` that annotator a gives item i depends on the true class j alone, with
    probability :math:`\pi^{(a)}_{j l}`. The two steps, starting from the shares of the votes:

    .. math:: p_j = \frac{1}{N} \sum_i T_{ij}, \qquad
              \pi^{(a)}_{jl} \propto \sum_i T_{ij}\,[l_{ia} = l], \qquad
              T_{ij} \propto p_j \prod_a \pi^{(a)}_{j\,l_{ia}}

    A. P. Dawid, A. M. Skene, "Maximum likelihood estimation of observer error-rates using the EM
    algorithm", Applied Statistics 28 (1979), equations 2.3 to 2.5.

    Parameters
    ----------
    labels
        Class numbers, -1 where there is none, shape ``(items, annotators)``; one or more an item.
    classes
        Number of classes.
    rounds
        At most so many.
    tolerance
        Stop when the log-likelihood of an item rises by less.

    Returns
    -------
    Annotation
        Probabilities, confusions, prior and log-likelihoods. The classes keep their numbers as long
        as most annotators are right more often than not. A row of an annotator's confusion is even
        where no label speaks of it.

    Raises
    ------
    ValueError
        If the labels are no such table, or `rounds` or `tolerance` is out of range.
    """
    if rounds < 1:
        raise ValueError(f"rounds must be at least 1, got {rounds}")
    if not tolerance >= 0:
        raise ValueError(f"tolerance must be at least 0, got {tolerance}")
    votes = _votes(labels, classes)  # (items, annotators, classes)
    given, annotators = np.asarray(labels), np.arange(votes.shape[1])
    truth = votes.sum(axis=1) / votes.sum(axis=(1, 2))[:, None]  # T
    history: list[float] = []
    while True:
        prior = truth.mean(axis=0)
        confusion = np.einsum("ij,ial->ajl", truth, votes)
        mass = confusion.sum(axis=2, keepdims=True)
        confusion = np.divide(
            confusion, mass, out=np.full(confusion.shape, 1 / classes), where=mass > 0
        )
        with np.errstate(divide="ignore"):
            log_prior, log_confusion = np.log(prior), np.log(confusion)
        of_given = log_confusion.transpose(0, 2, 1)[annotators, given]
        joint = log_prior + of_given.sum(axis=1, where=(given != MISSING)[..., None])
        top = joint.max(axis=1, keepdims=True)
        evidence = top[:, 0] + np.log(np.exp(joint - top).sum(axis=1))
        truth = np.exp(joint - evidence[:, None])
        history.append(float(evidence.sum()))
        still = len(history) > 1 and history[-1] - history[-2] < tolerance * len(truth)
        if still or len(history) == rounds:
            return Annotation(truth, confusion, prior, np.array(history))


def _votes(labels: ArrayLike, classes: int) -> Floats:
    """Return 1 where an annotator gave an item a label, ``(items, annotators, classes)``."""
    given = np.asarray(labels)
    if given.ndim != 2 or given.size == 0:
        raise ValueError(
            f"labels must have shape (items, annotators) and not be empty, got {given.shape}"
        )
    if classes < 1:
        raise ValueError(f"classes must be at least 1, got {classes}")
    if given.dtype.kind not in "iu" or given.min() < MISSING or given.max() >= classes:
        raise ValueError(
            f"labels must be whole numbers from -1 to {classes - 1}, "
            f"got {given.min()} to {given.max()} of dtype {given.dtype}"
        )
    unlabelled = (given == MISSING).all(axis=1)
    if unlabelled.any():
        raise ValueError(f"labels must have one for each item, got none for {unlabelled.argmax()}")
    votes: Floats = (given[..., None] == np.arange(classes)).astype(float)
    return votes
