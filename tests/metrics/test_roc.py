"""Curves and areas against scikit-learn and SciPy; DeLong against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as peer

from companion.metrics import (
    average_precision,
    precision_recall_curve,
    roc_auc,
    roc_auc_difference,
    roc_auc_interval,
    roc_curve,
)


def draw(seed, smallest=1):
    """Return labels of both classes and scores, many of them equal."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(smallest, 50, 2)
    true = rng.permutation(np.repeat([0, 1], sizes))
    levels = rng.choice([2, 5, 1000])
    return true, np.round(rng.normal(true, rng.uniform(0.2, 3)) * levels) / levels


@pytest.mark.parametrize("seed", range(25))
def test_the_roc_curve_equals_scikit_learn(seed):
    true, scores = draw(seed)
    expected = peer.roc_curve(true, scores, drop_intermediate=False)
    for ours, theirs in zip(roc_curve(true, scores), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize("seed", range(25))
def test_the_area_equals_scikit_learn_the_trapezoids_and_mann_whitney(seed):
    true, scores = draw(seed)
    area = roc_auc(true, scores)
    assert area == pytest.approx(peer.roc_auc_score(true, scores), abs=1e-12)
    curve = roc_curve(true, scores)
    trapezoids = np.trapezoid(curve.true_positive_rate, curve.false_positive_rate)
    assert area == pytest.approx(trapezoids, abs=1e-12)
    u = stats.mannwhitneyu(scores[true == 1], scores[true == 0]).statistic
    assert area == pytest.approx(u / (true == 1).sum() / (true == 0).sum(), abs=1e-12)


@pytest.mark.parametrize("seed", range(25))
def test_precision_and_recall_equal_scikit_learn(seed):
    true, scores = draw(seed)
    p, r, thresholds = peer.precision_recall_curve(true, scores)
    curve = precision_recall_curve(true, scores)
    np.testing.assert_allclose(curve.precision, p[-2::-1], atol=1e-12)
    np.testing.assert_allclose(curve.recall, r[-2::-1], atol=1e-12)
    np.testing.assert_array_equal(curve.thresholds, thresholds[::-1])
    expected = peer.average_precision_score(true, scores)
    assert average_precision(true, scores) == pytest.approx(expected, abs=1e-12)


def test_E48_the_roc_curve_hides_that_positives_are_rare():
    rng = np.random.default_rng(0)
    negatives = rng.normal(size=20_000)
    found = []
    for positives in (20_000, 200):
        true = np.repeat([0, 1], [20_000, positives])
        scores = np.concatenate([negatives, rng.normal(1.5, 1, positives)])
        found.append((roc_auc(true, scores), average_precision(true, scores)))
    (common_auc, common_ap), (rare_auc, rare_ap) = found
    assert rare_auc == pytest.approx(common_auc, abs=0.03)
    assert rare_ap < common_ap - 0.5


def kernel_components(true, scores):
    """Return DeLong's V10 and V01 from all pairs."""
    x, y = scores[true == 1][:, None], scores[true == 0][None]
    psi = (x > y) + 0.5 * (x == y)
    return psi.mean(axis=1), psi.mean(axis=0)


@pytest.mark.parametrize("seed", range(15))
def test_delongs_interval_is_that_of_all_pairs(seed):
    true, scores = draw(seed, smallest=2)
    v, w = kernel_components(true, scores)
    error = np.sqrt(v.var(ddof=1) / len(v) + w.var(ddof=1) / len(w))
    interval = roc_auc_interval(true, scores, 0.9)
    reach = stats.norm.ppf(0.95) * error
    assert interval.estimate == pytest.approx(v.mean())
    assert interval.low == pytest.approx(max(v.mean() - reach, 0))
    assert interval.high == pytest.approx(min(v.mean() + reach, 1))


@pytest.mark.parametrize("seed", range(15))
def test_the_difference_has_delongs_covariance(seed):
    true, first = draw(seed, smallest=3)
    second = first + np.random.default_rng(seed).normal(size=len(first))
    parts = [kernel_components(true, scores) for scores in (first, second)]
    covariance = sum(np.cov([a, b]) / len(a) for a, b in zip(*parts, strict=True))
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    difference = parts[0][0].mean() - parts[1][0].mean()
    found = roc_auc_difference(true, first, second)
    assert found.interval.estimate == pytest.approx(difference)
    reach = stats.norm.ppf(0.975) * np.sqrt(variance)
    assert found.interval.high - found.interval.estimate == pytest.approx(reach)
    expected = 2 * stats.norm.sf(abs(difference) / np.sqrt(variance))
    assert found.p_value == pytest.approx(expected)


def test_delongs_interval_covers_the_true_area():
    rng = np.random.default_rng(0)
    true = np.repeat([0, 1], [60, 40])
    area = stats.norm.cdf(1 / np.sqrt(2))
    hits = 0
    for _ in range(400):
        interval = roc_auc_interval(true, rng.normal(true, 1))
        hits += interval.low <= area <= interval.high
    assert 0.91 <= hits / 400 <= 0.98


def test_equal_classifiers_do_not_differ():
    true, scores = draw(3, smallest=3)
    found = roc_auc_difference(true, scores, scores)
    assert found.interval == (0, 0, 0)
    assert found.p_value == 1


@given(st.integers(0, 2**32 - 1))
def test_only_the_order_of_the_scores_counts(seed):
    true, scores = draw(seed)
    assert roc_auc(true, scores) == roc_auc(true, np.arctan(scores))
    assert roc_auc(true, -scores) == pytest.approx(1 - roc_auc(true, scores))
    assert average_precision(true, scores) == average_precision(true, 3 * scores + 1)


def test_the_scores_order_perfectly_wrongly_or_not_at_all():
    true = [0, 0, 1]
    assert roc_auc(true, [1, 2, 3]) == average_precision(true, [1, 2, 3]) == 1
    assert roc_auc(true, [3, 2, 1]) == 0
    assert roc_auc(true, [5, 5, 5]) == 0.5
    assert average_precision(true, [5, 5, 5]) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "function", [roc_curve, roc_auc, precision_recall_curve, average_precision, roc_auc_interval]
)
@pytest.mark.parametrize(
    ("true", "scores", "message"),
    [
        ([], [], r"true must have shape \(examples,\) and not be empty"),
        ([1, 1], [0.1, 0.2], "true must hold both classes, got only 1"),
        ([0, 1], [0.1, np.nan], "scores must be finite, got nan"),
        ([0, 1], [0.1, np.inf], "scores must be finite, got inf"),
        ([0, 1, 1], [0.1, 0.2], "true and scores must be equally long, got 3 and 2"),
        ([0, 1], [[0.1], [0.2]], r"scores must have shape \(examples,\), got \(2, 1\)"),
        ([0, 2], [0.1, 0.2], "true must hold class numbers from 0 to 1"),
    ],
)
def test_bad_input_is_named(function, true, scores, message):
    with pytest.raises(ValueError, match=message):
        function(true, scores)


def test_the_classifier_with_bad_scores_is_named():
    true = [0, 0, 1, 1]
    with pytest.raises(ValueError, match="true and second must be equally long, got 4 and 3"):
        roc_auc_difference(true, [1, 2, 3, 4], [1, 2, 3])
    with pytest.raises(ValueError, match="first must be finite, got nan"):
        roc_auc_difference(true, [1, 2, 3, np.nan], [1, 2, 3, 4])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.float16, np.float32, np.int64])
def test_scores_of_any_dtype_count(dtype):
    rng = np.random.default_rng(5)
    true = np.repeat([1, 0], 30)[::-1]
    scores = np.stack([rng.integers(0, 120, 60), np.zeros(60)], axis=1).astype(dtype)[:, 0]
    expected = peer.roc_auc_score(true, scores.astype(float))
    assert roc_auc(true, scores) == pytest.approx(expected)
    expected = peer.average_precision_score(true, scores.astype(float))
    assert average_precision(true, scores) == pytest.approx(expected)


def test_an_interval_needs_two_of_each_class():
    with pytest.raises(ValueError, match="true must hold two of each class, got 1 ones, 2 zeros"):
        roc_auc_interval([0, 0, 1], [1, 2, 3])
    with pytest.raises(ValueError, match="confidence must be above 0"):
        roc_auc_interval([0, 0, 1, 1], [1, 2, 3, 4], 1.0)
