"""Scalers against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import preprocessing

from companion.preprocessing.tabular import MinMaxScaler, RobustScaler, StandardScaler

PAIRS = {
    "standard": (StandardScaler, preprocessing.StandardScaler),
    "min-max": (MinMaxScaler, preprocessing.MinMaxScaler),
    "min-max -1 to 3": (
        lambda: MinMaxScaler(-1, 3),
        lambda: preprocessing.MinMaxScaler(feature_range=(-1, 3)),
    ),
    "robust": (RobustScaler, preprocessing.RobustScaler),
}


def table(seed, missing=0.0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(1, 40), rng.integers(1, 8)
    X = rng.normal(rng.normal(0, 100, columns), rng.gamma(1, 10, columns), (rows, columns))
    X[:, 0] = X[0, 0]  # constant
    X[rng.random(X.shape) < missing] = np.nan
    X[0] = np.nan_to_num(X[0], nan=3.5)  # a value in each column
    new = rng.normal(0, 100, (5, columns))
    return X.astype(dtype), new.astype(dtype)


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("seed", range(6))
def test_scalers_equal_those_of_scikit_learn(name, seed, missing):
    X, new = table(seed, missing)
    ours, theirs = (make().fit(X) for make in PAIRS[name])
    for rows in (X, new):
        scaled = ours.transform(rows)
        np.testing.assert_allclose(scaled, theirs.transform(rows), rtol=1e-9, atol=1e-9)
        back = ours.inverse_transform(scaled)
        np.testing.assert_allclose(back, rows, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(back, theirs.inverse_transform(scaled), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", PAIRS)
def test_single_precision_stays_single_and_equals_scikit_learn(name):
    X, new = table(1, 0.1, np.float32)
    ours, theirs = (make().fit(X) for make in PAIRS[name])
    scaled = ours.transform(new)
    assert scaled.dtype == np.float32
    assert ours.inverse_transform(scaled).dtype == np.float32
    np.testing.assert_allclose(scaled, theirs.transform(new), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("dtype", [int, bool, np.uint8, object])
def test_whole_numbers_are_scaled_in_double_precision(name, dtype):
    X = np.array([[1, 0], [0, 1], [1, 1]], dtype)
    ours, theirs = (make() for make in PAIRS[name])
    scaled = ours.fit_transform(X)
    assert scaled.dtype == np.float64
    np.testing.assert_allclose(scaled, theirs.fit_transform(X.astype(float)), atol=1e-12)


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 12), st.integers(1, 4)),
        elements=st.floats(-1e6, 1e6, allow_subnormal=False),
    )
)
def test_scaled_training_columns_are_where_they_should_be(X):
    constant = X.min(axis=0) == X.max(axis=0)
    z = StandardScaler().fit_transform(X)
    assert (np.abs(z[:, constant]) < 1e-6).all()
    unit = MinMaxScaler().fit_transform(X)
    assert unit.min() >= -1e-9
    assert unit.max() <= 1 + 1e-9
    np.testing.assert_allclose(np.median(RobustScaler().fit_transform(X), axis=0), 0, atol=1e-6)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1, 1e9 + 0.1, -1e-12])
@pytest.mark.parametrize("name", PAIRS)
def test_a_constant_column_is_not_divided_by_rounding(name, value):
    X = np.full((7, 1), value)
    ours, theirs = (make().fit(X) for make in PAIRS[name])
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), atol=1e-6)
    np.testing.assert_allclose(ours.transform(X + 1), theirs.transform(X + 1), atol=1e-6)


def test_test_rows_have_no_say():
    X, new = table(3)
    scaler = StandardScaler().fit(X)
    before = scaler.transform(X)
    scaler.transform(new * 1000)
    np.testing.assert_array_equal(scaler.transform(X), before)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((0, 2)), r"X must have shape \(rows, columns\), not empty, got \(0, 2\)"),
        (np.zeros((2, 0)), "not empty"),
        (np.zeros(3), r"got \(3,\)"),
        ([[1.0, np.inf]], "X must be finite or missing, got inf"),
        ([["a", "b"]], "X must hold numbers, got dtype <U1"),
        ([[1 + 2j]], "X must hold numbers, got dtype complex128"),
        (np.zeros((2, 1), "M8[s]"), "X must hold numbers, got dtype datetime64"),
        ([[1.0, np.nan], [2.0, np.nan]], "a value in each column, got none in column 1"),
    ],
)
def test_bad_tables_are_refused(name, X, message):
    with pytest.raises(ValueError, match=message):
        PAIRS[name][0]().fit(X)


@pytest.mark.parametrize("name", PAIRS)
def test_use_before_fit_and_other_columns_are_refused(name):
    scaler = PAIRS[name][0]()
    for method in (scaler.transform, scaler.inverse_transform):
        with pytest.raises(RuntimeError, match="Scaler must be fitted first: call fit"):
            method([[1.0]])
    scaler.fit([[1.0, 2.0], [2.0, 3.0]])
    for method in (scaler.transform, scaler.inverse_transform):
        with pytest.raises(ValueError, match="X must have 2 columns as at fit, got 3"):
            method([[1.0, 2.0, 3.0]])
    assert scaler.transform(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (0, np.nan)])
def test_a_range_must_grow(low, high):
    with pytest.raises(ValueError, match=f"low must be below high, got {low} and {high}"):
        MinMaxScaler(low, high)
