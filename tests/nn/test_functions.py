import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.nn import functions
from companion.nn.checking import grad_check
from companion.nn.functions import (
    absolute,
    amax,
    concatenate,
    exp,
    log,
    maximum,
    pad,
    relu,
    sigmoid,
    sqrt,
    stack,
    tanh,
    where,
)
from companion.nn.tensor import Tensor, gradients

torch = pytest.importorskip("torch")

SHAPES = [(3, 4), (), (0, 3), (1,)]


def arrays(*shapes, dtype=np.float64, seed=0, low=-2.0):
    rng = np.random.default_rng(seed)
    return [rng.uniform(low, 2.0, shape).astype(dtype) for shape in shapes]


def assert_equals_torch(ours, theirs, values, rtol=1e-12):
    tensors = [Tensor(v, requires_grad=True) for v in values]
    twins = [torch.tensor(v, requires_grad=True) for v in values]
    result, expected = ours(*tensors), theirs(*twins)
    assert result.shape == tuple(expected.shape)
    assert result.dtype == values[0].dtype
    np.testing.assert_allclose(result.value, expected.detach().numpy(), rtol, rtol)
    (weights,) = arrays(result.shape, dtype=result.dtype, seed=1)
    result.backward(weights)
    expected.backward(torch.tensor(weights))
    for tensor, twin in zip(tensors, twins, strict=True):
        assert tensor.grad.dtype == tensor.dtype
        np.testing.assert_allclose(tensor.grad, twin.grad.numpy(), rtol, rtol)


ELEMENTWISE = [exp, log, sqrt, tanh, sigmoid, absolute, relu]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda f: f.__name__)
def test_elementwise_functions_equal_torch(function, shape, dtype):
    low = 0.1 if function in (log, sqrt) else -2.0
    name = {"absolute": "abs"}.get(function.__name__, function.__name__)
    rtol = 1e-12 if dtype is np.float64 else 1e-5
    assert_equals_torch(function, getattr(torch, name), arrays(shape, dtype=dtype, low=low), rtol)


@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda f: f.__name__)
def test_second_derivatives_of_elementwise_functions_equal_torch(function):
    (value,) = arrays((3, 4), low=0.1)
    x, twin = Tensor(value, requires_grad=True), torch.tensor(value, requires_grad=True)
    name = {"absolute": "abs"}.get(function.__name__, function.__name__)
    (first,) = gradients((function(x) ** 2).sum(), [x], create_graph=True)
    (expected,) = torch.autograd.grad(
        (getattr(torch, name)(twin) ** 2).sum(), twin, create_graph=True
    )
    (first**2).sum().backward()
    (expected**2).sum().backward()
    np.testing.assert_allclose(x.grad, twin.grad.numpy(), 1e-10, 1e-13)


@pytest.mark.parametrize("function", [exp, sqrt, tanh, sigmoid], ids=lambda f: f.__name__)
def test_functions_whose_gradient_uses_the_result_do_not_hold_themselves(function):
    gc.disable()
    try:
        y = function(Tensor([1.0], requires_grad=True) * 2.0)
        kept = weakref.ref(y)
        del y
        assert kept() is None
    finally:
        gc.enable()


def test_functions_take_plain_numbers_and_lists():
    assert exp(0.0).item() == sigmoid([0.0]).item() * 2 == 1
    assert not exp(0.0).requires_grad


def test_the_logarithm_of_0_is_minus_infinity_without_a_warning():
    assert log(Tensor([0.0, 1.0])).value.tolist() == [-np.inf, 0]


def test_subgradients_at_0_are_0():
    x = Tensor([-0.0, 0.0], requires_grad=True)
    (relu(x) + absolute(x)).sum().backward()
    assert x.grad.tolist() == [0, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", [tanh, sigmoid, relu, absolute], ids=lambda f: f.__name__)
def test_extreme_arguments_give_finite_results_and_no_warnings(function, dtype):
    values = np.array([-1e4, -800, -100, -1e-30, 0, 1e-30, 100, 800, 1e4], dtype)
    name = {"absolute": "abs"}.get(function.__name__, function.__name__)
    assert_equals_torch(
        function, getattr(torch, name), [values], 1e-12 if dtype is np.float64 else 1e-5
    )


def test_the_sigmoid_is_defined_at_infinity():
    assert sigmoid(Tensor([-np.inf, np.inf])).value.tolist() == [0, 1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "shapes", [((3, 4), (3, 4)), ((3, 1), (4,)), ((), (2,)), ((), ()), ((0, 3), (1, 3))], ids=str
)
def test_maximum_and_where_equal_torch(shapes, dtype):
    values = arrays(*shapes, dtype=dtype)
    assert_equals_torch(maximum, torch.maximum, values)
    condition = np.random.default_rng(3).random(np.broadcast_shapes(*shapes)) < 0.5
    assert_equals_torch(
        lambda a, b: where(condition, a, b),
        lambda a, b: torch.where(torch.tensor(condition), a, b),
        values,
    )


def test_equal_elements_share_the_gradient_of_maximum():
    values = [np.array([1.0, 2.0, 3.0]), np.array([1.0, 5.0, 3.0])]
    assert_equals_torch(maximum, torch.maximum, values)
    x = Tensor(values[0], requires_grad=True)
    maximum(x, x).sum().backward()
    assert x.grad.tolist() == [1, 1, 1]


def test_where_keeps_infinities_of_the_other_branch_out():
    x = Tensor([0.0, 4.0], requires_grad=True)
    y = where(x.value > 0, log(where(x.value > 0, x, 1.0)), -np.inf)
    y.backward([1.0, 1.0])
    assert y.value.tolist() == [-np.inf, np.log(4.0)]
    assert x.grad.tolist() == [0, 0.25]


@pytest.mark.parametrize("name", ["maximum", "where"])
def test_python_numbers_take_the_type_of_the_other_argument(name):
    x = Tensor(np.array([-1, 1], np.float32), requires_grad=True)
    choose = maximum if name == "maximum" else lambda a, b: where(np.array([True, False]), a, b)
    for result in (choose(x, 0.0), choose(0.0, x)):
        assert result.dtype == np.float32
        result.sum().backward()
    assert x.grad.dtype == np.float32


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(
    ("shape", "axis"),
    [((3, 4), 0), ((3, 4), -1), ((2, 3, 4), (0, 2)), ((2, 3), (-1,)), ((1,), 0), ((0, 3), 1)],
    ids=str,
)
def test_amax_equals_torch(shape, axis, keepdims):
    assert_equals_torch(
        lambda x: amax(x, axis, keepdims), lambda x: torch.amax(x, axis, keepdims), arrays(shape)
    )


def test_equal_largest_elements_share_the_gradient():
    values = np.array([[1, 3, 3], [2, 2, 2], [-np.inf, 0, 0]], np.float32)
    assert_equals_torch(lambda x: amax(x, 1), lambda x: torch.amax(x, 1), [values])
    assert_equals_torch(lambda x: amax(x), lambda x: torch.amax(x), [values[:2]])


@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_concatenate_and_stack_equal_torch(axis):
    values = arrays((2, 3), (2, 3), (2, 3))
    for ours, theirs in [(concatenate, torch.cat), (stack, torch.stack)]:
        assert_equals_torch(lambda *x, f=ours: f(x, axis), lambda *x, f=theirs: f(x, axis), values)


@pytest.mark.parametrize("shapes", [((2, 1), (2, 4)), ((2, 0), (2, 3)), ((2, 3),)], ids=str)
def test_pieces_of_different_length_are_joined_as_in_torch(shapes):
    assert_equals_torch(lambda *x: concatenate(x, -1), lambda *x: torch.cat(x, -1), arrays(*shapes))


def test_stack_makes_vectors_of_numbers():
    values = arrays((), ())
    assert_equals_torch(lambda *x: stack(x), lambda *x: torch.stack(x), values)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="must match exactly"):
        concatenate([Tensor(np.ones((2, 3))), Tensor(np.ones((3, 4)))])
    with pytest.raises(ValueError, match="could not be broadcast"):
        maximum(Tensor(np.ones(2)), Tensor(np.ones(3)))
    with pytest.raises(ValueError, match="zip"):
        pad(Tensor(np.ones((2, 3))), [(1, 1)])


@pytest.mark.parametrize("value", [0.0, -1.5])
@pytest.mark.parametrize("widths", [[(0, 0), (1, 2)], [(3, 0), (0, 1)]], ids=str)
def test_pad_equals_torch(widths, value):
    flat = [n for pair in reversed(widths) for n in pair]
    assert_equals_torch(
        lambda x: pad(x, widths, value),
        lambda x: torch.nn.functional.pad(x, flat, value=value),
        arrays((2, 3), dtype=np.float32),
    )


def test_a_border_may_be_infinite():
    assert pad(Tensor([1.0]), [(1, 0)], -np.inf).value.tolist() == [-np.inf, 1]


@given(
    st.sampled_from([f for f in ELEMENTWISE if f not in (log, sqrt)]),
    st.lists(st.floats(-5, 5), min_size=1, max_size=5),
)
def test_gradients_equal_finite_differences(function, numbers):
    away = [x for x in numbers if abs(x) > 1e-3]  # from the kinks
    grad_check(function, away, rtol=1e-4, atol=1e-6)


def test_joining_and_choosing_can_be_differentiated_twice():
    (value,) = arrays((2, 3))

    def penalty(x):
        y = concatenate([pad(x, [(1, 0), (0, 1)]), stack([x[0], x[1], x[0]]).T], 1)
        z = (where(y.value > 0, y**3, y) * amax(y, 0)).sum() + maximum(y, y * y).sum()
        (first,) = gradients(z, [x], create_graph=True)
        return (first * first).sum()

    twin = torch.tensor(value, requires_grad=True)
    y = torch.cat(
        [torch.nn.functional.pad(twin, (0, 1, 1, 0)), torch.stack([twin[0], twin[1], twin[0]]).T], 1
    )
    z = (torch.where(y > 0, y**3, y) * torch.amax(y, 0)).sum() + torch.maximum(y, y * y).sum()
    (first,) = torch.autograd.grad(z, twin, create_graph=True)
    (first * first).sum().backward()
    x = Tensor(value, requires_grad=True)
    penalty(x).backward()
    np.testing.assert_allclose(x.grad, twin.grad.numpy(), 1e-10)


def test_every_public_function_is_tested_here():
    public = {
        n for n, f in vars(functions).items() if getattr(f, "__module__", "") == functions.__name__
    }
    assert {n for n in public if not n.startswith("_")} <= set(globals())
