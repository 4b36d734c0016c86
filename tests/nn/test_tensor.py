import copy
import gc
import pickle
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from companion.nn.checking import grad_check
from companion.nn.functions import maximum, where
from companion.nn.tensor import Tensor, as_tensor, gradients, history, keep_axes, no_grad, record

torch = pytest.importorskip("torch")


def arrays(*shapes, dtype=np.float64, seed=0, low=-2.0):
    rng = np.random.default_rng(seed)
    return [rng.uniform(low, 2.0, shape).astype(dtype) for shape in shapes]


def assert_equals_torch(ours, theirs, values, rtol=1e-12):
    """Compare the value and the gradients of one computation, also their types and shapes."""
    tensors = [Tensor(v, requires_grad=True) for v in values]
    twins = [torch.tensor(v, requires_grad=True) for v in values]
    result, expected = ours(*tensors), theirs(*twins)
    assert result.shape == tuple(expected.shape)
    assert result.dtype == expected.detach().numpy().dtype
    np.testing.assert_allclose(result.value, expected.detach().numpy(), rtol, rtol)
    (weights,) = arrays(result.shape, dtype=result.dtype, seed=1)
    result.backward(weights)
    expected.backward(torch.tensor(weights))
    for tensor, twin in zip(tensors, twins, strict=True):
        assert tensor.grad.dtype == tensor.dtype
        assert tensor.grad.shape == tensor.shape
        np.testing.assert_allclose(tensor.grad, twin.grad.numpy(), rtol, rtol)


# Every primitive against torch

BROADCAST = [
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((3, 1), (1, 4)),
    ((2, 1, 5), (3, 1)),
    ((), (2, 3)),
    ((), ()),
    ((1,), ()),
    ((0,), (1,)),
    ((0, 3), (3,)),
    ((2, 0, 3), (1, 3)),
]
BINARY = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shapes", BROADCAST, ids=str)
@pytest.mark.parametrize("name", BINARY)
def test_arithmetic_equals_torch(name, shapes, dtype):
    values = arrays(*shapes, dtype=dtype, low=0.5)
    rtol = 1e-12 if dtype is np.float64 else 1e-5
    assert_equals_torch(BINARY[name], BINARY[name], values, rtol)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "function",
    [
        lambda x: x + 2,
        lambda x: 2 + x,
        lambda x: x - 0.3,
        lambda x: 0.3 - x,
        lambda x: x * 3,
        lambda x: 3.0 * x,
        lambda x: x / 7,
        lambda x: 7 / x,
        lambda x: -x,
        lambda x: x**2,
        lambda x: x**3,
        lambda x: x**0.5,
        lambda x: x**-1.5,
        lambda x: x**1,
        lambda x: x**0,
    ],
)
def test_arithmetic_with_python_numbers_equals_torch_and_keeps_the_type(function, dtype):
    for shape in [(3, 4), (), (0,)]:
        values = arrays(shape, dtype=dtype, low=0.5)
        assert_equals_torch(function, function, values, 1e-12 if dtype is np.float64 else 1e-5)


def test_the_square_has_the_gradient_0_at_0():
    x = Tensor([0.0, 2.0], requires_grad=True)
    (x**2).sum().backward()
    assert x.grad.tolist() == [0, 4]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "shapes",
    [
        ((3,), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3,)),
        ((3,), (2, 3, 4)),
        ((5, 2, 3), (3,)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((6, 5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (1, 6, 3, 4)),
        ((6, 2, 3), (5, 6, 3, 4)),
        ((1, 2, 3), (5, 3, 4)),
        ((0, 3), (3, 4)),
        ((2, 0, 3), (3, 4)),
        ((2, 3), (3, 0)),
        ((2, 0), (0, 4)),
        ((5, 2, 0), (0, 4)),
        ((0,), (0,)),
        ((0,), (0, 4)),
        ((0, 2, 3), (0, 3, 4)),
        ((1, 1), (1, 1)),
    ],
    ids=str,
)
def test_matmul_equals_torch(shapes, dtype):
    rtol = 1e-12 if dtype is np.float64 else 1e-5
    assert_equals_torch(lambda a, b: a @ b, lambda a, b: a @ b, arrays(*shapes, dtype=dtype), rtol)


REDUCTIONS = [
    ((3, 4), None),
    ((3, 4), 0),
    ((3, 4), -1),
    ((2, 3, 4), (0, 2)),
    ((2, 3, 4), (-1, 0)),
    ((2, 3, 4), -2),
    ((), None),
    ((0, 3), 1),
    ((3, 0), 0),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("shape", "axis"), REDUCTIONS, ids=str)
@pytest.mark.parametrize("name", ["sum", "mean"])
def test_sums_and_means_equal_torch(name, shape, axis, keepdims, dtype):
    assert_equals_torch(
        lambda x: getattr(x, name)(axis, keepdims),
        lambda x: getattr(x, name)(axis, keepdim=keepdims),
        arrays(shape, dtype=dtype),
        1e-12 if dtype is np.float64 else 1e-6,
    )


def test_the_mean_of_nothing_is_not_a_number():
    assert np.isnan(Tensor(np.zeros((0, 3))).mean().item())
    assert np.isnan(Tensor(np.zeros((0, 3))).mean(0).value).all()


def test_an_axis_may_be_a_numpy_integer():
    assert Tensor(np.ones((2, 3))).sum(np.int64(1)).value.tolist() == [3, 3]
    assert keep_axes((2, 3), np.int64(-1)) == (2, 1)
    assert keep_axes((2, 3), ()) == (2, 3)


@pytest.mark.parametrize(
    ("shape", "ours", "theirs"),
    [
        ((2, 6), lambda x: x.reshape(3, 4), lambda x: x.reshape(3, 4)),
        ((2, 6), lambda x: x.reshape((4, -1)), lambda x: x.reshape(4, -1)),
        ((1, 1), lambda x: x.reshape(()), lambda x: x.reshape(())),
        ((0, 3), lambda x: x.reshape(3, 0), lambda x: x.reshape(3, 0)),
        ((2, 3, 4), lambda x: x.transpose(), lambda x: x.permute(2, 1, 0)),
        ((2, 3, 4), lambda x: x.transpose(1, -1, 0), lambda x: x.permute(1, -1, 0)),
        ((2, 3), lambda x: x.T, lambda x: x.T),
        ((), lambda x: x.T, lambda x: x * 1),
        ((2, 3, 4), lambda x: x.swapaxes(0, -1), lambda x: x.swapaxes(0, -1)),
        ((3, 1), lambda x: x.broadcast_to((2, 3, 4)), lambda x: x.broadcast_to((2, 3, 4))),
        ((2, 3), lambda x: x.broadcast_to((2, 3)) * 1, lambda x: x * 1),
        ((), lambda x: x.broadcast_to((2,)), lambda x: x.broadcast_to((2,))),
    ],
)
def test_changes_of_shape_equal_torch(shape, ours, theirs):
    assert_equals_torch(ours, theirs, arrays(shape))


MASK = np.array([[True, False, True, False], [False] * 4, [True] * 4])


@pytest.mark.parametrize(
    "index",
    [
        0,
        -1,
        np.int64(2),
        slice(None, None, 2),
        (slice(1, None), slice(None, 2)),
        (..., 0),
        (None, 1),
        (slice(None), None, 3),
        (),
        [0, 2],
        [0, 0, 2, 0],
        np.array([[1, 1], [0, 2]]),
        ([0, 0, 2], [1, 1, 3]),
        (slice(None), [1, 1, 1]),
        (np.array([2, 2]), slice(0, 2)),
        (np.array([[0], [0]]), np.array([1, 1])),
        ((0, 0, 1),),  # a tuple inside the index: as a list
        MASK,
        MASK[:, 0],
        (slice(None), MASK[0]),
        np.zeros((3, 4), bool),
        np.array([], int),
    ],
    ids=str,
)
def test_indexing_equals_torch(index):
    assert_equals_torch(lambda x: x[index], lambda x: x[index], arrays((3, 4)))


def test_iteration_goes_over_the_first_axis():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    first, *_, last = x
    (first * last).backward()
    assert x.grad.tolist() == [3, 0, 1]
    assert len(x) == 3


def test_gradients_through_views_are_complete():
    def function(x):
        y = x.T[1:].reshape(-1)
        return y * x[:, 0].broadcast_to((2, 2)).reshape(-1) + x[0, :1]

    assert_equals_torch(function, function, arrays((2, 3)))


def test_non_contiguous_arrays_are_taken():
    values = [arrays((6, 4))[0][::2].T, arrays((4, 5), seed=2)[0].T[:3].T]
    assert_equals_torch(lambda a, b: (a.T @ b) * 2, lambda a, b: (a.T @ b) * 2, values)


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4), st.integers(0, 999))
def test_broadcasting_is_undone_whatever_the_shapes(shapes, seed):
    a, b = arrays(*shapes.input_shapes, seed=seed)
    assert_equals_torch(lambda x, y: x * y - y, lambda x, y: x * y - y, [a, b])


# Types

NUMBERS = [2, 0.1, True, np.float64(0.1)]


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_numbers_take_the_type_of_the_tensor(number):
    x = Tensor(np.ones(3, np.float32))
    for y in (x + number, number - x, x * number, number / x, maximum(x, number)):
        assert y.dtype == np.float32
    assert maximum(number, x).dtype == where(x.value > 0, number, x).dtype == np.float32
    assert as_tensor(number, x).dtype == np.float32


def test_whole_numbers_become_float64_and_floats_are_not_copied():
    values = np.ones(2, np.float32)
    assert Tensor([1, 2]).dtype == Tensor(np.array([True])).dtype == np.float64
    assert Tensor(values).value is values
    assert as_tensor(values).dtype == np.float32


def test_gradients_have_the_type_of_their_tensor():
    x = Tensor(np.ones(2, np.float32), requires_grad=True)
    y = Tensor(np.ones(2), requires_grad=True)
    product = x * y
    product.backward([1.0, 2.0])
    assert product.dtype == y.grad.dtype == np.float64
    assert x.grad.dtype == np.float32
    z = x * 2.0
    assert gradients(z, [z, x], np.ones(2))[0].dtype == np.float32


def test_astype_equals_torch():
    assert_equals_torch(
        lambda x: (x.astype(np.float32) * 3.0).astype(np.float64),
        lambda x: (x.float() * 3.0).double(),
        arrays((2, 3)),
    )
    x = Tensor(np.ones(2, np.float32))
    assert x.astype(np.float32) is x


@pytest.mark.parametrize(
    "value", ["text", None, [1j], object()], ids=["text", "none", "complex", "object"]
)
def test_only_real_numbers_are_taken(value):
    with pytest.raises(TypeError, match="value must hold real numbers, got an array of"):
        Tensor(value)


def test_an_array_on_the_left_leaves_the_operation_to_the_tensor():
    x = Tensor(np.ones(2), requires_grad=True)
    array = np.array([2.0, 3.0])
    results = [array + x, array - x, array * x, array / x, np.ones((4, 2)) @ x]
    assert all(isinstance(r, Tensor) for r in results)
    assert [r.value.tolist() for r in results] == [[3, 4], [1, 2], [2, 3], [2, 3], [2, 2, 2, 2]]


# Differentiation

SMOOTH = {
    "polynomial": lambda x, y: x**3 * y + y / x,
    "matrices": lambda x, y: (x @ y.T) ** 2,
    "stacks of matrices": lambda x, y: (x.reshape(2, 1, 3) @ y.reshape(2, 3, 1)) * x.sum(),
    "index": lambda x, y: x[[0, 0, 1]] ** 2 * y[:1, 1:2],
    "mean": lambda x, y: x.mean(0) ** 2 * y,
    "root": lambda x, y: (x * x + y) ** 0.7,
}


@pytest.mark.parametrize("name", SMOOTH)
def test_second_derivatives_equal_torch(name):
    function = SMOOTH[name]
    values = arrays((2, 3), (2, 3), low=0.5)
    tensors = [Tensor(v, requires_grad=True) for v in values]
    twins = [torch.tensor(v, requires_grad=True) for v in values]
    first = gradients((function(*tensors) ** 2).sum(), tensors, create_graph=True)
    expected = torch.autograd.grad((function(*twins) ** 2).sum(), twins, create_graph=True)
    norm = sum(((g**2).sum() for g in first), start=Tensor(0.0))
    norm.backward()
    sum((g**2).sum() for g in expected).backward()
    for tensor, twin in zip(tensors, twins, strict=True):
        np.testing.assert_allclose(tensor.grad, twin.grad.numpy(), 1e-10)


def test_the_fifth_derivative_of_a_power_is_right():
    x = Tensor(2.0, requires_grad=True)
    y = x**6
    for _ in range(5):
        (y,) = gradients(y, [x], create_graph=True)
    assert y.item() == pytest.approx(720 * 2)


def test_a_hundred_thousand_operations_need_no_recursion():
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = -y
    y.backward()
    assert x.grad == 1
    bottom = weakref.ref(x)
    del x, y  # the whole chain is freed, one result inside the other
    gc.collect()
    assert bottom() is None


def test_a_tensor_that_is_used_twice_gets_both_gradients():
    x = Tensor(3.0, requires_grad=True)
    y = x * x + x
    (y * y).backward()  # (x² + x)²
    assert x.grad == 2 * 12 * 7


def test_backward_adds_to_earlier_gradients():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x * 3.0
    y.backward([1.0, 1.0])
    first = x.grad
    y.backward([1.0, 10.0])
    assert first.tolist() == [3, 3]
    assert x.grad.tolist() == [6, 33]


def test_gradients_are_not_shared_between_tensors():
    x, y = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    seed = np.ones(2)
    (x + y).backward(seed)
    x.grad += 5
    assert y.grad.tolist() == seed.tolist() == [1, 1]
    assert x.grad.flags.writeable


def test_backward_of_a_given_tensor_is_its_own_gradient():
    x = Tensor(2.0, requires_grad=True)
    x.backward()
    assert x.grad == 1


def test_gradients_leave_grad_alone_and_reach_results_on_the_way():
    x = Tensor([1.0, 2.0], requires_grad=True)
    unrelated = Tensor([[1.0]], requires_grad=True)
    middle = x * x
    of_middle, of_x, of_unrelated = gradients((middle * 3.0).sum(), [middle, x, unrelated])
    assert of_middle.value.tolist() == [3, 3]
    assert of_x.value.tolist() == [6, 12]
    assert of_unrelated.value.tolist() == [[0]]
    assert x.grad is None
    assert not of_x.requires_grad


def test_the_gradient_of_a_linear_function_can_be_differentiated_again():
    x = Tensor(2.0, requires_grad=True)
    (first,) = gradients(x * 3.0, [x], create_graph=True)
    assert gradients(first, [x])[0].item() == 0


def test_no_grad_records_nothing_and_ends_with_the_block():
    x = Tensor(1.0, requires_grad=True)
    with no_grad():
        with no_grad():
            pass
        y = x * 2.0
    assert (y.requires_grad, y.links) == (False, ())
    assert (x * 2.0).requires_grad
    with pytest.raises(ZeroDivisionError), no_grad():
        _ = 1 / 0
    assert (x * 2.0).requires_grad


def test_backward_works_inside_no_grad_on_what_was_recorded_before():
    x = Tensor(3.0, requires_grad=True)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad == 6


def test_detach_cuts_the_history():
    x = Tensor(3.0, requires_grad=True)
    y = (x * x).detach()
    assert (y.item(), y.requires_grad) == (9, False)
    (x * y).backward()
    assert x.grad == 9


def test_constants_are_kept_in_the_links_but_get_no_gradient():
    constant, x = Tensor([1.0, 2.0]), Tensor([3.0, 4.0], requires_grad=True)
    y = constant * x
    assert [tensor for tensor, _ in y.links] == [constant, x]
    y.sum().backward()
    assert constant.grad is None
    assert (constant * 2.0).links == ()


def test_results_are_freed_without_the_garbage_collector():
    x = Tensor(np.ones(3), requires_grad=True)
    gc.disable()
    try:
        y = ((x * 2.0 / (x + 1.0) - x) ** 2).reshape(3, 1) @ x.reshape(1, 3)
        y = (-y).T.swapaxes(0, 1).sum(0).broadcast_to((2, 3))[0, [1, 1]].mean()
        y.backward()
        kept = weakref.ref(y)
        del y
        assert kept() is None
    finally:
        gc.enable()


def test_history_gives_each_tensor_behind_its_results_and_no_constants():
    x, c = Tensor(1.0, requires_grad=True), Tensor(2.0)
    y = x * c
    z = y + x
    assert history(z) == [z, y, x]


def test_a_new_operation_is_one_record():
    def sine(x):
        return record("sin", np.sin(x.value), (x, lambda g: g * cosine(x)))

    def cosine(x):
        return record("cos", np.cos(x.value), (x, lambda g: -g * sine(x)))

    assert_equals_torch(sine, torch.sin, arrays((2, 3)))
    x = Tensor(0.3, requires_grad=True)
    y = sine(x)
    for expected in (np.cos(0.3), -np.sin(0.3), -np.cos(0.3)):
        (y,) = gradients(y, [x], create_graph=True)
        assert y.item() == pytest.approx(expected)


def test_copies_and_pickles_of_parameters_can_be_trained():
    x = Tensor([1.0, 2.0], requires_grad=True)
    for twin in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        (twin * twin).sum().backward()
        assert twin.grad.tolist() == [2, 4]
    assert x.grad is None


# Errors and appearance


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a, b: a + b, "cannot add tensors of shapes (2, 3) and (4,)"),
        (lambda a, b: a - b, "cannot subtract tensors of shapes (2, 3) and (4,)"),
        (lambda a, b: a * b, "cannot multiply tensors of shapes (2, 3) and (4,)"),
        (lambda a, b: b / a, "cannot divide tensors of shapes (4,) and (2, 3)"),
        (lambda a, b: a @ b, "cannot multiply matrices of shapes (2, 3) and (4,)"),
        (lambda a, b: a @ 2.0, "cannot multiply matrices of shapes (2, 3) and ()"),
        (
            lambda a, b: a.broadcast_to((5, 2, 3)) @ np.ones((4, 3, 1)),
            "cannot multiply stacks of matrices of shapes (5, 2, 3) and (4, 3, 1)",
        ),
        (lambda a, b: a.backward(np.ones(3)), "gradient must have the shape (2, 3), got (3,)"),
        (lambda a, b: a.backward(), "must be given for a tensor of several elements, here (2, 3)"),
        (lambda a, b: b.backward(np.ones(4)), "nothing that this tensor was computed from has"),
        (lambda a, b: gradients(a.sum(), [a, b]), "inputs[1] must have requires_grad=True"),
    ],
)
def test_errors_name_the_shapes(call, message):
    a, b = Tensor(np.ones((2, 3)), requires_grad=True), Tensor(np.ones(4))
    with pytest.raises(ValueError, match=r".") as raised:
        call(a, b)
    assert message in str(raised.value)


def test_exponents_must_be_numbers():
    x = Tensor(2.0)
    with pytest.raises(TypeError, match="exponent must be a number, got Tensor"):
        x**x


def test_representation_shows_values_and_origin():
    x = Tensor([1.0, 2.0], requires_grad=True)
    assert repr(x) == "Tensor([1., 2.], requires_grad=True)"
    assert repr(x * 2.0) == "Tensor([2., 4.], from multiply)"
    assert (x**2).operation == "power 2"
    assert (x.size, x.ndim, x.shape, Tensor(3.0).item()) == (2, 1, (2,), 3)


def test_gradients_equal_finite_differences_through_everything():
    def function(x, y):
        z = (x @ y.T).swapaxes(0, 1)[[0, 0, 2]] - y.mean(axis=1).reshape(-1, 1) * x.sum()
        return (z / (z * z + 1.0)).transpose(1, 0).broadcast_to((2, 2, 3)) ** 3

    assert grad_check(function, *arrays((2, 4), (3, 4))) < 1e-6
