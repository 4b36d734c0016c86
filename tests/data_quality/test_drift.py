"""Drift statistics against SciPy, and what they see."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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


def test_a_value_that_fills_a_bin_has_it_alone():
    """A sensor that was stuck at 3 and is now stuck at 2 has changed, as one now at 4 has."""
    for bins in (2, 10):
        lower, higher = (
            population_stability_index([3.0] * 50, [now] * 50, bins) for now in (2.0, 4.0)
        )
        assert lower == pytest.approx(higher)
        assert lower > 5
    zeros = np.append(np.zeros(60), np.arange(1, 41))
    negative = np.append(-np.ones(60), np.arange(1, 41))
    assert population_stability_index(zeros, negative) > 1
    assert population_stability_index(zeros, zeros[::2]) < 0.05


@given(
    st.lists(st.integers(-3, 3) | st.floats(-1e6, 1e6), min_size=1, max_size=40),
    st.lists(st.integers(-3, 3) | st.floats(-1e6, 1e6), min_size=1, max_size=40),
    st.integers(2, 12),
)
def test_the_index_is_0_of_a_sample_with_itself_and_never_below(first, second, bins):
    assert population_stability_index(first, first, bins) == 0
    assert population_stability_index(first, second, bins) >= -1e-15


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


def test_a_dealt_statistic_that_is_no_number_counts_as_large():
    values = iter([1.0, *[np.nan] * 9])
    found = permutation_p_value(
        lambda a, b: next(values), [1.0], [2.0], np.random.default_rng(0), 9
    )
    assert found == 1


@pytest.mark.parametrize("seed", range(5))
def test_categories_of_any_type_give_the_same_statistic(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 4, 30), rng.integers(0, 5, 40)
    expected = chi_squared_statistic(a, b)
    for change in (lambda x: x.astype(str), lambda x: x + 0.5, lambda x: np.repeat(x, 2)[::2]):
        assert chi_squared_statistic(change(a), change(b)) == pytest.approx(expected)


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
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"beyond the first axis, got \(3, 2\) and \(3,\)"):
        permutation_p_value(ks_statistic, np.ones((3, 2)), np.ones(3), rng)
    for broken in (np.nan, np.inf):
        with pytest.raises(ValueError, match=f"statistic must give a finite .* got {broken}"):
            permutation_p_value(lambda a, b, x=broken: x, [1.0], [1.0], rng)
    with pytest.raises(ValueError, match="permutations must be at least 1, got 0"):
        permutation_p_value(ks_statistic, [1.0], [1.0], np.random.default_rng(0), 0)
