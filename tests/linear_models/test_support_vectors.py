"""Kernel support vector machines against scikit-learn's SVC."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import pairwise
from sklearn.svm import SVC

from companion.linear_models import (
    kernel_svm,
    linear_kernel,
    polynomial_kernel,
    rbf_kernel,
    smo,
)

KERNELS = {
    "linear": (linear_kernel, {"kernel": "linear"}),
    "rbf": (rbf_kernel(0.2), {"kernel": "rbf", "gamma": 0.2}),
    "cubic": (polynomial_kernel(3, 0.2, 1.0), {"kernel": "poly", "gamma": 0.2, "coef0": 1.0}),
    "square": (
        polynomial_kernel(2, 0.5, 0.0),
        {"kernel": "poly", "degree": 2, "gamma": 0.5, "coef0": 0.0},
    ),
}


def examples(number=60, features=4, distance=0.8, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=number)
    y[:2] = 0, 1
    return rng.normal(size=(number, features)) + distance * y[:, None], y


def dual_objective(oracle, kernel):
    beta, vectors = oracle.dual_coef_[0], oracle.support_vectors_
    return np.abs(beta).sum() - beta @ kernel(vectors, vectors) @ beta / 2


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("C", [0.1, 1.0, 20.0])
@pytest.mark.parametrize("shape", [(2, 1), (15, 2), (60, 4), (40, 60)])
def test_kernel_svm_equals_SVC(shape, C, name):
    kernel, settings = KERNELS[name]
    X, y = examples(*shape)
    model = kernel_svm(X, y, kernel, C, tolerance=1e-10, max_steps=1_000_000)
    oracle = SVC(C=C, tol=1e-10, **settings).fit(X, y)
    assert model.violation <= 1e-10
    assert model.objective == pytest.approx(dual_objective(oracle, kernel), rel=1e-9)
    np.testing.assert_array_equal(model.support, np.sort(oracle.support_))
    np.testing.assert_allclose(model.decision(X), oracle.decision_function(X), atol=2e-4)
    np.testing.assert_array_equal(model.predict(X), oracle.predict(X))


@pytest.mark.parametrize(
    ("kernel", "settings"),
    [
        (linear_kernel, {"kernel": "linear"}),
        (rbf_kernel(1 / 30), {"kernel": "rbf", "gamma": 1 / 30}),
        (polynomial_kernel(3, 1 / 30), {"kernel": "poly", "gamma": 1 / 30, "coef0": 1.0}),
    ],
)
def test_kernel_svm_equals_SVC_on_breast_cancer(kernel, settings):
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(0)) / X.std(0)
    model = kernel_svm(X, y, kernel, tolerance=1e-6)
    oracle = SVC(tol=1e-6, **settings).fit(X, y)
    assert model.objective == pytest.approx(dual_objective(oracle, kernel), rel=1e-8)
    np.testing.assert_array_equal(model.support, np.sort(oracle.support_))
    np.testing.assert_allclose(model.decision(X), oracle.decision_function(X), atol=2e-3)
    np.testing.assert_array_equal(model.predict(X), oracle.predict(X))


@given(st.integers(0, 10_000), st.sampled_from(list(KERNELS)), st.floats(0.01, 10))
def test_the_weights_are_feasible_and_optimal(seed, name, C):
    kernel, _ = KERNELS[name]
    X, labels = examples(20, 2, seed=seed)
    y = 2.0 * labels - 1
    K = kernel(X, X)
    beta, intercept, _, violation = smo(K, y, C, 1e-6, 100_000)
    alpha = y * beta
    assert violation <= 1e-6
    assert beta.sum() == pytest.approx(0, abs=1e-9)
    assert alpha.min() >= 0
    assert alpha.max() <= C * (1 + 1e-12)
    margins = y * (K @ beta + intercept)
    assert np.all(margins[alpha == 0] >= 1 - 1e-5)
    assert np.all(margins[alpha == C] <= 1 + 1e-5)
    between = (alpha > 1e-9 * C) & (alpha < C * (1 - 1e-9))
    np.testing.assert_allclose(margins[between], 1, atol=1e-5)


@pytest.mark.parametrize("name", KERNELS)
def test_the_dual_reaches_the_primal_objective(name):
    kernel, _ = KERNELS[name]
    X, labels = examples()
    model = kernel_svm(X, labels, kernel, C=2.0, tolerance=1e-9, max_steps=1_000_000)
    hinge = np.maximum(0, 1 - (2 * labels - 1) * model.decision(X)).sum()
    norm = model.weights @ kernel(model.vectors, model.vectors) @ model.weights
    assert norm / 2 + 2.0 * hinge == pytest.approx(model.objective, rel=1e-7)


def test_two_points_give_the_widest_margin():
    model = kernel_svm([[0.0, 0.0], [2.0, 0.0]], [-1, 1], C=10.0, tolerance=1e-12)
    np.testing.assert_allclose(model.weights, [-0.5, 0.5])
    np.testing.assert_allclose(model.decision([[0, 0], [1, 5], [2, 0]]), [-1, 0, 1], atol=1e-12)
    assert model.objective == pytest.approx(0.5)


def test_the_xor_problem_needs_a_kernel():
    X, y = [[-1, -1], [-1, 1], [1, -1], [1, 1]], [0, 1, 1, 0]
    assert not np.array_equal(kernel_svm(X, y).predict(X), y)
    for kernel in (polynomial_kernel(2), rbf_kernel(0.5)):
        np.testing.assert_array_equal(kernel_svm(X, y, kernel, C=10).predict(X), y)


def test_the_same_point_in_both_classes_is_no_obstacle():
    X, y = [[1.0], [1.0], [1.0], [2.0]], [0, 1, 0, 1]
    model = kernel_svm(X, y, C=1.0)
    oracle = SVC(kernel="linear").fit(X, y)
    assert model.objective == pytest.approx(dual_objective(oracle, linear_kernel), abs=1e-3)
    assert np.isfinite(model.decision(X)).all()


def test_max_steps_ends_it_and_the_violation_says_so():
    X, y = examples()
    model = kernel_svm(X, y, tolerance=1e-8, max_steps=3)
    assert model.steps == 3
    assert model.violation > 1e-8


def test_labels_may_be_strings():
    X, y = examples(distance=6)
    names = np.array(["no", "yes"])[y]
    model = kernel_svm(X, names)
    np.testing.assert_array_equal(model.predict(X), names)
    assert model.predict(np.empty((0, 4))).shape == (0,)


def test_kernels_equal_sklearn():
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))
    np.testing.assert_allclose(linear_kernel(A, B), pairwise.linear_kernel(A, B))
    np.testing.assert_allclose(rbf_kernel(0.7)(A, B), pairwise.rbf_kernel(A, B, 0.7))
    np.testing.assert_allclose(
        polynomial_kernel(4, 0.3, 2.0)(A, B), pairwise.polynomial_kernel(A, B, 4, 0.3, 2.0)
    )


def test_the_rbf_kernel_of_a_point_with_itself_is_1_however_large_it_is():
    A = np.array([[1e8, 1e-8], [0.0, 1e4]])
    assert np.diag(rbf_kernel(1.0)(A, A)) == pytest.approx([1, 1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": [1, 1]}, r"y must hold two classes, got 1: \[1\]"),
        ({"y": [0.0, np.nan]}, "y must be finite, got nan"),
        ({"y": [0]}, r"y must have shape \(2,\)"),
        ({"X": [[1.0], [np.nan]]}, "X must be finite, got nan"),
        ({"X": [1.0, 2.0]}, r"X must have shape \(examples, features\)"),
        ({"C": 0}, "C must be above 0 and finite, got 0"),
        ({"tolerance": -1e-3}, "tolerance must be above 0"),
        ({"max_steps": 0}, "max_steps must be above 0"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        kernel_svm(**{"X": [[1.0], [2.0]], "y": [0, 1], **arguments})


def test_bad_settings_of_a_kernel_are_refused():
    with pytest.raises(ValueError, match="scale must be above 0"):
        rbf_kernel(-1.0)
    with pytest.raises(ValueError, match="degree must be above 0"):
        polynomial_kernel(0)


def test_decision_refuses_another_number_of_features():
    model = kernel_svm([[1.0], [2.0]], [0, 1])
    with pytest.raises(ValueError, match=r"X must have shape \(examples, 1\), got \(1, 2\)"):
        model.decision([[1.0, 2.0]])
