import math

import numpy as np
import pytest

from companion.nn import SGD, Adam, Tensor
from companion.nn.descent import (
    condition_number,
    gradient_descent,
    optimizer_path,
    stable_learning_rate,
)


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


@pytest.mark.parametrize(
    "hessian",
    [
        *(np.zeros((2, 3)), np.array([[1.0, 2.0], [0.0, 1.0]]), np.ones(3), np.float64(1.0)),
        *(np.zeros((0, 0)), np.ones((2, 3, 2)), np.full((2, 2), np.nan)),
    ],
    ids=lambda hessian: str(np.shape(hessian)),
)
def test_what_is_no_hessian_is_refused(hessian):
    with pytest.raises(ValueError, match="hessian must be a symmetric matrix"):
        stable_learning_rate(hessian)


def test_descent_of_no_steps_stays_and_negative_settings_are_refused():
    assert gradient_descent(lambda x: x * x, 3.0, 0.1, 0).tolist() == [3.0]
    with pytest.raises(ValueError, match="steps must be at least 0, got -1"):
        gradient_descent(lambda x: x * x, 3.0, 0.1, -1)
    with pytest.raises(ValueError, match="learning_rate must be at least 0"):
        gradient_descent(lambda x: x * x, 3.0, -0.1, 1)


def test_adam_divides_by_each_coordinate_and_so_depends_on_the_axes_where_descent_does_not():
    scales, turn = np.diag([1.0, 50.0]), np.array([[1.0, -1.0], [1.0, 1.0]]) / np.sqrt(2)
    ends = {}
    for name, make in {"descent": lambda: SGD(0.03), "adam": lambda: Adam(0.1)}.items():
        for axes in (np.eye(2), turn):
            hessian = axes @ scales @ axes.T
            start = axes @ [1.0, 1.0]
            path = optimizer_path(lambda x, h=hessian: (x * (x @ h)).sum() * 0.5, start, make(), 20)
            ends.setdefault(name, []).append(path[-1] @ axes)  # back in the axes of the ellipse
    assert np.allclose(*ends["descent"], atol=1e-12)
    assert np.abs(ends["adam"][0] - ends["adam"][1]).max() > 0.05


def test_the_start_is_copied_and_taken_as_float64():
    start = Tensor(np.ones(2, np.float32))
    path = optimizer_path(lambda x: (x * x).sum(), start, SGD(0.1), 1)
    assert path.dtype == np.float64
    assert start.value.tolist() == [1, 1]


def quadratic(x):
    return (x * (x @ np.array([[88.0, 12.0], [12.0, 2.0]]))).sum() * 0.5


def test_the_path_of_plain_sgd_is_gradient_descent():
    path = optimizer_path(quadratic, [0.3, 0.2], SGD(0.02), 20)
    assert np.allclose(path, gradient_descent(quadratic, [0.3, 0.2], 0.02, 20), atol=1e-15)


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_path_with_momentum_equals_torch(nesterov):
    torch = pytest.importorskip("torch")
    settings = {"momentum": 0.8, "nesterov": nesterov}
    x = torch.tensor([0.3, 0.2], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([x], 0.02, **settings)
    hessian = torch.tensor([[88.0, 12.0], [12.0, 2.0]], dtype=torch.float64)
    path = [x.tolist()]
    for _ in range(30):
        optimizer.zero_grad()
        (0.5 * x @ hessian @ x).backward()
        optimizer.step()
        path.append(x.tolist())
    ours = optimizer_path(quadratic, [0.3, 0.2], SGD(0.02, **settings), 30)
    assert np.allclose(ours, path, atol=1e-13)


def test_a_path_needs_a_number_of_steps():
    assert optimizer_path(quadratic, [1.0, 0.0], SGD(0.1), 0).tolist() == [[1.0, 0.0]]
    with pytest.raises(ValueError, match="steps must be at least 0, got -1"):
        optimizer_path(quadratic, [1.0, 0.0], SGD(0.1), -1)


def test_the_best_momentum_needs_as_many_steps_as_the_root_of_the_condition_number():
    # Polyak 1964: rate (2 / (√L + √m))², momentum ((√κ − 1) / (√κ + 1))²; without momentum the
    # best rate 2 / (L + m) shrinks the error by (κ − 1) / (κ + 1) a step.
    least, most = np.linalg.eigvalsh(np.array([[88.0, 12.0], [12.0, 2.0]]))
    kappa = most / least
    heavy = SGD((2 / (most**0.5 + least**0.5)) ** 2, ((kappa**0.5 - 1) / (kappa**0.5 + 1)) ** 2)
    start = np.linalg.eigh(np.array([[88.0, 12.0], [12.0, 2.0]]))[1][:, 0]

    def steps(optimizer):
        sizes = np.linalg.norm(optimizer_path(quadratic, start, optimizer, 3000), axis=1)
        return np.flatnonzero(sizes > 1e-6)[-1]

    plain, ball = steps(SGD(2 / (most + least))), steps(heavy)
    assert plain == pytest.approx(np.log(1e-6) / np.log((kappa - 1) / (kappa + 1)), rel=0.01)
    assert 4 < plain / ball < 2 * kappa**0.5
