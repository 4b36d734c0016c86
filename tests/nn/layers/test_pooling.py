"""Pooling against PyTorch's."""

import numpy as np
import pytest

from companion.nn.layers.convolution import Conv2D
from companion.nn.layers.dense import Dense
from companion.nn.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from companion.nn.layers.shaping import Flatten
from companion.nn.tensor import Tensor

torch = pytest.importorskip("torch")

# (batch, height, width, channels), pool size, strides
CASES = [
    ((2, 6, 4, 3), 2, None),
    ((1, 7, 5, 2), 2, None),
    ((2, 7, 8, 1), (3, 2), None),
    ((2, 7, 8, 2), 3, 1),
    ((2, 9, 8, 2), (2, 3), (3, 1)),
    ((0, 4, 4, 2), 2, None),
]


def compare(layer, x, expected_of, rtol):
    x, mirror = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, expected = layer(x), expected_of(mirror)
    assert y.shape == tuple(expected.shape)
    np.testing.assert_allclose(y.value, expected.detach(), rtol=rtol, atol=rtol)
    g = np.random.default_rng(1).normal(size=y.shape).astype(y.dtype)
    y.backward(g)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(x.grad, mirror.grad, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("kind", [MaxPooling2D, AveragePooling2D])
@pytest.mark.parametrize(("shape", "size", "strides"), CASES)
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 1e-5), (np.float64, 1e-12)])
def test_pooling_equals_torch(kind, shape, size, strides, dtype, rtol):
    rng = np.random.default_rng(0)
    layer = kind(size, strides).build(shape[1:], rng, dtype)
    pool = {
        MaxPooling2D: torch.nn.functional.max_pool2d,
        AveragePooling2D: torch.nn.functional.avg_pool2d,
    }[kind]

    def expected(x):
        return pool(x.permute(0, 3, 1, 2), size, strides).permute(0, 2, 3, 1)

    compare(layer, rng.normal(size=shape).astype(dtype), expected, rtol)


@pytest.mark.parametrize("value", [1e4, -1e4, 1e-30, -np.inf])
def test_max_pooling_of_extreme_values_equals_torch(value):
    x = np.full((1, 4, 4, 1), value, np.float32)
    x[0, 1, 1, 0] = 3.0
    layer = MaxPooling2D().build((4, 4, 1), np.random.default_rng(0))
    pool = torch.nn.functional.max_pool2d
    compare(layer, x, lambda x: pool(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1), 0)


@pytest.mark.parametrize("shape", [(2, 5, 4, 3), (1, 1, 1, 2), (0, 3, 3, 2)])
def test_global_pooling_equals_torch(shape):
    layer = GlobalAveragePooling2D().build(shape[1:], np.random.default_rng(0), np.float64)
    compare(layer, np.random.default_rng(0).normal(size=shape), lambda x: x.mean((1, 2)), 1e-14)


def test_padding_is_never_the_largest_and_never_counts_in_the_mean():
    x = -np.arange(1.0, 10).reshape(1, 3, 3, 1)
    for kind, expected in (
        (MaxPooling2D, [[-1, -3], [-7, -9]]),
        (AveragePooling2D, [[-3, -4.5], [-7.5, -9]]),
    ):
        layer = kind(2, padding="same").build((3, 3, 1), np.random.default_rng(0))
        np.testing.assert_array_equal(layer(x).value[0, :, :, 0], expected)


def test_E06_pooling_has_no_parameters_and_shrinks_only_the_dense_layer_after_it():
    def parameters(pooling):
        layers = [Conv2D(32, 3), *pooling, Conv2D(64, 3), *pooling, Conv2D(64, 3), Flatten()]
        layers.append(Dense(64))
        shape = (28, 28, 1)
        for layer in layers:
            layer.build(shape, np.random.default_rng(0))
            shape = layer.output_shape(shape)
        return [layer.count_parameters() for layer in layers if layer not in pooling]

    assert MaxPooling2D().build((4, 4, 3), np.random.default_rng(0)).count_parameters() == 0
    assert parameters([MaxPooling2D()]) == [320, 18_496, 36_928, 0, 36_928]
    assert parameters([]) == [320, 18_496, 36_928, 0, 1_982_528]
    assert 22 * 22 * 64 == 30_976
    assert 30_976 * 64 + 64 == 1_982_528


@pytest.mark.parametrize("kind", [MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D])
def test_pooling_refuses_what_is_no_image(kind):
    message = rf"{kind.__name__} expects .*\(batch, height, width, channels\), got \(batch, 9\)"
    with pytest.raises(ValueError, match=message):
        kind().build((9,), np.random.default_rng(0))


@pytest.mark.parametrize("kind", [MaxPooling2D, AveragePooling2D])
def test_pooling_refuses_images_smaller_than_a_window(kind):
    message = f"{kind.__name__} expects images of at least 2 x 3 pixels, got 4 x 2"
    with pytest.raises(ValueError, match=message):
        kind((2, 3)).build((4, 2, 1), np.random.default_rng(0))
