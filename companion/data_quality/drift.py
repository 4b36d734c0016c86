"""Whether data are still what a model was trained on."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def population_stability_index(reference: ArrayLike, current: ArrayLike, bins: int = 10) -> float:
    r"""Return the population stability index of a number.

    .. math:: \sum_b (q_b - p_b) \ln \frac{q_b}{p_b}

    with the shares p of the reference and q of the current values in bins that hold equal shares of
    the reference: the sum of the two Kullback-Leibler divergences. A value that fills a bin alone
    has one to itself. Half an example is added to each bin that is filled on one side, so that an
    empty one counts, and not infinitely. A common rule of thumb takes 0.1 for a
    small and 0.25 for a large change (N. Siddiqi, Credit Risk Scorecards, 2006, chapter 10);
    without any change it is near (bins - 1) (1/n + 1/m) for n and m values.

    Parameters
    ----------
    reference
        Values at the time of training, shape ``(examples,)``.
    current
        Values now, shape ``(others,)``.
    bins
        Two or more; values that repeat make fewer.

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    ValueError
        If values are empty or not finite, or there are fewer than two bins.
    """
    if bins < 2:
        raise ValueError(f"bins must be at least 2, got {bins}")
    old, new = _values(reference, "reference"), _values(current, "current")
    quantiles = np.quantile(old, np.arange(bins + 1) / bins)
    alone = quantiles[1:][np.diff(quantiles) == 0]  # such a value ends a bin and begins another
    edges = np.unique(np.concatenate([quantiles[1:-1], alone, np.nextafter(alone, -np.inf)]))
    counts = np.array(
        [
            np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
            for values in (old, new)
        ]
    )
    filled = counts[:, counts.any(axis=0)] + 0.5
    p, q = filled / filled.sum(axis=1, keepdims=True)
    return float(((q - p) * np.log(q / p)).sum())


def ks_statistic(reference: ArrayLike, current: ArrayLike) -> float:
    """Return the largest difference between two empirical distribution functions.

    N. V. Smirnov, "Table for estimating the goodness of fit of empirical distributions", Annals of
    Mathematical Statistics 19 (1948).

    Parameters
    ----------
    reference
        Values at the time of training, shape ``(examples,)``.
    current
        Values now, shape ``(others,)``.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If values are empty or not finite.
    """
    old, new = np.sort(_values(reference, "reference")), np.sort(_values(current, "current"))
    places = np.concatenate([old, new])
    difference = np.searchsorted(old, places, "right") / len(old)
    difference -= np.searchsorted(new, places, "right") / len(new)
    return float(np.abs(difference).max())


def chi_squared_statistic(reference: ArrayLike, current: ArrayLike) -> float:
    r"""Return Pearson's statistic of the hypothesis that two samples have the same categories.

    .. math:: \sum_{s, k} \frac{(O_{sk} - E_{sk})^2}{E_{sk}}

    over the samples s and the categories k seen in either, where E is the count that the sizes of
    sample and category would give.

    Parameters
    ----------
    reference
        Categories at the time of training, shape ``(examples,)``; numbers or strings.
    current
        Categories now, shape ``(others,)``.

    Returns
    -------
    float
        At least 0; 0 where all are of one category.

    Raises
    ------
    ValueError
        If a sample is empty or has another shape.
    """
    old, new = np.asarray(reference), np.asarray(current)
    for values, name in ((old, "reference"), (new, "current")):
        if values.ndim != 1 or values.size == 0:
            raise ValueError(
                f"{name} must have shape (examples,) and not be empty, got {values.shape}"
            )
    _, category = np.unique(np.concatenate([old, new]), return_inverse=True)
    sample = np.repeat([0, 1], [len(old), len(new)])
    kinds = int(category.max()) + 1
    observed = np.bincount(sample * kinds + category, minlength=2 * kinds).reshape(2, kinds)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    return float(((observed - expected) ** 2 / expected).sum())


def permutation_p_value(
    statistic: Callable[[ArrayLike, ArrayLike], float],
    reference: ArrayLike,
    current: ArrayLike,
    rng: np.random.Generator,
    permutations: int = 999,
) -> float:
    r"""Return how often chance alone would give such a statistic or a larger one.

    The values of both samples are dealt anew, at random, into samples of the same sizes:

    .. math:: \frac{1 + \#\{\text{statistic of the dealt} \ge \text{that of the given}\}}{1 + B}

    It is exact for any statistic. B. Phipson, G. K. Smyth, "Permutation p-values should never be
    zero", Statistical Applications in Genetics and Molecular Biology 9 (2010).

    Parameters
    ----------
    statistic
        Of the reference and the current sample; larger for what differs more.
    reference, current
        The samples, first axis ``examples``.
    rng
        Deals the values.
    permutations
        B, at least 1.

    Returns
    -------
    float
        In (0, 1].

    Raises
    ------
    ValueError
        If `permutations` is below 1, the samples' shapes differ beyond the first axis, the
        statistic of the given samples is not finite, or by the statistic.
    """
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, got {permutations}")
    old, new = np.asarray(reference), np.asarray(current)
    if old.shape[1:] != new.shape[1:]:
        raise ValueError(
            f"reference and current must agree beyond the first axis, got {old.shape} and "
            f"{new.shape}"
        )
    given = statistic(old, new)
    if not np.isfinite(given):
        raise ValueError(f"statistic must give a finite number for the samples, got {given}")
    together = np.concatenate([old, new])
    as_large = 0
    for _ in range(permutations):
        dealt = rng.permutation(together)
        # Equal up to rounding counts: another order of the same sum must not be "smaller". Nor is
        # what is not a number.
        smaller = statistic(dealt[: len(old)], dealt[len(old) :]) < given - 1e-12 * abs(given)
        as_large += not smaller
    return (1 + as_large) / (1 + permutations)


def _values(values: ArrayLike, name: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must have shape (examples,) and not be empty, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array
