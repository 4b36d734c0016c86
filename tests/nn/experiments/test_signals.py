"""What layers pass on, against PyTorch and against closed forms."""

import numpy as np
import pytest

from companion import nn
from companion.nn.experiments.signals import signals


def mean_square(outputs):
    return (outputs * outputs).mean()


def test_signals_equal_torch():
    torch = pytest.importorskip("torch")
    layers = [nn.Dense(5, "tanh"), nn.Dense(3, "sigmoid"), nn.Dense(2)]
    model = nn.Sequential([nn.Input((4,)), *layers], dtype="float64")
    x = np.random.default_rng(0).normal(size=(7, 4))
    h, sizes, parameters = torch.tensor(x), [], []
    for layer, phi in zip(layers, (torch.tanh, torch.sigmoid, torch.nn.Identity()), strict=True):
        own = [torch.tensor(p.value, requires_grad=True) for p in (layer.kernel, layer.bias)]
        h = phi(h @ own[0] + own[1])
        sizes.append(h.square().mean().sqrt().item())
        parameters.append(own)
    h.square().mean().backward()
    norms = [sum(p.grad.square().sum() for p in own).sqrt().item() for own in parameters]
    np.testing.assert_allclose(
        np.array(signals(model, x, mean_square)), np.column_stack([sizes, norms]), rtol=1e-12
    )


def test_signals_skip_layers_without_parameters_and_count_blocks_once():
    block = nn.Sequential([nn.Conv2D(3, 3, padding="same"), nn.BatchNormalization()])
    model = nn.Sequential([nn.Input((4, 4, 1)), block, nn.Activation("relu"), nn.Flatten()])
    assert len(signals(model, np.ones((2, 4, 4, 1)), mean_square)) == 1


def test_signals_change_no_parameter_and_leave_grad_alone():
    model = nn.Sequential([nn.Input((4,)), nn.Dense(3, "relu")])
    before = {name: value.copy() for name, value in model.weights().items()}
    signals(model, np.ones((2, 4)), mean_square)
    assert all((before[name] == value).all() for name, value in model.weights().items())
    assert all(parameter.grad is None for parameter in model.parameters().values())


def test_signals_of_a_linear_orthogonal_network_keep_their_size():
    layers = [nn.Dense(8, use_bias=False, initializer="orthogonal") for _ in range(30)]
    model = nn.Sequential([nn.Input((8,)), *layers], dtype="float64")
    x = np.random.default_rng(0).normal(size=(5, 8))
    found = np.array(signals(model, x, mean_square))
    np.testing.assert_allclose(found, found[:1].repeat(30, axis=0))


def test_signals_refuse_a_network_without_parameters():
    model = nn.Sequential([nn.Input((4, 4)), nn.Flatten()])
    with pytest.raises(ValueError, match="model must have parameters, got none"):
        signals(model, np.ones((1, 4, 4)), mean_square)
