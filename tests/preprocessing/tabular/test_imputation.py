"""Imputation against scikit-learn."""

import numpy as np
import pytest
from sklearn import impute

from companion.preprocessing.tabular import KNNImputer, SimpleImputer

STRATEGIES = ("mean", "median", "most_frequent")


def table(seed, share=0.3, whole=False, dtype=np.float64):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers((2, 1), (40, 7)))
    X = rng.integers(0, 4, shape).astype(dtype) if whole else rng.normal(5, 2, shape).astype(dtype)
    X[rng.random(shape) < share] = np.nan
    X[0] = np.nan_to_num(X[0], nan=1.0)
    return X


@pytest.mark.parametrize("indicator", [False, True])
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("seed", range(8))
def test_simple_imputation_equals_scikit_learn(seed, strategy, indicator):
    X = table(seed, whole=True)
    new = np.where(np.random.default_rng(seed).random(X.shape) < 0.5, np.nan, X + 1)
    theirs = impute.SimpleImputer(strategy=strategy, add_indicator=indicator).fit(X)
    ours = SimpleImputer(strategy, add_indicator=indicator).fit(X)
    for rows in (X, new):
        np.testing.assert_allclose(ours.transform(rows), theirs.transform(rows), atol=1e-12)
    np.testing.assert_allclose(ours.statistics_, theirs.statistics_, atol=1e-12)


@pytest.mark.parametrize("neighbors", [1, 3, 5, 100])
@pytest.mark.parametrize("seed", range(8))
def test_imputation_by_neighbours_equals_scikit_learn(seed, neighbors):
    X = table(seed)
    new = table(seed + 100)[:, : X.shape[1]]
    rng = np.random.default_rng(seed)
    new = rng.normal(5, 2, (10, X.shape[1]))
    new[rng.random(new.shape) < 0.4] = np.nan
    theirs = impute.KNNImputer(n_neighbors=neighbors).fit(X)
    ours = KNNImputer(neighbors).fit(X)
    for rows in (X, new):
        np.testing.assert_allclose(ours.transform(rows), theirs.transform(rows), atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_in_single_precision_are_those_in_double(seed):
    """The training rows lie in pairs, nearer to each other than single precision can square."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, 1e3, (20, 3)).astype(np.float32)
    near = rows + rng.normal(0, 0.05, rows.shape).astype(np.float32)
    X = np.concatenate([rows, near])
    new = (rows + near) / 2
    new += rng.normal(0, 0.02, rows.shape).astype(np.float32)
    new[np.arange(20), rng.integers(0, 3, 20)] = np.nan
    expected = KNNImputer(1).fit(X.astype(float)).transform(new.astype(float))
    np.testing.assert_array_equal(KNNImputer(1).fit(X).transform(new), expected.astype("f4"))


def test_of_rows_that_are_equally_near_the_earlier_count():
    X = np.array([[1.0, 10.0], [1.0, 20.0], [1.0, 30.0]])
    assert KNNImputer(2).fit(X).transform([[1.0, np.nan]]).tolist() == [[1.0, 15.0]]


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_neighbours_are_found_far_from_zero_too(offset):
    X = np.array([[0.0, 1.0], [1.0, 5.0], [2.0, 9.0], [1.1, np.nan]]) + offset
    assert KNNImputer(1).fit_transform(X)[3, 1] == 5 + offset


def test_a_row_without_values_gets_the_means():
    X = np.array([[1.0, 2.0], [3.0, 6.0]])
    assert KNNImputer(1).fit(X).transform([[np.nan, np.nan]]).tolist() == [[2.0, 4.0]]


@pytest.mark.parametrize("make", [SimpleImputer, lambda: SimpleImputer("median"), KNNImputer])
def test_single_precision_and_tables_without_gaps_stay(make):
    X = table(2, dtype=np.float32)
    filled = make().fit_transform(X)
    assert filled.dtype == np.float32
    assert not np.isnan(filled).any()
    known = ~np.isnan(X)
    np.testing.assert_array_equal(filled[known], X[known])
    np.testing.assert_array_equal(make().fit_transform(filled), filled)


def test_the_table_that_was_given_stays_as_it_was():
    X = table(4)
    before = X.copy()
    for tool in (SimpleImputer(), KNNImputer()):
        tool.fit_transform(X)
        np.testing.assert_array_equal(X, before)


def test_test_rows_are_filled_with_what_training_rows_say():
    imputer = SimpleImputer().fit([[1.0], [3.0]])
    assert imputer.transform([[np.nan], [100.0]]).tolist() == [[2.0], [100.0]]


@pytest.mark.parametrize("make", [SimpleImputer, KNNImputer])
@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[np.nan, 1.0]], "a value in each column, got none in column 0"),
        ([[np.inf]], "X must be finite or missing, got inf"),
        (np.zeros((0, 1)), "not empty"),
        ([["a"]], "X must hold numbers"),
    ],
)
def test_bad_tables_are_refused(make, X, message):
    with pytest.raises(ValueError, match=message):
        make().fit(X)


def test_bad_options_and_use_before_fit_are_refused():
    with pytest.raises(ValueError, match=r"strategy must be .* got 'mode'"):
        SimpleImputer("mode")
    with pytest.raises(ValueError, match="n_neighbors must be at least 1, got 0"):
        KNNImputer(0)
    for tool in (SimpleImputer(), KNNImputer()):
        with pytest.raises(RuntimeError, match="Imputer must be fitted first"):
            tool.transform([[1.0]])
        with pytest.raises(ValueError, match="X must have 1 columns as at fit, got 2"):
            tool.fit([[1.0], [2.0]]).transform([[1.0, 2.0]])
