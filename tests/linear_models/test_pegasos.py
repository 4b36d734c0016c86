"""Pegasos against scikit-learn's LinearSVC, whose objective it shares."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import hinge_loss
from sklearn.svm import LinearSVC

from companion.linear_models import pegasos


def blobs(examples=80, features=3, distance=1.5, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=examples)
    y[:2] = 0, 1
    return rng.normal(size=(examples, features)) + distance * y[:, None], y


def minimum(X, y, strength):
    oracle = LinearSVC(loss="hinge", C=1 / (len(y) * strength), tol=1e-8, max_iter=1_000_000)
    oracle.fit(X, y)
    w = np.append(oracle.coef_, oracle.intercept_)
    return oracle, strength / 2 * w @ w + hinge_loss(y, oracle.decision_function(X))


@pytest.mark.parametrize("project", [False, True])
@pytest.mark.parametrize(("strength", "features"), [(1.0, 1), (0.1, 3), (0.1, 10), (0.02, 3)])
def test_pegasos_reaches_the_objective_of_LinearSVC(strength, features, project):
    X, y = blobs(features=features)
    model = pegasos(X, y, strength, np.random.default_rng(1), batch_size=10, project=project)
    _, best = minimum(X, y, strength)
    assert best * (1 - 1e-6) <= model.objective <= best * 1.005


def test_pegasos_agrees_with_LinearSVC_on_breast_cancer():
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(0)) / X.std(0)
    model = pegasos(X, y, 0.01, np.random.default_rng(0), batch_size=10)
    oracle, best = minimum(X, y, 0.01)
    assert model.objective <= 1.01 * best
    assert np.mean(model.predict(X) == oracle.predict(X)) > 0.99
    assert np.corrcoef(model.decision(X), oracle.decision_function(X))[0, 1] > 0.999


def test_the_objective_is_the_penalty_and_the_mean_hinge_loss():
    X, y = blobs()
    model = pegasos(X, y, 0.1, np.random.default_rng(0), steps=50)
    penalty = 0.05 * (model.coefficients @ model.coefficients + model.intercept**2)
    assert model.objective == pytest.approx(penalty + hinge_loss(y, model.decision(X)))


def test_one_step_is_that_of_the_paper():
    X, y = np.array([[3.0], [-1.0]]), np.array([1, -1])
    rng = np.random.default_rng(0)
    drawn = np.random.default_rng(0).integers(2, size=(1, 1))[0, 0]
    model = pegasos(X, y, 0.5, rng, steps=1)
    np.testing.assert_allclose(model.coefficients, y[drawn] * X[drawn] / 0.5)
    assert model.intercept == pytest.approx(y[drawn] / 0.5)


def test_projection_keeps_w_in_the_ball_of_the_minimum():
    X, y = blobs(distance=0.3)
    strength = 0.01

    def norm(**settings):
        model = pegasos(X * 20, y, strength, np.random.default_rng(0), steps=4, **settings)
        return np.hypot(np.linalg.norm(model.coefficients), model.intercept)

    assert norm(project=True) <= 1 / np.sqrt(strength) * (1 + 1e-12)
    assert norm() > 1 / np.sqrt(strength)


def test_the_same_generator_gives_the_same_model():
    first, second = (pegasos(*blobs(), 0.1, np.random.default_rng(3), steps=99) for _ in range(2))
    np.testing.assert_array_equal(first.coefficients, second.coefficients)


def test_labels_may_be_strings():
    X, y = blobs(distance=6)
    names = np.array(["ham", "spam"])[y]
    model = pegasos(X, names, 0.01, np.random.default_rng(0), steps=2000)
    np.testing.assert_array_equal(model.predict(X), names)
    assert model.predict(np.empty((0, 3))).shape == (0,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": [1, 1]}, r"y must hold two classes, got 1: \[1\]"),
        ({"X": [[1.0]] * 3, "y": [0, 1, 2]}, r"y must hold two classes, got 3: \[0, 1, 2\]"),
        ({"y": [0.0, np.nan]}, "y must be finite, got nan"),
        ({"y": [[0], [1]]}, r"y must have shape \(2,\).*got \(2, 1\)"),
        ({"X": [[1.0], [np.inf]]}, "X must be finite, got inf"),
        ({"X": np.empty((0, 1)), "y": []}, "X must not be empty"),
        ({"strength": -0.1}, "strength must be above 0 and finite, got -0.1"),
        ({"steps": 0}, "steps must be above 0"),
        ({"batch_size": 0}, "batch_size must be above 0"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    given = {"X": [[1.0], [2.0]], "y": [0, 1], "strength": 0.1, "rng": np.random.default_rng(0)}
    with pytest.raises(ValueError, match=message):
        pegasos(**given | arguments)
