import gc
import weakref

import numpy as np
import pytest

from companion.nn.checking import grad_check
from companion.nn.tensor import Tensor, gradients
from companion.nn.windows import (
    average_pool2d,
    conv2d,
    fold,
    max_pool2d,
    pad_images,
    patches,
    window_positions,
)

torch = pytest.importorskip("torch")

# height, width, window, strides, padding
CASES = [
    (5, 5, (3, 3), (1, 1), "valid"),
    (7, 6, (3, 2), (2, 1), "valid"),
    (8, 9, (2, 2), (2, 2), "valid"),
    (8, 9, (2, 2), (3, 3), "valid"),  # pixels between the windows
    (4, 5, (4, 5), (1, 1), "valid"),  # as large as the image
    (1, 1, (1, 1), (1, 1), "valid"),
    (5, 5, (3, 3), (1, 1), "same"),
    (5, 6, (2, 4), (1, 1), "same"),  # even windows: the odd border is below and to the right
    (7, 8, (3, 2), (2, 3), "same"),
    (9, 4, (4, 5), (3, 2), "same"),
    (2, 3, (5, 4), (1, 1), "same"),  # larger than the image
    (6, 7, (1, 1), (2, 3), "same"),
]
TYPES = [(np.float32, 1e-4), (np.float64, 1e-11)]


def border(length, window, stride):
    """TensorFlow's rule for padding="same", as its manual writes it."""
    rest = length % stride
    total = max(window - (rest if rest else stride), 0)
    return total // 2, total - total // 2


def padded(x, window, strides, padding, value=0.0):
    """Images of torch, (batch, channels, height, width), with the border of Keras."""
    if padding == "valid":
        return x
    up, down = border(x.shape[2], window[0], strides[0])
    left, right = border(x.shape[3], window[1], strides[1])
    return torch.nn.functional.pad(x, (left, right, up, down), value=value)


def draw(*shape, dtype=np.float64, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def assert_equal(result, expected, inputs, twins, tolerance):
    assert result.shape == expected.shape
    assert result.dtype == inputs[0].dtype
    np.testing.assert_allclose(result.value, expected.detach().numpy(), tolerance, tolerance)
    weights = draw(*result.shape, dtype=result.dtype, seed=9)
    result.backward(weights)
    expected.backward(torch.tensor(weights))
    for x, twin in zip(inputs, twins, strict=True):
        assert x.grad.dtype == x.dtype
        np.testing.assert_allclose(x.grad, twin.grad.numpy(), tolerance, tolerance)


def tensors(*values):
    return (
        [Tensor(v, requires_grad=True) for v in values],
        [torch.tensor(v, requires_grad=True) for v in values],
    )


@pytest.mark.parametrize(("dtype", "tolerance"), TYPES)
@pytest.mark.parametrize("batch", [0, 1, 3])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_convolution_equals_torch(case, batch, dtype, tolerance):
    height, width, window, strides, padding = case
    values = draw(batch, height, width, 2, dtype=dtype), draw(*window, 2, 4, dtype=dtype, seed=1)
    (x, kernel), (x2, kernel2) = tensors(*values)
    image = padded(x2.permute(0, 3, 1, 2), window, strides, padding)
    expected = torch.nn.functional.conv2d(image, kernel2.permute(3, 2, 0, 1), stride=strides)
    result = conv2d(x, kernel, strides, padding)
    assert_equal(result, expected.permute(0, 2, 3, 1), (x, kernel), (x2, kernel2), tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), TYPES)
@pytest.mark.parametrize("batch", [0, 1, 3])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_max_pooling_equals_torch(case, batch, dtype, tolerance):
    height, width, window, strides, padding = case
    values = draw(batch, height, width, 3, dtype=dtype)
    (x,), (x2,) = tensors(values)
    image = padded(x2.permute(0, 3, 1, 2), window, strides, padding, -torch.inf)
    if batch:
        expected = torch.nn.functional.max_pool2d(image, window, strides)
    else:  # torch refuses an empty batch
        expected = torch.nn.functional.conv2d(
            image, torch.ones(3, 3, *window, dtype=x2.dtype), stride=strides
        )
    result = max_pool2d(x, window, strides, padding)
    assert_equal(result, expected.permute(0, 2, 3, 1), [x], [x2], tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), TYPES)
@pytest.mark.parametrize("batch", [0, 1, 3])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_average_pooling_equals_torch_and_counts_only_the_image(case, batch, dtype, tolerance):
    height, width, window, strides, padding = case
    values = draw(batch, height, width, 3, dtype=dtype)
    (x,), (x2,) = tensors(values)
    image = padded(x2.permute(0, 3, 1, 2), window, strides, padding)
    inside = padded(torch.ones(1, 1, height, width, dtype=x2.dtype), window, strides, padding)
    mean = torch.ones(1, 1, *window, dtype=x2.dtype)
    total = torch.nn.functional.conv2d(image, mean.repeat(3, 1, 1, 1), stride=strides, groups=3)
    expected = total / torch.nn.functional.conv2d(inside, mean, stride=strides)
    result = average_pool2d(x, window, strides, padding)
    assert_equal(result, expected.permute(0, 2, 3, 1), [x], [x2], tolerance)


@pytest.mark.parametrize("length", range(1, 9))
@pytest.mark.parametrize("window", [1, 2, 3, 4, 5])
def test_padding_same_follows_the_rule_of_tensorflow(length, window):
    for stride in (1, 2, 3, 4):
        image = np.arange(1.0, length + 1).reshape(1, length, 1, 1)
        up, down = border(length, window, stride)
        expected = [0] * up + list(range(1, length + 1)) + [0] * down
        result = pad_images(Tensor(image), (window, 1), (stride, 1), "same")
        assert result.value.ravel().tolist() == expected
        assert window_positions(length, window, stride, "same") == -(-length // stride)


def test_an_even_window_is_padded_below_and_to_the_right():
    images = Tensor(np.arange(1.0, 5).reshape(1, 2, 2, 1))
    result = conv2d(images, Tensor(np.ones((2, 2, 1, 1))), padding="same")
    assert result.value[0, :, :, 0].tolist() == [[10, 6], [7, 4]]


@pytest.mark.parametrize("size", [(4, 3), (1, 2), (9, 7)], ids=str)
def test_convolution_is_the_cross_correlation_of_scipy(size):
    ndimage = pytest.importorskip("scipy.ndimage")
    image, kernel = draw(9, 7), draw(*size, seed=1)
    result = conv2d(Tensor(image.reshape(1, 9, 7, 1)), Tensor(kernel.reshape(*size, 1, 1)))
    _, rows, columns, _ = result.shape
    around = ndimage.correlate(image, kernel, mode="constant")  # centred on each pixel
    inside = around[size[0] // 2 :][:rows, size[1] // 2 :][:, :columns]
    np.testing.assert_allclose(result.value[0, :, :, 0], inside, 1e-12, 1e-12)


# Ties and extremes of max pooling


def test_equal_largest_elements_pass_the_gradient_to_the_first_as_in_torch():
    values = np.random.default_rng(0).integers(0, 2, (2, 6, 7, 3)).astype(np.float64)
    for size, strides in [((2, 2), (2, 2)), ((3, 2), (1, 2)), ((3, 3), (1, 1))]:
        (x,), (x2,) = tensors(values)
        expected = torch.nn.functional.max_pool2d(x2.permute(0, 3, 1, 2), size, strides)
        result = max_pool2d(x, size, strides)
        assert_equal(result, expected.permute(0, 2, 3, 1), [x], [x2], 1e-15)


def test_the_border_is_never_the_largest():
    x = Tensor(np.full((1, 3, 3, 1), -1e30, np.float32), requires_grad=True)
    y = max_pool2d(x, (2, 2), padding="same")
    y.sum().backward()
    assert y.dtype == np.float32
    assert (y.value == np.float32(-1e30)).all()
    assert x.grad.sum() == 4


def test_windows_do_not_overlap_by_default():
    images = Tensor(np.arange(16.0).reshape(1, 4, 4, 1))
    assert max_pool2d(images).value.ravel().tolist() == [5, 7, 13, 15]
    assert average_pool2d(images).value.ravel().tolist() == [2.5, 4.5, 10.5, 12.5]


# Derivatives


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_gradients_equal_finite_differences(padding):
    images, kernel = draw(2, 5, 4, 2), draw(2, 3, 2, 3, seed=1)
    grad_check(lambda x, k: conv2d(x, k, (2, 1), padding), images, kernel)
    grad_check(lambda x: max_pool2d(x, (2, 3), (1, 2), padding), images)
    grad_check(lambda x: average_pool2d(x, (2, 3), (1, 2), padding), images)


def test_second_derivatives_equal_torch():
    values = draw(2, 6, 5, 2), draw(3, 2, 2, 3, seed=1)
    ours, twins = tensors(*values)
    y = max_pool2d(average_pool2d(conv2d(*ours, (1, 2), "valid"), (2, 1), (1, 1)), (2, 1), (1, 1))
    first = gradients((y**3).sum(), ours, create_graph=True)
    sum(((g * g).sum() for g in first), start=Tensor(0.0)).backward()
    pool = torch.nn.functional
    y = pool.conv2d(twins[0].permute(0, 3, 1, 2), twins[1].permute(3, 2, 0, 1), stride=(1, 2))
    y = pool.max_pool2d(pool.avg_pool2d(y, (2, 1), (1, 1)), (2, 1), (1, 1))
    expected = torch.autograd.grad((y**3).sum(), twins, create_graph=True)
    sum((g * g).sum() for g in expected).backward()
    for x, twin in zip(ours, twins, strict=True):
        np.testing.assert_allclose(x.grad, twin.grad.numpy(), 1e-9)


def test_fold_is_the_transpose_of_patches():
    x, size, strides = draw(2, 7, 6, 3), (3, 2), (2, 1)
    windows = patches(Tensor(x), size, strides)
    other = draw(*windows.shape, seed=1)
    there = np.vdot(windows.value, other)
    back = np.vdot(x, fold(Tensor(other), x.shape, strides).value)
    assert there == pytest.approx(back, rel=1e-12)


def test_patches_are_the_windows_even_of_transposed_images():
    x = draw(6, 7, 2, 3).T  # (3, 2, 7, 6), not contiguous
    windows = patches(Tensor(x), (2, 3), (1, 2)).value
    assert windows.shape == (2, 3, 3, 1, 3, 6)
    for j in range(3):
        window = windows[:, :, :, 0, j].transpose(2, 0, 1, 3)
        np.testing.assert_array_equal(window, x[:, :, 2 * j : 2 * j + 3])


# Errors


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: conv2d(x, Tensor(np.ones((2, 2, 4, 1)))), r"do not fit: \(1, 3, 4, 2\) and"),
        (lambda x: conv2d(x[0], Tensor(np.ones((2, 2, 2, 1)))), r"do not fit: \(3, 4, 2\) and"),
        (lambda x: max_pool2d(x, (4, 1)), r"windows of \(4, 1\) do not fit into .* \(3, 4\)"),
        (lambda x: average_pool2d(x, padding="full"), "must be 'valid' or 'same', got 'full'"),
        (lambda x: max_pool2d(x, strides=(0, 1)), "must be at least 1, got 2 and 0"),
        (lambda x: max_pool2d(x, (0, 1)), "must be at least 1, got 0 and 0"),
        (lambda x: window_positions(3, 2, 0, "same"), "must be at least 1, got 2 and 0"),
    ],
)
def test_errors_say_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call(Tensor(np.ones((1, 3, 4, 2))))


@pytest.mark.parametrize("window", [max_pool2d, average_pool2d, "conv2d"])
def test_what_was_computed_is_freed_without_the_garbage_collector(window):
    rng = np.random.default_rng(0)
    x = Tensor(rng.normal(size=(2, 6, 6, 3)), requires_grad=True)
    kernel = Tensor(rng.normal(size=(2, 2, 3, 4)), requires_grad=True)
    gc.disable()
    try:
        hidden = x * 2.0
        kept = weakref.ref(hidden.value)
        out = conv2d(hidden, kernel) if window == "conv2d" else window(hidden)
        out.sum().backward()
        del hidden, out
        assert kept() is None
    finally:
        gc.enable()
