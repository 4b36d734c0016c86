"""How often a classifier is right, where it errs, and how sure that figure is."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.metrics._checks import as_labels, as_scores, same_length
from companion.metrics.student import t_quantile


class Interval(NamedTuple):
    """An estimate between the ends of its confidence interval."""

    estimate: float
    low: float
    high: float


def accuracy(true: ArrayLike, predicted: ArrayLike) -> float:
    r"""Return the share of examples whose predicted class is the true one.

    .. math:: \frac{1}{n} \sum_{i=1}^{n} [\hat y_i = y_i]

    Parameters
    ----------
    true, predicted
        Class numbers, shape ``(examples,)``.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If the arguments are empty, hold anything but class numbers, or differ in length.
    """
    y, y_hat = as_labels(true, "true"), as_labels(predicted, "predicted")
    same_length(y, y_hat, "true and predicted")
    return float(np.mean(y == y_hat))


def confusion_matrix(
    true: ArrayLike, predicted: ArrayLike, classes: int | None = None
) -> NDArray[np.int64]:
    r"""Count the examples of each true class by predicted class.

    .. math:: C_{jk} = \sum_i [y_i = j]\,[\hat y_i = k]

    Parameters
    ----------
    true, predicted
        Class numbers, shape ``(examples,)``.
    classes
        Number of classes; by default one more than the largest number seen.

    Returns
    -------
    numpy.ndarray
        Counts, shape ``(true class, predicted class)``. The diagonal holds what was right.

    Raises
    ------
    ValueError
        If the arguments are empty, hold anything but numbers of the classes, or differ in length.
    """
    y = as_labels(true, "true", classes)
    y_hat = as_labels(predicted, "predicted", classes)
    same_length(y, y_hat, "true and predicted")
    size = classes or int(max(y.max(), y_hat.max())) + 1
    return np.bincount(y * size + y_hat, minlength=size * size).reshape(size, size)


def top_k_accuracy(true: ArrayLike, scores: ArrayLike, k: int) -> float:
    """Return the share of examples whose true class is among the `k` with the highest scores.

    Ties count against the classifier: a class that as many as `k` others equal or exceed is out.

    Parameters
    ----------
    true
        Class numbers, shape ``(examples,)``.
    scores
        Probabilities or logits, shape ``(examples, classes)``.
    k
        From 1 to the number of classes.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If a shape, a class number, a score that is not finite, or `k` is out of place.
    """
    values = as_scores(scores, "scores")
    y = as_labels(true, "true", values.shape[1])
    same_length(y, values, "true and scores")
    if not 1 <= k <= values.shape[1]:
        raise ValueError(f"k must be from 1 to {values.shape[1]} classes, got {k}")
    own = values[np.arange(len(y)), y][:, None]  # (examples, 1)
    rivals = (values >= own).sum(axis=1) - 1  # (examples,)
    return float(np.mean(rivals < k))


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    r"""Return a share and its score interval.

    With :math:`\hat p` = successes / :math:`n` and the normal quantile :math:`z` at
    (1 + confidence) / 2, the ends are

    .. math::

        \frac{\hat p + \frac{z^2}{2n} \pm z \sqrt{\frac{\hat p(1 - \hat p)}{n} + \frac{z^2}{4n^2}}}
             {1 + \frac{z^2}{n}}

    Unlike :math:`\hat p \pm z \sqrt{\hat p (1 - \hat p) / n}` they stay within [0, 1] and keep
    their promise for shares near 1, such as an accuracy of 99 %. E. B. Wilson, "Probable
    inference, the law of succession, and statistical inference", JASA 22 (1927), p. 209-212.

    Parameters
    ----------
    successes
        From 0 to `trials`.
    trials
        Number of independent trials, at least 1.
    confidence
        Share of such intervals that cover the true probability, above 0 and at most 1 - 1e-11.

    Returns
    -------
    Interval
        The share and the ends of its interval.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    if trials < 1:
        raise ValueError(f"trials must be at least 1, got {trials}")
    if not 0 <= successes <= trials:
        raise ValueError(f"successes must be from 0 to {trials} trials, got {successes}")
    z = NormalDist().inv_cdf(upper_level(confidence))
    n, p = float(trials), float(successes) / float(trials)  # small integers of NumPy overflow
    centre = p + z**2 / (2 * n)
    reach = z * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    # At the ends the formula gives exactly 0 or 1; rounding must not leave the range.
    low = 0.0 if successes == 0 else (centre - reach) / scale
    high = 1.0 if successes == trials else (centre + reach) / scale
    return Interval(p, low, high)


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    r"""Return the mean of a few independent runs and its Student interval.

    .. math:: \bar x \pm t_{n-1} \frac{s}{\sqrt n}, \qquad s^2 = \frac{\sum_i (x_i - \bar x)^2}{n-1}

    with the t quantile at (1 + confidence) / 2. It supposes values spread normally. Student, "The
    probable error of a mean", Biometrika 6 (1908), p. 1-25.

    Parameters
    ----------
    values
        One figure a run, such as the accuracy of each seed; shape ``(runs,)``, two or more.
    confidence
        Share of such intervals that cover the true mean, above 0 and at most 1 - 1e-11.

    Returns
    -------
    Interval
        The mean and the ends of its interval.

    Raises
    ------
    ValueError
        If there are fewer than two values, one is not finite, or `confidence` is out of range.
    """
    x = np.asarray(values, dtype=float)
    if x.ndim != 1 or x.size < 2:
        raise ValueError(f"values must have shape (runs,) with two or more, got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"values must be finite, got {x[~np.isfinite(x)][0]}")
    n = x.size
    mean, s = float(x.mean()), float(x.std(ddof=1))
    reach = t_quantile(upper_level(confidence), n - 1) * s / sqrt(n)
    return Interval(mean, mean - reach, mean + reach)


def upper_level(confidence: float) -> float:
    """Return the level of the quantile that ends a two-sided interval, or refuse `confidence`."""
    if not 0 < confidence <= 1 - 1e-11:
        raise ValueError(f"confidence must be above 0 and at most 1 - 1e-11, got {confidence}")
    return (1 + confidence) / 2
