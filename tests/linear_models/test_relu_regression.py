"""The worked example 4.4: every number of the errata about it, and its mathematics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import check_grad
from scipy.stats import norm

from companion.linear_models import relu_regression as example
from companion.linear_models.relu_regression import (
    condition_number,
    dead_share,
    descend,
    gradient,
    hessian,
    is_dead,
    learning_rate_bound,
    loss,
    outcomes,
    outputs,
    printed_gradient,
    sign_and_mean_repaired,
    sign_repaired,
)

STARTS = np.random.default_rng(0).normal(size=(300, 2))  # those of the errata
RATES = [0.001, 0.01, 0.02, 0.03]


def share(parameters, outcome):
    return (outcomes(parameters) == outcome).mean()


# The functions themselves


@pytest.mark.parametrize("slope", [0.0, 0.01, 1.0])
@pytest.mark.parametrize("start", [(0.3, 0.2), (-0.3, 0.8), (-1.0, -1.0), (0.7, -3.0), (50.0, 1e3)])
def test_E11_the_correct_gradient_equals_torch(start, slope):
    torch = pytest.importorskip("torch")
    parameters = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    z = parameters[0] * torch.tensor(example.X) + parameters[1]
    predicted = torch.nn.functional.leaky_relu(z, slope)
    error = torch.nn.functional.mse_loss(predicted, torch.tensor(example.Y))
    error.backward()
    at = np.array(start)
    np.testing.assert_allclose(outputs(at, negative_slope=slope), predicted.detach())
    assert loss(at, negative_slope=slope) == pytest.approx(error.item())
    np.testing.assert_allclose(gradient(at, negative_slope=slope), parameters.grad, rtol=1e-12)


@given(st.floats(-2, 2), st.floats(-3, 3))
def test_E11_the_correct_gradient_passes_check_grad(w, b):
    start = np.array([w, b])
    if np.abs(w * example.X + b).min() > 1e-4:  # away from the kinks
        assert check_grad(loss, gradient, start) < 1e-4 * (1 + np.abs(gradient(start)).max())


def test_all_functions_serve_many_starts_at_once():
    grid = STARTS[:6].reshape(2, 3, 2)
    for function in (outputs, loss, gradient, printed_gradient, is_dead, outcomes):
        whole = function(grid)
        for index in np.ndindex(2, 3):
            np.testing.assert_array_equal(whole[index], function(grid[index]))
    assert descend(grid, 0.01, 7).parameters.shape == (2, 3, 2)
    assert descend(grid, 0.01, 7, keep_path=True).path.shape == (8, 2, 3, 2)
    assert descend(np.empty((0, 2)), 0.01, 7).parameters.shape == (0, 2)


def test_the_path_holds_start_and_end():
    descent = descend(STARTS, 0.01, 5, keep_path=True)
    np.testing.assert_array_equal(descent.path[0], STARTS)
    np.testing.assert_array_equal(descent.path[-1], descent.parameters)
    np.testing.assert_allclose(descent.path[1], STARTS - 0.01 * gradient(STARTS))
    assert descend(STARTS, 0.01, 5).path is None


# E11: the printed gradient


def test_E11_the_printed_gradient_is_minus_five_times_the_gradient_where_all_units_are_on():
    at = np.array([0.3, 0.2])
    np.testing.assert_allclose(gradient(at), [-15.2, -2.0])
    np.testing.assert_allclose(printed_gradient(at), [76, 10])
    np.testing.assert_allclose(printed_gradient(at) / gradient(at), -5)


def test_E11_without_the_derivative_of_relu_the_gradient_is_wrong_where_units_are_off():
    at = np.array([-0.3, 0.8])
    assert np.count_nonzero(outputs(at)) == 1
    np.testing.assert_allclose(gradient(at), [-0.64, -0.32])
    np.testing.assert_allclose(sign_and_mean_repaired(at), [-43.84, -5.92])


def test_E11_each_repair_mends_one_fault():
    np.testing.assert_allclose(sign_repaired(STARTS), -printed_gradient(STARTS))
    np.testing.assert_allclose(sign_and_mean_repaired(STARTS), sign_repaired(STARTS) / 5)
    on = (outputs(STARTS) > 0).all(axis=-1)
    assert 0 < on.sum() < len(on)
    np.testing.assert_allclose(sign_and_mean_repaired(STARTS)[on], gradient(STARTS)[on])


def test_E11_the_update_without_the_derivative_of_relu_descends_the_matching_loss():
    def matching_loss(parameters):
        z = parameters[0] * example.X + parameters[1]
        return 2 * (np.maximum(z, 0) ** 2 / 2 - example.Y * z).mean()

    for start in STARTS[:50]:
        assert check_grad(matching_loss, sign_and_mean_repaired, start) < 1e-4


# E12: what the steps do as printed


def test_E12_from_above_the_solution_the_printed_steps_explode():
    path = descend([0.6, 0.0], 0.01, 5, printed_gradient, keep_path=True).path
    np.testing.assert_allclose(path[:, 0], [0.6, 1.04, 3.45, 16.7, 89.2, 487], rtol=3e-3)
    np.testing.assert_allclose(loss(path), [0.44, 13.2, 397, 1.2e4, 3.6e5, 1.1e7], rtol=2e-2)


def test_E12_from_below_the_solution_the_printed_steps_kill_the_unit_and_march_on():
    path = descend([0.4, 0.0], 0.01, 50, printed_gradient, keep_path=True).path
    np.testing.assert_allclose(path[:4, 0], [0.4, -0.04, -2.24, -4.44], atol=1e-12)
    assert loss(path)[0] == pytest.approx(0.44)
    np.testing.assert_allclose(loss(path)[1:], 11)
    assert (example.Y**2).mean() == 11
    np.testing.assert_allclose(np.diff(path[1:], axis=0), [[-2.2, -0.3]] * 49)


def test_E12_the_printed_steps_explode_even_from_beside_the_solution():
    start = np.array([0.5, 0.1])
    assert loss(start) == pytest.approx(0.01)
    assert outcomes(descend(start, 0.01, 100, printed_gradient).parameters) == "exploded"


@pytest.mark.parametrize("learning_rate", RATES)
def test_E12_no_start_converges_with_the_printed_steps(learning_rate):
    uniform = np.random.default_rng(0).uniform(-1, 1, (300, 2))
    without_bias = STARTS * [1, 0]
    tiny = STARTS * 0.01
    starts = np.stack([STARTS, uniform, without_bias, tiny])
    end = descend(starts, learning_rate, 2000, printed_gradient).parameters
    fates = outcomes(end)
    assert set(fates.ravel()) == {"dead", "exploded"}
    exploded = (fates == "exploded").mean(axis=1)
    np.testing.assert_allclose(exploded[:2], [0.30, 0.28], atol=0.005)
    np.testing.assert_array_equal(fates[2] == "exploded", STARTS[:, 0] > 0.5)
    assert exploded[2] == pytest.approx(norm.sf(0.5), abs=3 * np.sqrt(0.31 * 0.69 / 300))
    assert exploded[3] == 0


def test_E12_no_learning_rate_changes_the_fate_of_a_start():
    fates = [
        outcomes(descend(STARTS, learning_rate, 300, printed_gradient).parameters)
        for learning_rate in RATES
    ]
    for other in fates[1:]:
        np.testing.assert_array_equal(other, fates[0])


def test_E12_the_printed_steps_multiply_the_distance_along_the_steepest_direction():
    path = descend([0.6, 0.1], 0.01, 6, printed_gradient, keep_path=True).path
    assert (outputs(path) > 0).all()
    eigenvalues, directions = np.linalg.eigh(hessian())
    distances = (path - [0.5, 0.0]) @ directions[:, 1]
    np.testing.assert_allclose(distances[1:] / distances[:-1], 1 + 5 * 0.01 * eigenvalues[1])


@pytest.mark.parametrize(
    ("repair", "learning_rate", "outcome", "least", "most"),
    [
        (sign_repaired, 0.001, "converged", 1, 1),
        (sign_repaired, 0.01, "converged", 0, 0.01),
        (sign_repaired, 0.02, "converged", 0, 0.01),
        (sign_repaired, 0.03, "converged", 0, 0.01),
        (sign_and_mean_repaired, 0.001, "converged", 0.385, 0.395),  # slow
        (sign_and_mean_repaired, 0.01, "converged", 1, 1),
        (sign_and_mean_repaired, 0.02, "converged", 1, 1),
        (sign_and_mean_repaired, 0.03, "converged", 0.005, 0.035),  # chaotic: rounding decides
        (gradient, 0.01, "converged", 0.515, 0.525),
        (gradient, 0.01, "dead", 0.465, 0.475),
        (gradient, 0.02, "converged", 0.435, 0.445),
        (gradient, 0.02, "dead", 0.555, 0.565),
        (gradient, 0.03, "converged", 0, 0),
        (gradient, 0.03, "dead", 0.92, 0.94),
    ],
)
def test_E12_shares_of_starts_after_each_repair(repair, learning_rate, outcome, least, most):
    end = descend(STARTS, learning_rate, 2000, repair).parameters
    assert least <= share(end, outcome) <= most


def test_E12_with_the_correct_gradient_a_small_rate_kills_none_and_a_larger_one_some():
    dead = is_dead(STARTS)
    for learning_rate, more in ((0.01, False), (0.02, True), (0.03, True)):
        end = is_dead(descend(STARTS, learning_rate, 2000).parameters)
        assert end[dead].all()
        assert (end.sum() > dead.sum()) == more


# E13: not a linear regression


def test_E13_the_loss_has_a_local_minimum_that_is_not_the_solution():
    at = np.array([-1.0, 3.0])  # through the first point, off at the others
    np.testing.assert_allclose(gradient(at), 0)
    assert loss(at) == pytest.approx(10.8)
    around = at + 1e-3 * np.random.default_rng(0).normal(size=(1000, 2))
    assert loss(around).min() >= 10.8 - 1e-12
    assert loss(np.array([0.5, 0.0])) == 0
    assert outcomes(at) == "elsewhere"


@pytest.mark.parametrize(
    ("parameters", "expected"), [([-0.7, 2.4], 10.8), ([-2.0, 5.0], 10.8), ([3.0, -25.0], 6.0)]
)
def test_E13_false_minima_lie_on_two_rays(parameters, expected):
    at = np.array(parameters)
    np.testing.assert_allclose(gradient(at), 0, atol=1e-12)
    around = at + 1e-3 * np.random.default_rng(0).normal(size=(1000, 2))
    assert loss(around).min() >= expected - 1e-12
    assert loss(at) == pytest.approx(expected)


def test_E13_the_loss_is_not_convex_but_without_activation_it_is():
    solution, dead = np.array([0.5, 0.0]), np.array([-0.5, 0.0])
    way = solution + np.linspace(0, 1, 11)[:, None] * (dead - solution)
    assert np.diff(loss(way), 2).min() < -0.1
    np.testing.assert_allclose(np.diff(loss(way, negative_slope=1.0), 2), 0.88, rtol=1e-9)


# E14: dead at the start


def test_E14_the_dead_share_of_normal_starts_is_44_percent():
    theta = np.arccos(np.dot([2, 1], [10, 1]) / np.sqrt(5 * 101))
    assert dead_share() == pytest.approx((np.pi - theta) / (2 * np.pi))
    assert dead_share() == pytest.approx(0.442, abs=5e-4)
    assert dead_share() * 360 == pytest.approx(159.15, abs=5e-3)  # degrees of the wedge


@pytest.mark.parametrize(
    "x", [example.X, example.X / 10, example.X - 6, np.array([3.0]), np.array([-7.0, -1.0, 4.0])]
)
def test_E14_monte_carlo_equals_the_dead_share(x):
    draws = np.random.default_rng(0).normal(size=(200_000, 2))
    assert is_dead(draws, x).mean() == pytest.approx(dead_share(x), abs=4 * 0.5 / 200_000**0.5)


def test_E14_other_ways_to_start_die_as_often():
    rng = np.random.default_rng(0)
    uniform = rng.uniform(-1, 1, (200_000, 2))
    assert is_dead(uniform).mean() == pytest.approx(0.45, abs=0.005)
    assert is_dead(rng.normal(size=(200_000, 1)) * [1, 0]).mean() == pytest.approx(0.5, abs=0.005)


def test_E14_a_positive_weight_needs_a_bias_that_is_not_far_below_0():
    w, b = np.random.default_rng(0).normal(size=(2, 200_000))
    dead = is_dead(np.stack([np.abs(w), b], axis=1)).mean()
    expected = np.arctan(0.1) / np.pi
    assert dead == pytest.approx(expected, abs=4 * np.sqrt(expected / 200_000))
    assert not is_dead(np.stack([np.abs(w), 0 * b], axis=1)).any()


def test_E14_a_dead_unit_never_moves_under_the_correct_gradient():
    dead = STARTS[is_dead(STARTS)]
    assert len(dead) > 100
    np.testing.assert_array_equal(gradient(dead), 0)
    np.testing.assert_array_equal(descend(dead, 0.01, 10).parameters, dead)


def test_E14_positive_weights_leaky_relu_or_no_activation_save_the_unit():
    def leaky(parameters, x, y):
        return gradient(parameters, x, y, negative_slope=0.1)

    def no_activation(parameters, x, y):
        return gradient(parameters, x, y, negative_slope=1.0)

    starts = STARTS[:100]
    assert is_dead(starts).any()
    positive = np.abs(starts)
    assert not is_dead(positive).any()
    assert share(descend(positive, 0.01, 3000).parameters, "converged") == 1
    assert share(descend(starts, 0.01, 4000, leaky).parameters, "converged") == 1
    assert share(descend(starts, 0.01, 3000, no_activation).parameters, "converged") == 1


# E15: batch gradient descent


def test_E15_the_printed_sums_take_all_samples_and_a_stochastic_step_takes_one():
    each = [gradient(STARTS, example.X[[i]], example.Y[[i]]) for i in range(5)]
    np.testing.assert_allclose(np.mean(each, axis=0), gradient(STARTS), atol=1e-12)
    printed = [printed_gradient(STARTS, example.X[[i]], example.Y[[i]]) for i in range(5)]
    np.testing.assert_allclose(np.sum(printed, axis=0), printed_gradient(STARTS), atol=1e-12)
    step = descend([0.3, 0.2], 0.01, 1, rng=np.random.default_rng(0)).parameters
    drawn = np.random.default_rng(0).integers(5)
    point = gradient(np.array([0.3, 0.2]), example.X[[drawn]], example.Y[[drawn]])
    np.testing.assert_allclose(step, [0.3, 0.2] - 0.01 * point)
    assert not np.allclose(step, descend([0.3, 0.2], 0.01, 1).parameters)


@given(st.floats(-3, 3), st.floats(-3, 3), st.integers(0, 4), st.floats(1e-3, 1))
def test_E15_a_step_with_one_point_never_leads_away_below_its_bound(w, b, i, part):
    start, solution = np.array([w, b]), np.array([0.5, 0.0])
    point = example.X[[i]], example.Y[[i]]
    learning_rate = part / (float(point[0][0]) ** 2 + 1)
    end = start - learning_rate * gradient(start, *point)
    away, before = np.linalg.norm(end - solution), np.linalg.norm(start - solution)
    assert away <= before * (1 + 1e-12)


def test_E15_stochastic_gradient_descent_converges_too():
    end = descend([0.1, 0.1], 0.005, 5000, rng=np.random.default_rng(0)).parameters
    np.testing.assert_allclose(end, [0.5, 0.0], atol=1e-3)


# E16: the learning rate


def test_E16_the_hessian_and_its_bound():
    H = hessian()
    np.testing.assert_allclose(H, [[88, 12], [12, 2]])
    np.testing.assert_allclose(np.linalg.eigvalsh(H), [0.357, 89.643], atol=5e-4)
    assert condition_number() == pytest.approx(251, abs=0.5)
    assert learning_rate_bound() == pytest.approx(0.02231, abs=5e-6)
    assert learning_rate_bound() / 5 == pytest.approx(0.00446, abs=5e-6)  # for the sum


def test_E16_the_hessian_is_the_derivative_of_the_gradient():
    at, h = np.array([0.7, 0.4]), 1e-4
    columns = [(gradient(at + h * e) - gradient(at - h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(np.transpose(columns), hessian(), rtol=1e-9)


@pytest.mark.parametrize(
    ("learning_rate", "steps"),
    [(0.001, 11_683), (0.005, 2_335), (0.01, 1_167), (0.02, 583), (0.0223, 8_168), (0.0224, None)],
)
def test_E16_steps_until_the_loss_is_below_a_millionth(learning_rate, steps):
    path = descend([0.1, 0.1], learning_rate, steps or 12_000, keep_path=True).path
    below = loss(path) < 1e-6
    assert (int(below.argmax()) if below.any() else None) == steps


@pytest.mark.parametrize(
    ("repair", "bound"),
    [(gradient, learning_rate_bound()), (sign_repaired, learning_rate_bound() / 5)],
)
def test_E16_the_bound_parts_convergence_from_divergence(repair, bound):
    start = np.array([0.51, 0.05])  # near enough that every unit stays on for 20 steps
    below, above = (
        descend(start, factor * bound, 20, repair, keep_path=True).path for factor in (0.99, 1.01)
    )
    steepest = np.linalg.eigh(hessian())[1][:, 1]
    for path, grows in ((below, False), (above, True)):
        assert (outputs(path) > 0).all()
        distances = np.abs((path - [0.5, 0]) @ steepest)
        assert np.all(np.diff(distances) > 0) == grows
        assert np.all(np.diff(distances) < 0) != grows


def test_E16_the_usual_rate_is_too_large_for_the_sum_even_with_the_right_sign():
    assert learning_rate_bound() / 5 < 0.01 < learning_rate_bound()
    assert outcomes(descend([0.1, 0.1], 0.01, 2000, sign_repaired).parameters) != "converged"
    assert outcomes(descend([0.1, 0.1], 0.01, 2000).parameters) == "converged"


def test_E16_scaling_x_lowers_the_condition_number():
    halved = example.X / example.X.max()
    standardised = (example.X - example.X.mean()) / example.X.std()
    assert condition_number(halved) < condition_number() / 10
    assert condition_number(standardised) == pytest.approx(1)
    assert learning_rate_bound(standardised) == pytest.approx(1)
    assert learning_rate_bound(halved) > 10 * learning_rate_bound()


def test_E16_one_step_solves_the_standardised_regression():
    def no_activation(parameters, x, y):
        return gradient(parameters, x, y, negative_slope=1.0)

    x = (example.X - example.X.mean()) / example.X.std()
    rate = learning_rate_bound(x) / 2
    end = descend(STARTS, rate, 1, no_activation, x=x).parameters
    np.testing.assert_allclose(loss(end, x, negative_slope=1.0), 0, atol=1e-24)


# Bad input


def test_outcomes_has_a_name_for_every_end():
    ends = np.array([[0.5, 0.0], [-1, -1], [np.inf, 0], [np.nan, np.nan], [1e4, 0], [0.1, 0.1]])
    assert outcomes(ends).tolist() == [
        "converged",
        "dead",
        "exploded",
        "exploded",
        "exploded",
        "elsewhere",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": [1.0, 2.0, 3.0]}, r"start must be finite and have shape \(\.\.\., 2\), got \[1"),
        ({"start": 1.0}, r"start must be finite and have shape \(\.\.\., 2\)"),
        ({"start": [np.nan, 0.0]}, "start must be finite"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0 and finite, got 0.0"),
        ({"learning_rate": np.nan}, "learning_rate must be above 0"),
        ({"steps": -1}, "steps must be at least 0, got -1"),
    ],
)
def test_descend_refuses_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        descend(**{"start": [0.1, 0.1], "learning_rate": 0.01, "steps": 1, **arguments})
