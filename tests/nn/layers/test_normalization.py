"""Normalisation against PyTorch and Keras."""

import numpy as np
import pytest

from companion.nn.layers.normalization import (
    BatchNormalization,
    LayerNormalization,
    centre,
    mean_square,
)
from companion.nn.tensor import Tensor

torch = pytest.importorskip("torch")

SHAPES = [(6, 4), (2, 3, 5, 4), (3, 7, 2), (5, 1)]
PRECISION = [(np.float32, 1e-4), (np.float64, 1e-10)]


def randomized(layer, shape, dtype):
    layer.build(shape, np.random.default_rng(0), dtype)
    rng = np.random.default_rng(1)
    for value in layer.weights().values():
        value[:] = rng.uniform(0.5, 2, value.shape)
    return layer


def compare(y, expected, tensors, mirrors, rtol):
    """Compare outputs and, for random gradients of them, the gradients of all inputs."""
    np.testing.assert_allclose(y.value, expected.detach(), rtol=rtol, atol=rtol)
    g = np.random.default_rng(2).normal(size=y.shape).astype(y.dtype)
    y.backward(g)
    expected.backward(torch.tensor(g))
    for ours, theirs in zip(tensors, mirrors, strict=True):
        np.testing.assert_allclose(ours.grad, theirs.grad, rtol=rtol, atol=rtol)


def mirror(tensor):
    return torch.tensor(np.array(tensor.value), requires_grad=True)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("dtype", "rtol"), PRECISION)
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_equals_torch(shape, dtype, rtol, training):
    layer = randomized(BatchNormalization(), shape[1:], dtype)
    x = Tensor(np.random.default_rng(3).normal(2, 3, shape).astype(dtype), requires_grad=True)
    tensors = [x, layer.gamma, layer.beta]
    mirrors = [mirror(tensor) for tensor in tensors]
    moving = [torch.tensor(v.copy()) for v in (layer.moving_mean, layer.moving_variance)]
    images = mirrors[0].reshape(-1, shape[-1])  # torch has the channels second
    expected = torch.nn.functional.batch_norm(
        images, *moving, *mirrors[1:], training=training, momentum=0.01, eps=1e-3
    )
    compare(layer(x, training), expected.reshape(shape), tensors, mirrors, rtol)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_moving_statistics_equal_torch_with_converted_conventions(momentum):
    steps, rows = 4, 10
    rng = np.random.default_rng(0)
    layer = BatchNormalization(momentum).build((3,), rng, np.float64)
    torch_layer = torch.nn.BatchNorm1d(3, momentum=1 - momentum, dtype=torch.float64)
    for _ in range(steps):
        x = rng.normal(5, 2, (rows, 3))
        layer(x, training=True)
        torch_layer(torch.tensor(x))
    np.testing.assert_allclose(layer.moving_mean, torch_layer.running_mean, rtol=1e-12)
    # Both began at 1; what batches contributed is biased here and unbiased there.
    start = momentum**steps
    unbiased = (layer.moving_variance - start) * rows / (rows - 1) + start
    np.testing.assert_allclose(unbiased, torch_layer.running_var, rtol=1e-12)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_batch_norm_and_its_moving_statistics_equal_keras():
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    ours = randomized(BatchNormalization(), (4, 3, 2), np.float32)
    theirs = keras.layers.BatchNormalization()
    theirs.build((None, 4, 3, 2))
    assert [w.name for w in theirs.weights] == list(ours.weights())
    theirs.set_weights(list(ours.weights().values()))
    for _ in range(3):
        x = rng.normal(3, 2, (5, 4, 3, 2)).astype(np.float32)
        expected = keras.ops.convert_to_numpy(theirs(x, training=True))
        np.testing.assert_allclose(ours(x, training=True).value, expected, rtol=1e-4, atol=1e-5)
    for value, expected in zip(ours.weights().values(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-5)
    expected = keras.ops.convert_to_numpy(theirs(x, training=False))
    np.testing.assert_allclose(ours(x).value, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [*SHAPES, (1, 4), (0, 4), (0, 3, 4)])
@pytest.mark.parametrize(("dtype", "rtol"), PRECISION)
@pytest.mark.parametrize("training", [True, False])
def test_layer_norm_equals_torch(shape, dtype, rtol, training):
    layer = randomized(LayerNormalization(), shape[1:], dtype)
    x = Tensor(np.random.default_rng(3).normal(2, 3, shape).astype(dtype), requires_grad=True)
    tensors = [x, layer.gamma, layer.beta]
    mirrors = [mirror(tensor) for tensor in tensors]
    expected = torch.nn.functional.layer_norm(mirrors[0], shape[-1:], *mirrors[1:], eps=1e-3)
    compare(layer(x, training), expected, tensors, mirrors, rtol)


def test_batch_norm_in_training_gives_mean_beta_and_deviation_gamma():
    layer = randomized(BatchNormalization(epsilon=0.0), (5, 5, 3), np.float64)
    y = layer(np.random.default_rng(0).normal(7, 3, (8, 5, 5, 3)), training=True).value
    np.testing.assert_allclose(y.mean((0, 1, 2)), layer.beta.value, rtol=1e-12)
    np.testing.assert_allclose(y.std((0, 1, 2)), layer.gamma.value, rtol=1e-12)


def test_an_empty_batch_leaves_the_moving_statistics_alone():
    layer = randomized(BatchNormalization(), (3,), np.float32)
    before = layer.moving_mean.copy(), layer.moving_variance.copy()
    assert layer(np.zeros((0, 3)), training=True).shape == (0, 3)
    np.testing.assert_array_equal(before, (layer.moving_mean, layer.moving_variance))


@pytest.mark.parametrize("value", [0.0, 1e4, 1e-30, -3.0])
@pytest.mark.parametrize("kind", [BatchNormalization, LayerNormalization])
def test_equal_numbers_become_beta(kind, value):
    layer = randomized(kind(), (4,), np.float32)
    x = Tensor(np.full((8, 4), value, np.float32), requires_grad=True)
    y = layer(x, training=True)
    np.testing.assert_allclose(y.value - layer.beta.value, 0, atol=1e-7 * max(abs(value), 1) * 40)
    y.sum().backward()
    assert np.isfinite(x.grad).all()


@pytest.mark.parametrize("kind", [BatchNormalization, LayerNormalization])
def test_a_large_mean_does_not_hide_the_variance(kind):
    noise = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    layer = randomized(kind(), (64,), np.float32)
    shifted = layer(noise + np.float32(1e4), training=True).value
    # Numbers near 1e4 are about 1e-3 apart in float32.
    np.testing.assert_allclose(shifted, layer(noise, training=True).value, atol=5e-3)


def test_centre_and_mean_square_are_those_of_numpy():
    x = np.random.default_rng(0).normal(size=(7, 3))
    np.testing.assert_allclose(centre(Tensor(x)).value, x - x.mean(0), atol=1e-15)
    np.testing.assert_allclose(mean_square(Tensor(x)).value, (x**2).mean(0), rtol=1e-14)


def test_parameters_are_those_of_the_channels():
    batch = BatchNormalization().build((8, 8, 3), np.random.default_rng(0))
    assert batch.count_parameters() == 6
    assert {name: value.shape for name, value in batch.weights().items()} == dict.fromkeys(
        ("gamma", "beta", "moving_mean", "moving_variance"), (3,)
    )
    layer = LayerNormalization().build((8, 8, 3), np.random.default_rng(0))
    assert list(layer.weights()) == ["gamma", "beta"]


@pytest.mark.parametrize("momentum", [-0.1, 1.0, np.nan])
def test_momentum_is_a_share(momentum):
    with pytest.raises(ValueError, match=r"momentum must be in \[0, 1\), got"):
        BatchNormalization(momentum)


@pytest.mark.parametrize("kind", [BatchNormalization, LayerNormalization])
@pytest.mark.parametrize("epsilon", [-1e-9, np.nan])
def test_epsilon_is_not_negative(kind, epsilon):
    with pytest.raises(ValueError, match=f"epsilon must be at least 0, got {epsilon}"):
        kind(epsilon=epsilon)


@pytest.mark.parametrize("kind", [BatchNormalization, LayerNormalization])
@pytest.mark.parametrize("shape", [(), (3, None)])
def test_the_last_axis_needs_a_length(kind, shape):
    message = rf"{kind.__name__} expects inputs of shape \(batch, …, features\), got \(batch"
    with pytest.raises(ValueError, match=message):
        kind().build(shape, np.random.default_rng(0))
