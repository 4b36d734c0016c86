"""The lasso against scikit-learn, its optimality conditions and its rates of convergence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import linear_model
from sklearn.datasets import load_diabetes

from companion.linear_models import (
    coordinate_descent,
    duality_gap,
    fista,
    ista,
    largest_strength,
    lasso,
    lasso_path,
    ridge,
    soft_threshold,
)

METHODS = [coordinate_descent, ista, fista]


def objective(X, y, strength, w):
    residual = y - y.mean() - (X - X.mean(0)) @ w
    return residual @ residual / (2 * len(y)) + strength * np.abs(w).sum()


@pytest.fixture(scope="module")
def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return X / X.std(axis=0), y


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("shape", [(1, 1), (6, 1), (40, 5), (60, 12), (12, 30)])
def test_lasso_equals_sklearn(problem, shape, share, method):
    X, y = problem(*shape)
    strength = max(share * largest_strength(X, y), 1e-3)
    model = lasso(X, y, strength, method, tolerance=1e-13, max_iterations=200_000)
    oracle = linear_model.Lasso(strength, tol=1e-12, max_iter=200_000).fit(X, y)
    assert model.converged
    np.testing.assert_allclose(model.coefficients, oracle.coef_, atol=1e-5)
    assert model.intercept == pytest.approx(oracle.intercept_, abs=1e-4)
    np.testing.assert_array_equal(model.coefficients == 0, oracle.coef_ == 0)
    assert objective(X, y, strength, model.coefficients) == pytest.approx(
        objective(X, y, strength, oracle.coef_), rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("strength", [0.5, 5.0, 30.0])
def test_lasso_equals_sklearn_on_diabetes(diabetes, strength, method):
    X, y = diabetes
    oracle = linear_model.Lasso(strength, tol=1e-12, max_iter=100_000).fit(X, y)
    model = lasso(X, y, strength, method, tolerance=1e-12)
    np.testing.assert_allclose(model.coefficients, oracle.coef_, atol=1e-3)
    np.testing.assert_allclose(model.predict(X), oracle.predict(X), atol=1e-3)
    np.testing.assert_array_equal(model.coefficients == 0, oracle.coef_ == 0)


def test_the_path_equals_sklearn(diabetes):
    X, y = diabetes
    path = lasso_path(X, y, count=30, tolerance=1e-11)
    strengths, coefficients, _ = linear_model.lasso_path(
        X - X.mean(0), y - y.mean(), alphas=path.strengths, tol=1e-11, max_iter=100_000
    )
    np.testing.assert_array_equal(path.strengths, strengths)
    np.testing.assert_allclose(path.coefficients, coefficients.T, atol=2e-3)
    np.testing.assert_allclose(path.intercepts, y.mean() - path.coefficients @ X.mean(0))
    assert path.gaps.max() <= 1e-11 * y.var()


def test_the_path_starts_where_the_first_coefficient_leaves_0(diabetes):
    X, y = diabetes
    largest = largest_strength(X, y)
    path = lasso_path(X, y, count=3)
    assert path.strengths[0] == pytest.approx(largest)
    np.testing.assert_allclose(path.strengths[1:], [largest * 10**-1.5, largest * 1e-3])
    assert not lasso(X, y, 1.001 * largest).coefficients.any()
    assert np.count_nonzero(lasso(X, y, 0.999 * largest).coefficients) == 1


@given(st.integers(0, 10_000), st.sampled_from(METHODS), st.floats(0.05, 1.2))
def test_the_optimality_conditions_hold(seed, method, share):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(25, 6)) + 1, rng.normal(size=25)
    strength = share * largest_strength(X, y)
    model = lasso(X, y, strength, method, tolerance=1e-13)
    slopes = (X - X.mean(0)).T @ (y - model.predict(X)) / len(y)
    active = model.coefficients != 0
    np.testing.assert_allclose(
        slopes[active], strength * np.sign(model.coefficients[active]), atol=1e-5
    )
    assert np.abs(slopes[~active]).max(initial=0) <= strength + 1e-5


@given(st.integers(0, 10_000), st.floats(0.01, 1.5))
def test_the_duality_gap_bounds_the_distance_to_the_minimum(seed, share):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    X, y = X - X.mean(0), y - y.mean()
    strength = share * largest_strength(X, y)
    best = objective(X, y, strength, lasso(X, y, strength, tolerance=1e-14).coefficients)
    w = rng.normal(size=4)
    gap = duality_gap(X, y, strength, w)
    assert gap >= objective(X, y, strength, w) - best - 1e-12
    assert gap >= -1e-12


def test_ista_never_raises_the_objective_and_keeps_its_rate(diabetes):
    X, y = diabetes
    X, y = X - X.mean(0), y - y.mean()
    best = lasso(X, y, 1.0, tolerance=1e-14)
    minimum = objective(X, y, 1.0, best.coefficients)
    lipschitz = np.linalg.norm(X, 2) ** 2 / len(y)
    distance = best.coefficients @ best.coefficients
    k = np.arange(1, 201)
    excess = {}
    for method in (ista, fista):
        steps = method(X, y, 1.0, np.zeros(10))
        excess[method] = np.array([objective(X, y, 1.0, next(steps)) - minimum for _ in k])
    assert np.all(np.diff(excess[ista]) <= 1e-9)
    assert np.all(excess[ista] <= lipschitz * distance / (2 * k))  # theorem 3.1
    assert np.all(excess[fista] <= 2 * lipschitz * distance / (k + 1) ** 2)  # theorem 4.4
    assert excess[fista][99] < excess[ista][99] / 10


def test_each_round_of_coordinate_descent_lowers_the_objective(diabetes):
    X, y = diabetes
    X, y = X - X.mean(0), y - y.mean()
    rounds = coordinate_descent(X, y, 1.0, np.zeros(10))
    values = [objective(X, y, 1.0, next(rounds)) for _ in range(20)]
    assert np.all(np.diff(values) <= 1e-9)


@given(st.lists(st.floats(-10, 10), max_size=5), st.floats(0, 5))
def test_soft_threshold_equals_torch(values, threshold):
    torch = pytest.importorskip("torch")
    values = np.array(values, dtype=np.float64)
    expected = torch.nn.functional.softshrink(torch.tensor(values), threshold)
    np.testing.assert_array_equal(soft_threshold(values, threshold), expected)


def test_E46_L1_gives_sparsity_and_the_drawback_is_bias(diabetes):
    X, y = diabetes
    strengths = np.array([0.1, 1, 5, 20, 44])
    models = [lasso(X, y, strength) for strength in strengths]
    nonzero = [np.count_nonzero(model.coefficients) for model in models]
    errors = [((y - model.predict(X)) ** 2).mean() for model in models]
    sizes = [np.abs(model.coefficients).sum() for model in models]
    assert nonzero[0] > nonzero[2] > nonzero[-1] == 1
    assert np.all(np.diff(errors) > 0)  # under-fitting
    assert np.all(np.diff(sizes) < 0)  # bias towards 0
    shrunk = ridge(X, y, 44 * len(y)).coefficients
    assert np.count_nonzero(shrunk) == 10  # L2 sets nothing to 0


@pytest.mark.parametrize("method", METHODS)
def test_features_that_never_vary_get_no_weight(method):
    model = lasso(np.ones((4, 2)), [1.0, 2.0, 3.0, 6.0], 0.1, method)
    np.testing.assert_array_equal(model.coefficients, 0)
    assert model.intercept == 3.0
    X = np.column_stack([np.ones(4), np.arange(4.0)])
    assert lasso(X, np.arange(4.0), 0.1, method).coefficients[0] == 0


@pytest.mark.parametrize("method", METHODS)
def test_constant_targets_need_one_iteration(method):
    model = lasso(np.arange(6.0).reshape(3, 2), [0.1, 0.1, 0.1], 0.5, method)
    assert model.converged
    assert len(model.gaps) == 1
    assert model.intercept == pytest.approx(0.1)


def test_the_last_iteration_says_when_it_has_not_converged(diabetes):
    model = lasso(*diabetes, 0.01, ista, max_iterations=5)
    assert model.gaps.shape == (5,)
    assert not model.converged


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strength": 0.0}, "strength must be above 0 and finite, got 0.0"),
        ({"strength": -1.0}, "strength must be above 0"),
        ({"strength": np.nan}, "strength must be above 0"),
        ({"tolerance": 0.0}, "tolerance must be above 0"),
        ({"max_iterations": 0}, "max_iterations must be above 0"),
        ({"y": [1.0, np.nan]}, "y must be finite, got nan"),
        ({"y": [1.0]}, r"y must have shape \(2,\)"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        lasso(**{"X": [[1.0], [2.0]], "y": [1.0, 2.0], "strength": 1.0, **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ratio": 1.0}, "ratio must be between 0 and 1, got 1.0"),
        ({"count": 0}, "count must be above 0"),
        ({"y": [1.0, 1.0]}, "y must vary with a feature"),
    ],
)
def test_the_path_refuses_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        lasso_path(**{"X": [[1.0], [2.0]], "y": [1.0, 2.0], **arguments})
