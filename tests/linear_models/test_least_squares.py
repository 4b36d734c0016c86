"""Least squares against NumPy and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

from companion.linear_models import LinearModel, least_squares, relu_regression

SHAPES = [(1, 1), (2, 1), (5, 1), (30, 4), (4, 4), (4, 9), (200, 17)]


@pytest.mark.parametrize("shape", SHAPES)
def test_least_squares_equals_sklearn(problem, shape):
    X, y = problem(*shape)
    model, oracle = least_squares(X, y), LinearRegression().fit(X, y)
    np.testing.assert_allclose(model.coefficients, oracle.coef_, rtol=1e-9, atol=1e-10)
    assert model.intercept == pytest.approx(oracle.intercept_, rel=1e-9)
    np.testing.assert_allclose(model.predict(X), oracle.predict(X), rtol=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
def test_least_squares_equals_numpy_on_centred_data(problem, shape):
    X, y = problem(*shape)
    expected, _, rank, _ = np.linalg.lstsq(X - X.mean(0), y - y.mean())
    model = least_squares(X, y)
    np.testing.assert_allclose(model.coefficients, expected, rtol=1e-9, atol=1e-10)
    assert model.rank == rank


@pytest.mark.parametrize("rank", [1, 2, 5])
def test_least_squares_has_the_least_norm_when_rank_is_deficient(problem, rank):
    X, y = problem(40, 6, rank=rank)
    model = least_squares(X, y)
    centred = X - X.mean(0)
    assert model.rank == rank
    np.testing.assert_allclose(
        model.coefficients, np.linalg.pinv(centred, rcond=1e-12) @ (y - y.mean()), atol=1e-9
    )
    null = np.linalg.svd(centred)[2][rank:]  # directions that change no prediction
    np.testing.assert_allclose(null @ model.coefficients, 0, atol=1e-9)


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 8))
def test_residuals_are_orthogonal_to_the_features_and_to_one(seed, examples, features):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(examples, features)), rng.normal(size=examples)
    residual = y - least_squares(X, y).predict(X)
    np.testing.assert_allclose(X.T @ residual, 0, atol=1e-8)
    assert residual.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("unit", [1e-30, 1e-5, 1e30])
def test_units_of_the_features_do_not_matter(problem, unit):
    X, y = problem(20, 3)
    scaled = least_squares(X * unit, y)
    np.testing.assert_allclose(scaled.coefficients * unit, least_squares(X, y).coefficients)


def test_a_constant_feature_gets_no_weight():
    X = np.column_stack([np.full(5, 7.0), np.arange(5.0)])
    model = least_squares(X, 2 * np.arange(5.0) + 1)
    np.testing.assert_allclose(model.coefficients, [0, 2], atol=1e-12)
    assert model.intercept == pytest.approx(1)
    assert model.rank == 1


def test_features_that_never_vary_leave_the_mean():
    model = least_squares(np.ones((3, 2)), [1.0, 2.0, 6.0])
    np.testing.assert_array_equal(model.coefficients, 0)
    assert (model.intercept, model.rank) == (3.0, 0)


def test_least_squares_equals_sklearn_on_diabetes():
    X, y = load_diabetes(return_X_y=True)
    oracle = LinearRegression().fit(X, y)
    np.testing.assert_allclose(least_squares(X, y).coefficients, oracle.coef_, rtol=1e-9)


def test_E13_linear_regression_solves_the_worked_example_in_closed_form():
    model = least_squares(relu_regression.X[:, None], relu_regression.Y)
    np.testing.assert_allclose([model.coefficients[0], model.intercept], [0.5, 0], atol=1e-14)


def test_integers_and_lists_are_taken():
    model = least_squares([[1], [2], [3]], [1, 2, 3])
    assert model.predict([[4]]) == pytest.approx([4.0])


def test_no_examples_give_no_predictions():
    assert least_squares([[1.0], [2.0]], [1.0, 2.0]).predict(np.empty((0, 1))).shape == (0,)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([1.0, 2.0], [1.0, 2.0], r"X must have shape \(examples, features\), got \(2,\)"),
        (np.empty((0, 3)), [], r"X must not be empty, got shape \(0, 3\)"),
        (np.empty((3, 0)), [1.0, 2.0, 3.0], r"X must not be empty, got shape \(3, 0\)"),
        ([[1.0], [np.nan]], [1.0, 2.0], "X must be finite, got nan"),
        ([[1.0], [2.0]], [1.0, np.inf], "y must be finite, got inf"),
        ([[1.0], [2.0]], [1.0], r"y must have shape \(2,\), one for each row of X, got \(1,\)"),
        ([[1.0], [2.0]], [[1.0], [2.0]], r"y must have shape \(2,\).*got \(2, 1\)"),
    ],
)
def test_bad_input_is_refused(X, y, message):
    with pytest.raises(ValueError, match=message):
        least_squares(X, y)


def test_predict_refuses_another_number_of_features():
    model = LinearModel(np.array([1.0, 2.0]), 0.0)
    with pytest.raises(ValueError, match=r"X must have shape \(examples, 2\), got \(1, 3\)"):
        model.predict([[1.0, 2.0, 3.0]])
