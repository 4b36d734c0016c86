"""How well scores separate two classes: ROC and precision-recall curves, and areas under them."""

from math import erfc, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.metrics._checks import as_labels, same_length
from companion.metrics.classification import Interval, upper_level

Floats = NDArray[np.float64]


class RocCurve(NamedTuple):
    """Rates at falling thresholds; shapes ``(thresholds,)``, the first threshold is infinite."""

    false_positive_rate: Floats
    true_positive_rate: Floats
    thresholds: Floats


class PrecisionRecallCurve(NamedTuple):
    """Precision and recall at falling thresholds; shapes ``(thresholds,)``."""

    precision: Floats
    recall: Floats
    thresholds: Floats


class Difference(NamedTuple):
    """The difference of two areas with its interval, and the p-value of its being 0."""

    interval: Interval
    p_value: float


def roc_curve(true: ArrayLike, scores: ArrayLike) -> RocCurve:
    """Return the rates of false and of true positives for every threshold that differs.

    An example counts as positive if its score is at least the threshold; equal scores cross the
    threshold together. T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters
    27 (2006), algorithm 1.

    Parameters
    ----------
    true
        Classes 0 and 1, both present, shape ``(examples,)``.
    scores
        Higher for what is rather positive, shape ``(examples,)``.

    Returns
    -------
    RocCurve
        From (0, 0), threshold infinity, to (1, 1), threshold the lowest score.

    Raises
    ------
    ValueError
        If a shape does not fit, a class is missing, or a score is not finite.
    """
    found, wrong, thresholds = _cumulated(true, scores)
    return RocCurve(
        np.append(0.0, wrong / wrong[-1]),
        np.append(0.0, found / found[-1]),
        np.append(np.inf, thresholds),
    )


def precision_recall_curve(true: ArrayLike, scores: ArrayLike) -> PrecisionRecallCurve:
    """Return precision and recall for every threshold that differs.

    Where positives are rare it shows what the ROC curve hides: many false positives are then a
    small rate and yet most of what is predicted. J. Davis, M. Goadrich, "The relationship between
    precision-recall and ROC curves", ICML 2006.

    Parameters
    ----------
    true
        Classes 0 and 1, both present, shape ``(examples,)``.
    scores
        Higher for what is rather positive, shape ``(examples,)``.

    Returns
    -------
    PrecisionRecallCurve
        From the highest score to the lowest, where recall is 1.

    Raises
    ------
    ValueError
        If a shape does not fit, a class is missing, or a score is not finite.
    """
    found, wrong, thresholds = _cumulated(true, scores)
    return PrecisionRecallCurve(found / (found + wrong), found / found[-1], thresholds)


def average_precision(true: ArrayLike, scores: ArrayLike) -> float:
    r"""Return the area under the steps of the precision-recall curve.

    .. math:: \sum_k (R_k - R_{k-1})\, P_k

    Random scores give the share of positives. C. D. Manning, P. Raghavan, H. Schütze, Introduction
    to Information Retrieval, 2008, section 8.4.

    Parameters
    ----------
    true
        Classes 0 and 1, both present, shape ``(examples,)``.
    scores
        Higher for what is rather positive, shape ``(examples,)``.

    Returns
    -------
    float
        In (0, 1].

    Raises
    ------
    ValueError
        If a shape does not fit, a class is missing, or a score is not finite.
    """
    curve = precision_recall_curve(true, scores)
    return float(np.diff(curve.recall, prepend=0.0) @ curve.precision)


def roc_auc(true: ArrayLike, scores: ArrayLike) -> float:
    r"""Return the probability that a positive has a higher score than a negative.

    .. math:: \frac{1}{mn} \sum_{i=1}^{m} \sum_{j=1}^{n}
              \left([x_i > y_j] + \tfrac{1}{2} [x_i = y_j]\right)

    for the scores x of the m positives and y of the n negatives: the statistic of Mann and Whitney,
    and the area under the ROC curve by the trapezoidal rule. J. A. Hanley, B. J. McNeil, "The
    meaning and use of the area under a receiver operating characteristic curve", Radiology 143
    (1982).

    Parameters
    ----------
    true
        Classes 0 and 1, both present, shape ``(examples,)``.
    scores
        Higher for what is rather positive, shape ``(examples,)``.

    Returns
    -------
    float
        In [0, 1]; 0.5 for scores that tell nothing.

    Raises
    ------
    ValueError
        If a shape does not fit, a class is missing, or a score is not finite.
    """
    x, y = (np.sort(part) for part in _by_class(true, scores))
    below, up_to = np.searchsorted(y, x, "left"), np.searchsorted(y, x, "right")
    return float((below.sum() + up_to.sum()) / (2 * len(x) * len(y)))


def roc_auc_interval(true: ArrayLike, scores: ArrayLike, confidence: float = 0.95) -> Interval:
    r"""Return the area under the ROC curve with DeLong's interval.

    With :math:`V_i`, the share of negatives that positive i exceeds, and :math:`W_j`, the share of
    positives that exceed negative j, ties counting half, the variance of their common mean is

    .. math:: \frac{s^2(V)}{m} + \frac{s^2(W)}{n}

    The interval is that of the normal distribution, cut off at 0 and 1. E. R. DeLong, D. M. DeLong,
    D. L. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
    characteristic curves", Biometrics 44 (1988).

    Parameters
    ----------
    true
        Classes 0 and 1, shape ``(examples,)``; two examples or more of each.
    scores
        Higher for what is rather positive, shape ``(examples,)``.
    confidence
        Share of such intervals that cover the true area, above 0 and at most 1 - 1e-11.

    Returns
    -------
    Interval
        The area and the ends of its interval. Classes that do not overlap give an interval of no
        width: the method does not see that it could be otherwise.

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    v, w = _placements(true, scores)
    area, reach = v.mean(), _reach(confidence) * _standard_error(v, w)
    return Interval(float(area), float(max(area - reach, 0)), float(min(area + reach, 1)))


def roc_auc_difference(
    true: ArrayLike, first: ArrayLike, second: ArrayLike, confidence: float = 0.95
) -> Difference:
    """Return by how much one classifier's area exceeds another's on the same examples.

    The placements of `roc_auc_interval` are subtracted example by example, so that what makes an
    example hard for both does not count as noise (DeLong et al. 1988, equation 5).

    Parameters
    ----------
    true
        Classes 0 and 1, shape ``(examples,)``; two examples or more of each.
    first, second
        Scores of the two classifiers, shapes ``(examples,)``.
    confidence
        Share of such intervals that cover the true difference, above 0 and at most 1 - 1e-11.

    Returns
    -------
    Difference
        Area of `first` minus area of `second`; two-sided p-value.

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    v1, w1 = _placements(true, first, "first")
    v2, w2 = _placements(true, second, "second")
    v, w = v1 - v2, w1 - w2
    difference, error = float(v.mean()), _standard_error(v, w)
    reach = _reach(confidence) * error
    p_value = erfc(abs(difference) / error / sqrt(2)) if error else float(difference == 0)
    return Difference(Interval(difference, difference - reach, difference + reach), p_value)


def _cumulated(true: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return true and false positives at or above each distinct score, and the scores, falling."""
    y, s = _checked(true, scores)
    order = np.argsort(-s)
    s, y = s[order], y[order]
    last = np.append(np.flatnonzero(np.diff(s)), len(s) - 1)  # of each run of equal scores
    found = np.cumsum(y)[last].astype(float)
    return found, last + 1 - found, s[last]


def _placements(true: ArrayLike, scores: ArrayLike, name: str = "scores") -> tuple[Floats, Floats]:
    """Return the share of negatives below each positive, and of positives above each negative."""
    x, y = _by_class(true, scores, name)
    if min(len(x), len(y)) < 2:
        raise ValueError(f"true must hold two of each class, got {len(x)} ones, {len(y)} zeros")
    return _share_below(x, np.sort(y)), 1 - _share_below(y, np.sort(x))


def _share_below(values: Floats, rising: Floats) -> Floats:
    both = np.searchsorted(rising, values, "left") + np.searchsorted(rising, values, "right")
    return both / (2 * len(rising))


def _standard_error(v: Floats, w: Floats) -> float:
    return sqrt(v.var(ddof=1) / len(v) + w.var(ddof=1) / len(w))


def _reach(confidence: float) -> float:
    return NormalDist().inv_cdf(upper_level(confidence))


def _by_class(true: ArrayLike, scores: ArrayLike, name: str = "scores") -> tuple[Floats, Floats]:
    y, s = _checked(true, scores, name)
    return s[y == 1], s[y == 0]


def _checked(
    true: ArrayLike, scores: ArrayLike, name: str = "scores"
) -> tuple[NDArray[np.int64], Floats]:
    y, s = as_labels(true, "true", 2), np.asarray(scores, dtype=np.float64)
    if s.ndim != 1:
        raise ValueError(f"{name} must have shape (examples,), got {s.shape}")
    same_length(y, s, f"true and {name}")
    if not np.isfinite(s).all():
        raise ValueError(f"{name} must be finite, got {s[~np.isfinite(s)][0]}")
    if y.min() == y.max():
        raise ValueError(f"true must hold both classes, got only {y[0]}")
    return y, s
