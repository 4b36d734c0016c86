"""The dense layer against PyTorch's."""

import numpy as np
import pytest

from companion.nn.layers.dense import Dense
from companion.nn.regularizers import L1, L2
from companion.nn.tensor import Tensor

torch = pytest.importorskip("torch")

ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x: torch.softmax(x, -1),
}


def compare(layer, x, phi, rtol):
    """Compare output and all gradients with torch's on the same numbers."""
    x, mirror = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    kernel = torch.tensor(layer.kernel.value, requires_grad=True)
    bias = torch.tensor(layer.bias.value, requires_grad=True) if layer.use_bias else None
    y = layer(x)
    expected = phi(torch.nn.functional.linear(mirror, kernel.T, bias))
    np.testing.assert_allclose(y.value, expected.detach(), rtol=rtol, atol=rtol)
    g = np.random.default_rng(2).normal(size=y.shape).astype(y.dtype)
    y.backward(g)
    expected.backward(torch.tensor(g))
    pairs = [(x, mirror), (layer.kernel, kernel), *([(layer.bias, bias)] if layer.use_bias else [])]
    for ours, theirs in pairs:
        scale = float(theirs.grad.abs().max()) if theirs.grad.numel() else 1.0
        np.testing.assert_allclose(ours.grad, theirs.grad, rtol=rtol, atol=rtol * max(scale, 1e-30))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 2e-5), (np.float64, 1e-12)])
@pytest.mark.parametrize("shape", [(7, 5), (1, 5), (0, 5), (3, 4, 5), (2, 3, 1, 5)])
def test_dense_equals_torch(activation, dtype, rtol, shape):
    rng = np.random.default_rng(0)
    layer = Dense(3, activation).build(shape[1:], rng, dtype)
    layer.bias.value[:] = rng.normal(size=3)
    compare(layer, rng.normal(size=shape).astype(dtype), ACTIVATIONS[activation], rtol)


@pytest.mark.parametrize("scale", [1e-30, 1e4])
def test_dense_equals_torch_on_extreme_values(scale):
    rng = np.random.default_rng(0)
    layer = Dense(3, "relu", use_bias=False).build((4,), rng)
    x = (rng.normal(size=(6, 4)) * scale).astype(np.float32)
    compare(layer, x, torch.relu, 2e-5)


def test_dense_counts_its_parameters_and_operations():
    layer = Dense(64).build((576,), np.random.default_rng(0))
    assert layer.count_parameters() == 576 * 64 + 64 == 36_928
    assert layer.flops((576,)) == 2 * 576 * 64
    assert layer.flops((5, 576)) == 5 * 2 * 576 * 64
    assert Dense(64, use_bias=False).build((576,), np.random.default_rng(0)).count_parameters() == (
        576 * 64
    )
    with pytest.raises(ValueError, match="must be known"):
        layer.flops((None, 576))


@pytest.mark.parametrize("regularizer", [L1(0.1), L2(0.1)])
def test_penalty_is_that_of_the_kernel_alone(regularizer):
    layer = Dense(3, regularizer=regularizer).build((4,), np.random.default_rng(0))
    layer.bias.value[:] = 100
    assert layer.penalty().item() == regularizer(layer.kernel).item() > 0
    layer.penalty().backward()
    assert layer.kernel.grad is not None
    assert layer.bias.grad is None


@pytest.mark.parametrize(
    ("shape", "received"), [((), r"\(batch\)"), ((3, None), r"\(batch, 3, any\)")]
)
def test_dense_needs_the_length_of_the_last_axis(shape, received):
    with pytest.raises(
        ValueError, match=rf"Dense expects .*\(batch, …, features\), got {received}"
    ):
        Dense(3).build(shape, np.random.default_rng(0))
