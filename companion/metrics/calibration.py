"""Whether probabilities mean what they say, and how to mend them with one number."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.metrics._checks import as_labels, as_probabilities, as_scores, same_length

Floats = NDArray[np.float64]


class ReliabilityCurve(NamedTuple):
    """Confidence and accuracy in bins of equal width; NaN where a bin is empty.

    Each field has shape ``(bins,)``: the mean confidence, the share that was right, the number of
    examples.
    """

    confidence: Floats
    accuracy: Floats
    counts: NDArray[np.int64]


def reliability_curve(
    true: ArrayLike, probabilities: ArrayLike, bins: int = 10
) -> ReliabilityCurve:
    r"""Group predictions by confidence and compare it with how often they were right.

    The prediction is the most probable class, its confidence that probability. Bin m of M holds
    the confidences in :math:`((m-1)/M, m/M]`. Guo et al., "On calibration of modern neural
    networks" (ICML 2017), section 2.

    Parameters
    ----------
    true
        Class numbers, shape ``(examples,)``.
    probabilities
        Shape ``(examples, classes)``, rows that sum to 1.
    bins
        Number of bins M, at least 1.

    Returns
    -------
    ReliabilityCurve
        Confidence, accuracy and count of each bin.

    Raises
    ------
    ValueError
        If an argument has a wrong shape or values out of its range.
    """
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}")
    y, p = _checked(true, probabilities)
    confidence = p.max(axis=1)
    right = p.argmax(axis=1) == y
    inner_edges = np.linspace(0, 1, bins + 1)[1:-1]
    bin_of = np.searchsorted(inner_edges, confidence)  # (examples,), 0 to bins - 1
    counts = np.bincount(bin_of, minlength=bins)
    filled = np.where(counts > 0, counts, np.nan)
    return ReliabilityCurve(
        np.bincount(bin_of, confidence, minlength=bins) / filled,
        np.bincount(bin_of, right, minlength=bins) / filled,
        counts,
    )


def expected_calibration_error(true: ArrayLike, probabilities: ArrayLike, bins: int = 10) -> float:
    r"""Return the mean distance between confidence and accuracy over the bins.

    .. math::

        \mathrm{ECE} = \sum_{m=1}^{M} \frac{n_m}{n} \bigl|\mathrm{acc}_m - \mathrm{conf}_m\bigr|

    Guo et al., "On calibration of modern neural networks" (ICML 2017), equation 3.

    Parameters
    ----------
    true, probabilities, bins
        As in `reliability_curve`.

    Returns
    -------
    float
        In [0, 1]; 0 is best.

    Raises
    ------
    ValueError
        If an argument has a wrong shape or values out of its range.
    """
    confidence, accuracy, counts = reliability_curve(true, probabilities, bins)
    return float(np.nansum(counts * np.abs(accuracy - confidence)) / counts.sum())


def brier_score(true: ArrayLike, probabilities: ArrayLike) -> float:
    r"""Return the mean squared distance between the probabilities and the truth.

    .. math:: \frac{1}{n} \sum_{i=1}^{n} \sum_{k} \bigl(p_{ik} - [y_i = k]\bigr)^2

    G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather
    Review 78 (1950), equation 2.

    Parameters
    ----------
    true
        Class numbers, shape ``(examples,)``.
    probabilities
        Shape ``(examples, classes)``, rows that sum to 1.

    Returns
    -------
    float
        In [0, 2]; 0 is best.

    Raises
    ------
    ValueError
        If an argument has a wrong shape or values out of its range.
    """
    y, p = _checked(true, probabilities)
    return float(((p - np.eye(p.shape[1])[y]) ** 2).sum(axis=1).mean())


def negative_log_likelihood(true: ArrayLike, probabilities: ArrayLike) -> float:
    r"""Return the mean of minus the logarithm of the probability given to the true class.

    .. math:: -\frac{1}{n} \sum_{i=1}^{n} \log p_{i y_i}

    Parameters
    ----------
    true
        Class numbers, shape ``(examples,)``.
    probabilities
        Shape ``(examples, classes)``, rows that sum to 1.

    Returns
    -------
    float
        In nats, from 0, the best, to infinity, when a true class had probability 0.

    Raises
    ------
    ValueError
        If an argument has a wrong shape or values out of its range.
    """
    y, p = _checked(true, probabilities)
    with np.errstate(divide="ignore"):
        return -float(np.log(p[np.arange(len(y)), y]).mean()) + 0.0  # no minus zero


def softmax(logits: ArrayLike, temperature: float = 1.0) -> Floats:
    r"""Return the probabilities of logits at a temperature.

    .. math:: p_k = \frac{e^{z_k / T}}{\sum_j e^{z_j / T}}

    Parameters
    ----------
    logits
        Shape ``(examples, classes)``. Logarithms of probabilities serve as well.
    temperature
        T, above 0: larger is less sure.

    Returns
    -------
    numpy.ndarray
        Shape ``(examples, classes)``.

    Raises
    ------
    ValueError
        If the logits have another shape or are not finite, or the temperature is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    z = as_scores(logits, "logits")
    with np.errstate(over="ignore"):  # minus infinity is right: its probability is 0
        e = np.exp((z - z.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def fit_temperature(true: ArrayLike, logits: ArrayLike) -> float:
    r"""Return the temperature whose probabilities have the least negative log-likelihood.

    That loss is convex in :math:`\beta = 1/T`, so its minimum is where its slope

    .. math:: \frac{1}{n} \sum_i \Bigl(\sum_k p_{ik}(\beta)\, z_{ik} - z_{i y_i}\Bigr)

    passes through zero; bisection of :math:`\log \beta` finds it. Dividing by T changes no
    prediction. Fit on data that the network was not trained on. Guo et al., "On calibration of
    modern neural networks" (ICML 2017), section 4.2.

    Parameters
    ----------
    true
        Class numbers, shape ``(examples,)``.
    logits
        Shape ``(examples, classes)``. Logarithms of probabilities serve as well.

    Returns
    -------
    float
        The temperature, to about 12 digits.

    Raises
    ------
    ValueError
        If an argument has a wrong shape or values out of its range, or the loss has no minimum:
        every example is right, or the predictions are no better than equal probabilities.
    """
    z = as_scores(logits, "logits")
    y = as_labels(true, "true", z.shape[1])
    same_length(y, z, "true and logits")
    unit = float(np.abs(z).max()) or 1.0  # T is found in units of the largest logit
    z = z / unit
    z = z - z.max(axis=1, keepdims=True)
    own = z[np.arange(len(y)), y]  # (examples,), 0 where the prediction is right

    def slope(beta: float) -> float:
        return float(((softmax(z, 1 / beta) * z).sum(axis=1) - own).mean())

    if own.min() == 0:
        raise ValueError("logits must err somewhere, got only right predictions: T would be 0")
    if (z.mean(axis=1) - own).mean() >= 0:
        raise ValueError(
            "logits must beat equal probabilities, got none better: T would be infinite"
        )
    low = high = 1.0
    while slope(low) > 0:
        low /= 2
    while slope(high) < 0:
        high *= 2
    while high / low > 1 + 1e-12:
        middle = sqrt(low * high)
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return unit / sqrt(low * high)


def _checked(true: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    p = as_probabilities(probabilities)
    y = as_labels(true, "true", p.shape[1])
    same_length(y, p, "true and probabilities")
    return y, p
