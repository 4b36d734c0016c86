"""The convolutional layer against PyTorch's, and the operations of section 5.2's network."""

import numpy as np
import pytest

from companion.nn.layers.convolution import Conv2D
from companion.nn.layers.dense import Dense
from companion.nn.layers.pooling import MaxPooling2D
from companion.nn.layers.shaping import Flatten
from companion.nn.regularizers import L2
from companion.nn.tensor import Tensor

torch = pytest.importorskip("torch")

# (batch, height, width, channels), filters, kernel, strides, padding
CASES = [
    ((2, 7, 5, 3), 4, 3, 1, "valid"),
    ((1, 6, 9, 1), 2, (2, 3), (2, 1), "valid"),
    ((3, 5, 5, 2), 1, (5, 1), 1, "valid"),
    ((2, 8, 7, 2), 3, 3, 2, "same"),
    ((2, 7, 8, 2), 3, (4, 2), (3, 2), "same"),
    ((1, 4, 4, 5), 2, 1, 2, "same"),
    ((2, 3, 2, 1), 2, (5, 4), 1, "same"),
    ((2, 1, 1, 3), 2, 1, 1, "valid"),
    ((0, 5, 6, 2), 3, 3, 1, "valid"),
]


def torch_padding(shape, kernel, strides):
    """TensorFlow's "same": torch's order is left, right, top, bottom."""
    borders = []
    for n, k, s in list(zip(shape[1:3], kernel, strides, strict=True))[::-1]:
        missing = max((int(np.ceil(n / s)) - 1) * s + k - n, 0)
        borders += [missing // 2, missing - missing // 2]
    return borders


def both(setting):
    return setting if isinstance(setting, tuple) else (setting, setting)


@pytest.mark.parametrize(("shape", "filters", "kernel", "strides", "padding"), CASES)
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 1e-4), (np.float64, 1e-11)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_conv_equals_torch(shape, filters, kernel, strides, padding, dtype, rtol, use_bias):
    rng = np.random.default_rng(0)
    layer = Conv2D(filters, kernel, strides, padding, "tanh", use_bias)
    layer.build(shape[1:], rng, dtype)
    x = Tensor(rng.normal(size=shape).astype(dtype), requires_grad=True)
    mirrors = {"x": torch.tensor(x.value, requires_grad=True)}
    mirrors["kernel"] = torch.tensor(layer.kernel.value, requires_grad=True)
    if use_bias:
        layer.bias.value[:] = rng.normal(size=filters)
        mirrors["bias"] = torch.tensor(layer.bias.value, requires_grad=True)

    y = layer(x)
    images = mirrors["x"].permute(0, 3, 1, 2)
    if padding == "same":
        borders = torch_padding(shape, both(kernel), both(strides))
        images = torch.nn.functional.pad(images, borders)
    weight = mirrors["kernel"].permute(3, 2, 0, 1).contiguous()
    expected = torch.nn.functional.conv2d(images, weight, mirrors.get("bias"), both(strides))
    expected = torch.tanh(expected).permute(0, 2, 3, 1)
    assert y.shape == tuple(expected.shape) == (shape[0], *layer.output_shape(shape[1:]))
    np.testing.assert_allclose(y.value, expected.detach(), rtol=rtol, atol=rtol)

    g = rng.normal(size=y.shape).astype(dtype)
    y.backward(g)
    expected.backward(torch.tensor(g))
    for name, ours in {"x": x, **layer.parameters()}.items():
        np.testing.assert_allclose(ours.grad, mirrors[name].grad, rtol=rtol, atol=rtol)


def article_layers():
    """The network of section 5.2, built."""
    layers = [
        Conv2D(32, (3, 3), activation="relu"),
        MaxPooling2D((2, 2)),
        Conv2D(64, (3, 3), activation="relu"),
        MaxPooling2D((2, 2)),
        Conv2D(64, (3, 3), activation="relu"),
        Flatten(),
        Dense(64, activation="relu"),
        Dense(10, activation="softmax"),
    ]
    shape = (28, 28, 1)
    for layer in layers:
        layer.build(shape, np.random.default_rng(0))
        shape = layer.output_shape(shape)
    return layers


def test_E05_the_network_of_the_article_has_93322_parameters():
    counts = [layer.count_parameters() for layer in article_layers()]
    assert counts == [320, 0, 18_496, 0, 36_928, 0, 36_928, 650]
    assert sum(counts) == 93_322


def test_operations_of_the_article_network_equal_those_that_torch_counts():
    layers = article_layers()
    ours = sum(layer.flops(layer.input_shape) for layer in layers)
    network = torch.nn.Sequential(
        *(torch.nn.Conv2d(1, 32, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2)),
        *(torch.nn.Conv2d(32, 64, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2)),
        *(torch.nn.Conv2d(64, 64, 3), torch.nn.ReLU(), torch.nn.Flatten()),
        *(torch.nn.Linear(576, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)),
    )
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(32, 1, 28, 28))
    assert 32 * ours == counter.get_total_flops() == 178_831_360


def test_operations_count_strides_and_padding():
    layer = Conv2D(4, (3, 5), (2, 3), "same")
    assert layer.flops((9, 10, 2)) == 2 * (3 * 5 * 2) * 4 * (5 * 4)


def test_penalty_is_that_of_the_kernel_alone():
    layer = Conv2D(2, 3, regularizer=L2(0.5)).build((5, 5, 1), np.random.default_rng(0), np.float64)
    layer.bias.value[:] = 100
    assert layer.penalty().item() == pytest.approx(0.5 * (layer.kernel.value**2).sum())


@pytest.mark.parametrize("kernel_size", [(3, 3, 3), (3,), []])
def test_kernel_size_is_one_number_or_two(kernel_size):
    with pytest.raises(ValueError, match="kernel_size must be one number or two, got"):
        Conv2D(1, kernel_size)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((784,), r"Conv2D expects .*\(batch, height, width, channels\), got \(batch, 784\)"),
        ((28, 28), r"Conv2D expects .*\(batch, height, width, channels\), got \(batch, 28, 28\)"),
        ((2, None, 1), "Conv2D expects images of at least 3 x 3 pixels, got 2 x None"),
        ((5, 5, None), "must be known"),
    ],
)
def test_conv_refuses_shapes_at_once(shape, message):
    with pytest.raises(ValueError, match=message):
        Conv2D(2, 3).build(shape, np.random.default_rng(0))


def test_padding_is_one_of_two():
    with pytest.raises(ValueError, match="padding must be 'valid' or 'same', got 'full'"):
        Conv2D(2, 3, padding="full").build((5, 5, 1), np.random.default_rng(0))
