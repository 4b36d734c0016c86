import numpy as np
import pytest
from scipy import optimize

from companion.nn.activations import softmax
from companion.nn.checking import grad_check, numerical_gradient
from companion.nn.functions import exp, sigmoid
from companion.nn.tensor import Tensor, record


def wrong_square(x):
    return record("wrong", x.value**2, (x, lambda g: g * x * 2.01))


def test_numerical_gradients_equal_the_analytic_ones():
    x, y = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([2.0, -1.0])
    of_x, of_y = numerical_gradient(lambda a, b: (a * a * b).sum(), x, y)
    np.testing.assert_allclose(of_x, 2 * x * y, rtol=1e-8)
    np.testing.assert_allclose(of_y, (x * x).sum(0), rtol=1e-8)


def test_the_elements_of_a_result_are_summed():
    (gradient,) = numerical_gradient(lambda x: x * x, [1.0, 2.0])
    np.testing.assert_allclose(gradient, [2, 4], rtol=1e-8)


def test_the_step_can_be_chosen():
    (gradient,) = numerical_gradient(lambda x: x**3, 1.0, step=0.1)
    assert gradient == pytest.approx(3 + 0.1**2)  # the error of truncation, h²


@pytest.mark.parametrize("step", [0.0, -1e-3, float("nan")])
def test_a_step_must_be_positive(step):
    with pytest.raises(ValueError, match=f"step must be above 0, got {step}"):
        numerical_gradient(lambda x: x * x, 1.0, step=step)


def test_the_default_step_grows_with_the_argument():
    (gradient,) = numerical_gradient(lambda x: x * x, 1e8)
    assert gradient == pytest.approx(2e8, rel=1e-8)


def test_scipy_finds_the_same_errors():
    weights = np.random.default_rng(0).normal(size=(4, 3))

    def value(flat):
        return float((sigmoid(Tensor(flat) @ weights) ** 2).sum().item())

    def gradient(flat):
        x = Tensor(flat, requires_grad=True)
        (sigmoid(x @ weights) ** 2).sum().backward()
        return x.grad

    start = np.array([0.1, -0.4, 0.7, 2.0])
    assert optimize.check_grad(value, gradient, start) < 1e-6
    assert grad_check(lambda x: (sigmoid(x @ weights) ** 2).sum(), start) < 1e-8


def test_inputs_may_be_tensors_lists_numbers_or_float32_and_stay_as_they_are():
    x = Tensor(np.array([1, 2], np.float32), requires_grad=True)
    worst = grad_check(lambda a, b, c: a * b * c, x, [3, 4], 5)
    assert 0 <= worst < 1e-6
    assert x.grad is None
    assert x.value.tolist() == [1, 2]


def test_inputs_without_elements_pass():
    assert grad_check(lambda x: x * 2.0, np.zeros((0, 3))) == 0


def test_an_input_that_does_not_matter_has_the_gradient_0():
    assert grad_check(lambda x, y: x * 1.0, 1.0, 2.0) < 1e-9


def test_a_wrong_gradient_is_found_and_named():
    with pytest.raises(AssertionError) as raised:
        grad_check(lambda x, y: y * 1.0 + wrong_square(x), [0.0, 3.0], 2.0)
    message = str(raised.value)
    assert message.startswith("input 0, element (1,): the gradient is 3.25")  # 6.03 cos 1
    assert "finite differences give 3.24" in message


def test_tolerances_decide():
    assert grad_check(wrong_square, 3.0, rtol=0.01) == pytest.approx(0.03, rel=1e-4)
    assert grad_check(wrong_square, 3.0, atol=0.04) == pytest.approx(0.03, rel=1e-4)


def test_errors_that_cancel_in_the_sum_are_found():
    def constant_sum(x):  # a softmax that forgot its gradient: the plain sum has the gradient 0
        return record("softmax", softmax(x).value, (x, lambda g: g * 0.0))

    with pytest.raises(AssertionError, match=r"input 0, element \(0,\): the gradient is 0"):
        grad_check(constant_sum, [0.1, 0.2, 0.4])
    assert grad_check(softmax, [0.1, 0.2, 0.4]) < 1e-9


def test_gradients_that_are_no_numbers_are_errors():
    with pytest.raises(AssertionError, match="the gradient is nan"):
        grad_check(lambda x: record("nan", x.value, (x, lambda g: g * np.nan)), 1.0)


def test_a_function_without_gradient_is_refused():
    with pytest.raises(ValueError, match="nothing that this tensor was computed from"):
        grad_check(lambda x: exp(x.detach()), 1.0)
