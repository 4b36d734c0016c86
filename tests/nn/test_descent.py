import math

import numpy as np
import pytest

from companion.nn.descent import condition_number, gradient_descent, stable_learning_rate


def test_gradient_descent_on_a_quadratic_follows_the_closed_form():
    hessian = np.array([[88.0, 12.0], [12.0, 2.0]])  # the worked example of section 4.4, E16
    start, rate, steps = np.array([0.3, 0.2]), 0.02, 50
    path = gradient_descent(lambda x: (x * (x @ hessian)).sum() * 0.5, start, rate, steps)
    powers = [np.linalg.matrix_power(np.eye(2) - rate * hessian, k) @ start for k in range(51)]
    assert path.shape == (51, 2)
    assert np.allclose(path, powers, atol=1e-14)


def test_E16_the_stable_learning_rate_divides_convergence_from_divergence():
    hessian = np.array([[88.0, 12.0], [12.0, 2.0]])
    bound = stable_learning_rate(hessian)
    assert bound == pytest.approx(0.02231, abs=5e-6)
    assert condition_number(hessian) == pytest.approx(251, abs=0.5)

    def sizes(rate):
        path = gradient_descent(lambda x: (x * (x @ hessian)).sum() * 0.5, [1.0, 0.0], rate, 2000)
        return np.linalg.norm(path, axis=1)

    assert sizes(0.99 * bound)[-1] < 1e-3
    assert sizes(1.01 * bound)[-1] > 1e3


@pytest.mark.parametrize("seed", range(5))
def test_condition_number_and_bound_equal_numpy(seed):
    a = np.random.default_rng(seed).normal(size=(4, 6))
    hessian = a @ a.T
    assert condition_number(hessian) == pytest.approx(np.linalg.cond(hessian))
    assert stable_learning_rate(hessian) == pytest.approx(2 / np.linalg.norm(hessian, 2))


def test_a_function_without_curvature_upwards_has_no_bound():
    assert stable_learning_rate(np.array([[-1.0, 0.0], [0.0, 0.0]])) == math.inf
    with pytest.raises(ValueError, match="positive definite"):
        condition_number(np.array([[1.0, 0.0], [0.0, 0.0]]))


@pytest.mark.parametrize("hessian", [np.zeros((2, 3)), np.array([[1.0, 2.0], [0.0, 1.0]])])
def test_what_is_no_hessian_is_refused(hessian):
    with pytest.raises(ValueError, match="hessian must be a symmetric matrix"):
        stable_learning_rate(hessian)


def test_descent_of_no_steps_stays_and_negative_settings_are_refused():
    assert gradient_descent(lambda x: x * x, 3.0, 0.1, 0).tolist() == [3.0]
    with pytest.raises(ValueError, match="steps must be at least 0, got -1"):
        gradient_descent(lambda x: x * x, 3.0, 0.1, -1)
    with pytest.raises(ValueError, match="learning_rate must be at least 0"):
        gradient_descent(lambda x: x * x, 3.0, -0.1, 1)
