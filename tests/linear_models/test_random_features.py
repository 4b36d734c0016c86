"""Random features, and the two descents of the error that they show."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from companion.linear_models import least_squares, ridge
from companion.linear_models.random_features import relu_features


def test_features_are_nonnegative_and_fewer_are_the_first_of_more():
    X = np.random.default_rng(0).normal(size=(7, 3))
    many = relu_features(X, 20, seed=4)
    assert many.shape == (7, 20)
    assert many.min() == 0 < many.max()
    np.testing.assert_allclose(relu_features(X, 5, seed=4), many[:, :5], rtol=1e-12)
    assert not np.array_equal(relu_features(X, 20, seed=5), many)


def test_the_kernel_of_many_features_is_the_arc_cosine_kernel():
    # Cho & Saul 2009, equation 6, degree 1: ‖x‖‖y‖ (sin θ + (π − θ) cos θ) / 2π, here over d.
    X = np.random.default_rng(0).normal(size=(4, 3))
    phi = relu_features(X, 200_000, seed=0)
    norms = np.linalg.norm(X, axis=1)
    theta = np.arccos(np.clip(X @ X.T / np.outer(norms, norms), -1, 1))
    kernel = np.outer(norms, norms) * (np.sin(theta) + (np.pi - theta) * np.cos(theta))
    np.testing.assert_allclose(phi @ phi.T / 200_000, kernel / (2 * np.pi * 3), atol=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_the_error_peaks_where_features_equal_examples_and_ridge_flattens_the_peak(seed):
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    X, y = X[order] / 16, np.where(y[order] % 2, 1.0, -1.0)
    errors = {}
    for count in (30, 150, 1500):
        phi = relu_features(X, count, seed)
        for name, model in {
            "least squares": least_squares(phi[:150], y[:150]),
            "ridge": ridge(phi[:150], y[:150], 1.0),
        }.items():
            errors[name, count] = np.mean(np.sign(model.predict(phi[150:])) != y[150:])
    assert errors["least squares", 150] > errors["least squares", 30] + 0.05
    assert errors["least squares", 150] > errors["least squares", 1500] + 0.1
    assert errors["ridge", 150] < errors["least squares", 150] - 0.1
    assert errors["ridge", 1500] < errors["ridge", 30]


@pytest.mark.parametrize(
    ("X", "count", "message"),
    [
        (np.zeros(3), 2, r"X must have shape"),
        (np.full((3, 2), np.nan), 2, "X must be finite, got nan"),
        (np.zeros((3, 2)), 0, "count must be at least 1"),
    ],
)
def test_bad_input_is_refused(X, count, message):
    with pytest.raises(ValueError, match=message):
        relu_features(X, count, seed=0)
