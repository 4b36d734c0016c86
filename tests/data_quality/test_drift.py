"""Drift statistics against SciPy, and what they see."""

import numpy as np
import pytest
from scipy import stats

from companion.data_quality import (
    chi_squared_statistic,
    ks_statistic,
    permutation_p_value,
    population_stability_index,
)


@pytest.mark.parametrize("seed", range(15))
def test_the_ks_statistic_equals_scipy(seed):
    rng = np.random.default_rng(seed)
    a, b = (np.round(rng.normal(size=rng.integers(1, 60)), 1) for _ in range(2))
    assert ks_statistic(a, b) == pytest.approx(stats.ks_2samp(a, b).statistic, abs=1e-12)


@pytest.mark.parametrize("seed", range(15))
def test_the_chi_squared_statistic_equals_scipy(seed):
    rng = np.random.default_rng(seed)
    a, b = (rng.choice(list("abcd"), rng.integers(5, 60)) for _ in range(2))
    kinds = np.unique(np.concatenate([a, b]))
    table = [[(values == kind).sum() for kind in kinds] for values in (a, b)]
    expected = stats.chi2_contingency(table, correction=False).statistic
    assert chi_squared_statistic(a, b) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(10))
def test_the_stability_index_is_two_divergences(seed):
    rng = np.random.default_rng(seed)
    old, new = rng.normal(size=300), rng.normal(0.3, 1.2, size=200)
    edges = np.concatenate([[-np.inf], np.quantile(old, np.arange(1, 10) / 10), [np.inf]])
    p, q = (np.histogram(values, edges)[0] + 0.5 for values in (old, new))
    p, q = p / p.sum(), q / q.sum()
    expected = stats.entropy(p, q) + stats.entropy(q, p)
    assert population_stability_index(old, new) == pytest.approx(expected)


def test_without_drift_the_index_is_near_its_expectation():
    rng = np.random.default_rng(0)
    found = [
        population_stability_index(rng.normal(size=500), rng.normal(size=250)) for _ in range(200)
    ]
    assert np.mean(found) == pytest.approx(9 * (1 / 500 + 1 / 250), rel=0.15)


def test_values_that_repeat_make_fewer_bins():
    assert population_stability_index([0] * 90 + [1] * 10, [0] * 9 + [1]) < 0.1
    assert population_stability_index([0] * 90 + [1] * 10, [1] * 10) > 1
    assert population_stability_index([3.0], [3.0]) == 0


def test_p_values_are_those_of_scipy():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=40), rng.normal(0.5, 1, size=50)
    found = permutation_p_value(ks_statistic, a, b, rng, permutations=2000)
    assert found == pytest.approx(stats.ks_2samp(a, b, method="exact").pvalue, abs=0.015)


def test_without_drift_small_p_values_are_rare():
    rng = np.random.default_rng(2)
    found = [
        permutation_p_value(
            ks_statistic, rng.normal(size=15), rng.normal(size=15), rng, permutations=39
        )
        for _ in range(200)
    ]
    assert 0.0 < np.mean(np.array(found) <= 0.1) < 0.17


@pytest.mark.parametrize("function", [ks_statistic, population_stability_index])
def test_bad_values_are_named(function):
    with pytest.raises(ValueError, match=r"reference must have shape \(examples,\)"):
        function([], [1.0])
    with pytest.raises(ValueError, match="current must be finite, got nan"):
        function([1.0], [np.nan])


def test_bad_options_are_named():
    with pytest.raises(ValueError, match="bins must be at least 2, got 1"):
        population_stability_index([1.0], [1.0], bins=1)
    with pytest.raises(ValueError, match=r"current must have shape \(examples,\)"):
        chi_squared_statistic(["a"], [])
    with pytest.raises(ValueError, match="permutations must be at least 1, got 0"):
        permutation_p_value(ks_statistic, [1.0], [1.0], np.random.default_rng(0), 0)
