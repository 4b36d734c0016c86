"""Layers that only change the shape, or each number."""

import numpy as np
import pytest

from companion.nn import activations
from companion.nn.layers.shaping import Activation, Flatten, Reshape
from companion.nn.tensor import Tensor

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (1, 3), (0, 2, 3), (4,)])
def test_flatten_equals_torch(shape):
    x = np.random.default_rng(0).normal(size=shape)
    layer = Flatten().build(shape[1:], np.random.default_rng(0), np.float64)
    expected = torch.tensor(x).reshape(shape[0], 1) if len(shape) == 1 else torch.tensor(x)
    y = layer(Tensor(x, requires_grad=True))
    np.testing.assert_array_equal(y.value, torch.nn.Flatten()(expected))
    assert y.shape == (shape[0], *layer.output_shape(shape[1:]))


def test_E04_flatten_has_no_weights():
    layer = Flatten().build((3, 3, 64), np.random.default_rng(0))
    assert layer.count_parameters() == 0
    assert layer.output_shape((3, 3, 64)) == (576,)


def test_flatten_needs_every_length():
    with pytest.raises(ValueError, match="every length of the shape must be known"):
        Flatten().build((None, 3), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("shape", "target", "result"),
    [
        ((6,), (2, 3), (2, 3)),
        ((2, 3), (-1,), (6,)),
        ((4, 3), (2, -1, 3), (2, 2, 3)),
        ((1,), (), ()),
        ((784,), (28, 28, 1), (28, 28, 1)),
    ],
)
@pytest.mark.parametrize("batch", [0, 1, 3])
def test_reshape_equals_numpy(shape, target, result, batch):
    x = np.random.default_rng(0).normal(size=(batch, *shape))
    layer = Reshape(target).build(shape, np.random.default_rng(0), np.float64)
    assert layer.output_shape(shape) == result
    np.testing.assert_array_equal(layer(x).value, x.reshape(batch, *result))


@pytest.mark.parametrize("target", [(4,), (4, -1), (5, 2)])
def test_reshape_refuses_what_does_not_fit(target):
    with pytest.raises(ValueError, match=r"Reshape expects inputs that fit into .* \(batch, 6\)"):
        Reshape(target).build((6,), np.random.default_rng(0))


@pytest.mark.parametrize("target", [(-1, -1), (0,), (-2, -3)])
def test_reshape_refuses_lengths_that_are_none(target):
    with pytest.raises(ValueError, match="shape must hold positive lengths and at most one -1"):
        Reshape(target)


@pytest.mark.parametrize("name", activations.NAMED)
def test_activation_is_the_function_of_that_name(name):
    x = np.random.default_rng(0).normal(size=(3, 4))
    layer = Activation(name).build((4,), np.random.default_rng(0), np.float64)
    np.testing.assert_array_equal(layer(x).value, activations.NAMED[name](Tensor(x)).value)


def test_activation_takes_a_function():
    layer = Activation(lambda x: x * 2.0).build((4,), np.random.default_rng(0))
    np.testing.assert_array_equal(layer(np.ones((1, 4))).value, 2)


def test_activation_refuses_an_unknown_name():
    with pytest.raises(ValueError, match=r"function must be one of elu, .*, got 'magic'"):
        Activation("magic")
