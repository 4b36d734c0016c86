"""Wrong labels: making some, and finding them by a classifier that has not seen them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.metrics._checks import as_labels, as_probabilities, same_length

Labels = NDArray[np.int64]


def flip_labels(labels: ArrayLike, share: float, classes: int, rng: np.random.Generator) -> Labels:
    """Return labels of which a share is wrong, each wrong class equally likely.

    Parameters
    ----------
    labels
        Class numbers, shape ``(examples,)``.
    share
        Of the labels that change, from 0 to 1; their number is rounded.
    classes
        Number of classes, two or more.
    rng
        Draws which labels change, and to what.

    Returns
    -------
    numpy.ndarray
        Class numbers, shape ``(examples,)``.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    if classes < 2:
        raise ValueError(f"classes must be at least 2, got {classes}")
    if not 0 <= share <= 1:
        raise ValueError(f"share must be from 0 to 1, got {share}")
    flipped = as_labels(labels, "labels", classes).copy()
    wrong = rng.choice(len(flipped), round(share * len(flipped)), replace=False)
    flipped[wrong] = (flipped[wrong] + rng.integers(1, classes, len(wrong))) % classes
    return flipped


def confident_joint(labels: ArrayLike, probabilities: ArrayLike) -> Labels:
    r"""Count examples by given label and by the class they confidently belong to.

    An example counts for the class k of highest probability among those whose probability reaches
    the class's threshold

    .. math:: t_k = \frac{1}{|X_k|} \sum_{x \in X_k} p(k \mid x)

    the mean over the examples labelled k; without such a class it does not count. What lies off the
    diagonal estimates the wrong labels. C. Northcutt, L. Jiang, I. Chuang, "Confident learning:
    estimating uncertainty in dataset labels", JAIR 70 (2021), equations 1 and 2.

    Parameters
    ----------
    labels
        The given labels, class numbers of shape ``(examples,)``; each class at least once.
    probabilities
        By a classifier that did not see the example, as in cross-validation, shape
        ``(examples, classes)``.

    Returns
    -------
    numpy.ndarray
        Counts, shape ``(given label, likely class)``.

    Raises
    ------
    ValueError
        If an argument is out of place, or a class has no example.
    """
    y, p = _checked(labels, probabilities)
    likely = _likely_class(y, p)
    known = likely >= 0
    classes = p.shape[1]
    counts = np.bincount(y[known] * classes + likely[known], minlength=classes**2)
    return counts.reshape(classes, classes)


def label_issues(labels: ArrayLike, probabilities: ArrayLike) -> Labels:
    """Return the places of labels that are probably wrong, the most suspicious first.

    They are what `confident_joint` counts off its diagonal, in the order of the probability of the
    given label, lowest first (Northcutt et al. 2021, section 3.2, method C and self-confidence).

    Parameters
    ----------
    labels
        The given labels, class numbers of shape ``(examples,)``; each class at least once.
    probabilities
        By a classifier that did not see the example, as in cross-validation, shape
        ``(examples, classes)``.

    Returns
    -------
    numpy.ndarray
        Indices into `labels`, shape ``(issues,)``.

    Raises
    ------
    ValueError
        If an argument is out of place, or a class has no example.
    """
    y, p = _checked(labels, probabilities)
    likely = _likely_class(y, p)
    issues = np.flatnonzero((likely >= 0) & (likely != y))
    return issues[np.argsort(p[issues, y[issues]], kind="stable")]


def _likely_class(y: Labels, p: NDArray[np.float64]) -> Labels:
    """Return the class an example confidently belongs to, -1 where there is none."""
    thresholds = np.bincount(y, p[np.arange(len(y)), y], p.shape[1]) / np.bincount(y)
    # Rounding must not lift the mean of equal probabilities above them.
    reaching = np.where(p >= thresholds * (1 - 1e-12), p, -1.0)
    return np.where(reaching.max(axis=1) >= 0, reaching.argmax(axis=1), -1)


def _checked(labels: ArrayLike, probabilities: ArrayLike) -> tuple[Labels, NDArray[np.float64]]:
    p = as_probabilities(probabilities)
    y = as_labels(labels, "labels", p.shape[1])
    same_length(y, p, "labels and probabilities")
    missing = np.bincount(y, minlength=p.shape[1]) == 0
    if missing.any():
        raise ValueError(f"labels must hold every class, got none of class {missing.argmax()}")
    return y, p
