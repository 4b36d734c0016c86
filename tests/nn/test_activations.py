import numpy as np
import pytest
from scipy import special

from companion.nn import activations
from companion.nn.activations import (
    NAMED,
    elu,
    gelu,
    leaky_relu,
    linear,
    log_softmax,
    logit,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from companion.nn.checking import grad_check
from companion.nn.tensor import Tensor, gradients

torch = pytest.importorskip("torch")
F = torch.nn.functional

TORCH = {
    elu: F.elu,
    gelu: lambda x: F.gelu(x, approximate="tanh"),
    leaky_relu: F.leaky_relu,
    linear: lambda x: x * 1,
    log_softmax: lambda x: F.log_softmax(x, -1),
    relu: F.relu,
    sigmoid: torch.sigmoid,
    silu: F.silu,
    softmax: lambda x: F.softmax(x, -1),
    softplus: lambda x: torch.logaddexp(x, x * 0),  # F.softplus is the identity above 20
    tanh: torch.tanh,
}
EXTREMES = [-1e4, -800, -100, -20, -1, -1e-30, 0, 1e-30, 1, 20, 100, 800, 1e4]
named = pytest.mark.parametrize("function", TORCH, ids=lambda f: f.__name__)
types = pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 2e-6), (np.float64, 1e-12)])


def both(function, values):
    x = Tensor(values, requires_grad=True)
    twin = torch.tensor(values, requires_grad=True)
    return x, function(x), twin, TORCH[function](twin)


@named
@types
@pytest.mark.parametrize("shape", [(3, 4), (0, 4), (2, 3, 1), (5,)], ids=str)
def test_values_and_gradients_equal_torch(function, shape, dtype, rtol):
    rng = np.random.default_rng(0)
    x, y, twin, expected = both(function, rng.normal(0, 3, shape).astype(dtype))
    weights = rng.normal(size=shape).astype(dtype)
    y.backward(weights)
    expected.backward(torch.tensor(weights))
    assert y.dtype == x.grad.dtype == dtype
    np.testing.assert_allclose(y.value, expected.detach().numpy(), rtol, rtol)
    np.testing.assert_allclose(x.grad, twin.grad.numpy(), rtol, rtol)


@named
@types
def test_extreme_arguments_equal_torch_without_warnings(function, dtype, rtol):
    values = np.array(EXTREMES, dtype).reshape(-1, 1)
    if function in (softmax, log_softmax):
        values = np.array([EXTREMES, EXTREMES[::-1], [1e4] * 13, [-1e4] * 12 + [1e4]], dtype)
    x, y, twin, expected = both(function, values)
    y.backward(np.ones_like(values))
    expected.backward(torch.ones_like(twin))
    assert y.dtype == dtype
    assert np.isfinite(y.value).all()
    np.testing.assert_allclose(y.value, expected.detach().numpy(), rtol, 1e-7)
    np.testing.assert_allclose(x.grad, twin.grad.numpy(), 1e-5, 1e-6)


@named
def test_second_derivatives_equal_torch(function):
    x, y, twin, expected = both(function, np.random.default_rng(1).normal(size=(3, 4)))
    (first,) = gradients((y**3).sum(), [x], create_graph=True)
    (first2,) = torch.autograd.grad((expected**3).sum(), twin, create_graph=True)
    (first * first).sum().backward()
    (first2 * first2).sum().backward()
    np.testing.assert_allclose(x.grad, twin.grad.numpy(), 1e-9, 1e-12)


@named
def test_gradients_equal_finite_differences(function):
    assert grad_check(function, np.random.default_rng(2).normal(size=(3, 4))) < 1e-6


def test_every_name_stands_for_its_function():
    assert set(NAMED.values()) == set(TORCH)
    assert all(function.__name__ == name for name, function in NAMED.items())
    assert set(activations.__all__) == {"NAMED", "Activation", "logit", *NAMED}


@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_settings_of_leaky_relu_and_elu_equal_torch(slope):
    x = np.linspace(-3, 3, 13)
    twin = torch.tensor(x)
    np.testing.assert_allclose(leaky_relu(x, slope).value, F.leaky_relu(twin, slope).numpy())
    np.testing.assert_allclose(elu(x, slope + 1).value, F.elu(twin, slope + 1).numpy())


# Sigmoid and tanh (NN11, NN13)


@types
def test_sigmoid_and_logit_equal_scipy_and_invert_each_other(dtype, rtol):
    x = np.linspace(-15, 15, 101).astype(dtype)
    p = np.linspace(0.001, 0.999, 101).astype(dtype)
    np.testing.assert_allclose(sigmoid(x).value, special.expit(x), rtol)
    np.testing.assert_allclose(logit(p).value, special.logit(p), 10 * rtol, rtol)
    np.testing.assert_allclose(sigmoid(logit(p)).value, p, 10 * rtol)
    assert logit(Tensor(p)).dtype == dtype


def test_logit_is_infinite_at_the_ends_and_has_the_right_gradient():
    assert logit([0.0, 1.0]).value.tolist() == [-np.inf, np.inf]
    grad_check(logit, [0.1, 0.5, 0.9])


@pytest.mark.parametrize("x", [800.0, np.float32(100)], ids=["float64", "float32"])
def test_E75_the_printed_tanh_overflows_and_ours_does_not(x):
    with np.errstate(over="ignore", invalid="ignore"):
        printed = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    assert np.isnan(printed)
    assert tanh(x).item() == 1
    assert tanh(-x).item() == -1


def test_E75_the_printed_sigmoid_overflows_and_ours_does_not():
    x = np.float32(-100)
    with pytest.warns(RuntimeWarning, match="overflow"):
        printed = 1 / (1 + np.exp(-x))
    assert printed == 0
    assert sigmoid(x).item() == pytest.approx(3.8e-44, rel=0.02)  # a denormal number
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(np.exp(-x) / (1 + np.exp(-x)))


def test_E75_the_printed_softmax_overflows_and_ours_does_not():
    x = np.array([100, 0], np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(np.exp(x) / np.exp(x).sum())[0]
    assert softmax(x).value.tolist() == [1, np.exp(np.float32(-100))]


def test_E34_tanh_is_a_stretched_sigmoid():
    x = np.linspace(-20, 20, 10_001)
    assert np.abs(tanh(x).value - (2 * sigmoid(2 * x).value - 1)).max() < 4e-16


def test_E34_the_slopes_of_tanh_and_sigmoid_match_too():
    x = Tensor(np.linspace(-20, 20, 1001), requires_grad=True)
    (of_tanh,) = gradients(tanh(x).sum(), [x])
    (of_sigmoid,) = gradients((sigmoid(x * 2.0) * 2.0).sum(), [x])
    np.testing.assert_allclose(of_tanh.value, of_sigmoid.value, atol=1e-15)


@pytest.mark.parametrize(("function", "bound"), [(sigmoid, 0.25), (tanh, 1), (relu, 1)])
def test_E36_saturating_activations_cannot_amplify(function, bound):
    x = Tensor(np.linspace(-30, 30, 6001), requires_grad=True)
    (slope,) = gradients(function(x).sum(), [x])
    assert slope.value.max() == pytest.approx(bound, abs=1e-12)
    assert slope.value.min() >= 0


def test_E36_the_slope_of_the_sigmoid_is_a_quarter_at_0_only():
    x = Tensor([-1.0, 0.0, 1.0], requires_grad=True)
    sigmoid(x).sum().backward()
    assert x.grad[1] == 0.25
    assert x.grad[0] == pytest.approx(x.grad[2])
    assert x.grad[0] < 0.2


# ReLU and its kin


def test_a_dead_relu_has_no_gradient_and_a_leaky_one_has():
    x = Tensor([-2.0, 0.0, 3.0], requires_grad=True)
    relu(x).sum().backward()
    assert x.grad.tolist() == [0, 0, 1]
    x.grad = None
    leaky_relu(x).sum().backward()
    assert x.grad.tolist() == [0.01, 0.01, 1]


@types
def test_softplus_keeps_its_digits_where_it_is_small(dtype, rtol):
    x = np.array([-80, -40, -20, -1], dtype)
    np.testing.assert_allclose(softplus(x).value, np.log1p(np.exp(x.astype(np.float64))), rtol)


def test_gelu_is_within_its_bound_of_the_exact_one():
    x = np.linspace(-8, 8, 2001)
    exact = x * special.ndtr(x)
    assert 1e-4 < np.abs(gelu(x).value - exact).max() < 5e-4


# Softmax (NN14)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_and_its_logarithm_equal_scipy_along_any_axis(axis):
    x = np.random.default_rng(0).normal(0, 50, (4, 5))
    np.testing.assert_allclose(softmax(x, axis).value, special.softmax(x, axis), 1e-12)
    np.testing.assert_allclose(log_softmax(x, axis).value, special.log_softmax(x, axis), 1e-12)
    np.testing.assert_allclose(softmax(x, axis).value.sum(axis), 1)


def test_the_jacobian_of_softmax_is_diag_p_minus_p_p_transposed():
    x = Tensor(np.random.default_rng(0).normal(size=5), requires_grad=True)
    p = softmax(x)
    rows = [gradients(p, [x], row)[0].value for row in np.eye(5)]
    expected = np.diag(p.value) - np.outer(p.value, p.value)
    np.testing.assert_allclose(np.array(rows), expected, atol=1e-15)


def test_softmax_does_not_change_when_a_number_is_added():
    x = np.array([[1.0, 2.0, 3.0]])
    np.testing.assert_allclose(softmax(x + 1e6).value, softmax(x).value, 1e-9)


def test_softmax_of_minus_infinity_is_0_with_a_finite_gradient():
    x = Tensor([-np.inf, 0.0, 1.0], requires_grad=True)
    p = softmax(x)
    p.backward([1.0, 2.0, 3.0])
    assert p.value[0] == 0
    assert x.grad[0] == 0
    assert np.isfinite(x.grad).all()


def test_an_axis_without_classes_is_refused():
    with pytest.raises(ValueError, match="zero-size"):
        softmax(np.ones((3, 0)))
