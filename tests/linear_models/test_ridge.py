"""Ridge regression against scikit-learn and PyTorch's weight decay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

from companion.linear_models import least_squares, ridge


@pytest.mark.parametrize("strength", [1e-6, 0.1, 1.0, 100.0, 1e8])
@pytest.mark.parametrize("shape", [(1, 1), (5, 1), (30, 4), (4, 9), (100, 17)])
def test_ridge_equals_sklearn(problem, shape, strength):
    X, y = problem(*shape)
    model, oracle = ridge(X, y, strength), Ridge(strength, solver="svd").fit(X, y)
    np.testing.assert_allclose(model.coefficients, oracle.coef_, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(model.predict(X), oracle.predict(X), rtol=1e-9)


@given(st.integers(0, 10_000), st.floats(1e-3, 1e3))
def test_ridge_solves_the_normal_equations(seed, strength):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(12, 5)) + 2, rng.normal(size=12)
    centred = X - X.mean(0)
    expected = np.linalg.solve(centred.T @ centred + strength * np.eye(5), centred.T @ y)
    np.testing.assert_allclose(ridge(X, y, strength).coefficients, expected, rtol=1e-7, atol=1e-12)


def test_ridge_equals_sklearn_on_diabetes():
    X, y = load_diabetes(return_X_y=True)
    np.testing.assert_allclose(ridge(X, y, 0.3).coefficients, Ridge(0.3).fit(X, y).coef_)


def test_gradient_descent_with_torch_weight_decay_ends_at_ridge(problem):
    torch = pytest.importorskip("torch")
    X, y = problem(30, 4, offset=0.0)
    strength = 5.0
    w = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([{"params": [w], "weight_decay": strength}, {"params": [b]}], 5e-3)
    inputs, targets = torch.tensor(X), torch.tensor(y)
    for _ in range(400):
        optimizer.zero_grad()
        (((inputs @ w + b - targets) ** 2).sum() / 2).backward()
        optimizer.step()
    model = ridge(X, y, strength)
    np.testing.assert_allclose(w.detach(), model.coefficients, rtol=1e-8)
    assert b.item() == pytest.approx(model.intercept, rel=1e-8)


def test_the_penalty_shrinks_the_coefficients_and_leaves_the_intercept(problem):
    X, y = problem(50, 6)
    norms = [np.linalg.norm(ridge(X, y, strength).coefficients) for strength in np.logspace(-3, 9)]
    assert np.all(np.diff(norms) < 0)
    assert norms[-1] == pytest.approx(0, abs=1e-6)
    assert ridge(X, y, 1e12).intercept == pytest.approx(y.mean())


def test_a_vanishing_penalty_gives_the_least_squares_of_least_norm(problem):
    X, y = problem(10, 20)
    expected = least_squares(X, y).coefficients
    np.testing.assert_allclose(ridge(X, y, 1e-9).coefficients, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("strength", [0, -1.0, np.nan, np.inf])
def test_a_strength_that_is_not_above_0_is_refused(strength):
    with pytest.raises(ValueError, match=f"strength must be above 0 and finite, got {strength}"):
        ridge([[1.0], [2.0]], [1.0, 2.0], strength)


def test_examples_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="X must be finite, got nan"):
        ridge([[1.0], [np.nan]], [1.0, 2.0], 1.0)
