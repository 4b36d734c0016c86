"""Activation functions: corrections E33, E35 and E36, beyond the tests of the functions."""

import numpy as np
import pytest

from companion import nn
from companion.nn.experiments.signals import signals


@pytest.mark.parametrize("name", sorted(nn.activations.NAMED))
def test_E33_no_activation_has_a_parameter(name):
    layer = nn.Activation(name).build((8,), np.random.default_rng(0))
    assert layer.count_parameters() == 0


@pytest.mark.parametrize("score", [-20.0, -5.0, -1.0, 0.0, 3.0])
def test_E35_as_output_a_sigmoid_does_no_harm_with_cross_entropy_and_much_with_squares(score):
    z = nn.Tensor([[score]], requires_grad=True)
    y = np.array([[1.0]])
    p = nn.functions.sigmoid(z)
    (pull,) = nn.gradients(nn.losses.binary_cross_entropy(y, z), [z])
    (weak,) = nn.gradients(nn.losses.mean_squared_error(y, p), [z])
    np.testing.assert_allclose(pull.value, p.value - y, rtol=1e-12)
    np.testing.assert_allclose(weak.value, 2 * (p.value - y) * p.value * (1 - p.value), rtol=1e-12)
    assert abs(weak.item()) <= abs(pull.item()) / 2


def test_E35_as_hidden_unit_a_sigmoid_takes_three_quarters_of_the_gradient_in_each_layer():
    settings = {"use_bias": False, "initializer": "orthogonal"}
    layers = [nn.Dense(32, "sigmoid", **settings) for _ in range(10)]
    model = nn.Sequential([nn.Input((32,)), *layers], dtype="float64")
    outputs = [nn.Tensor(np.random.default_rng(0).normal(size=(16, 32)))]
    for layer in model.layers:
        outputs.append(layer(outputs[-1]))
    found = nn.gradients(outputs[-1].sum(), outputs[1:])
    norms = np.array([np.linalg.norm(g.value) for g in found])
    assert (norms[:-1] <= norms[1:] / 4).all()


def test_E35_softmax_of_two_scores_is_the_sigmoid_of_their_difference():
    scores = np.random.default_rng(0).normal(scale=20, size=(100, 2))
    both = nn.activations.softmax(scores).value
    sigmoid = nn.functions.sigmoid(scores[:, 0] - scores[:, 1]).value
    np.testing.assert_allclose(both[:, 0], sigmoid, rtol=1e-10)


@pytest.mark.parametrize(
    ("activation", "initializer", "expected"),
    [("sigmoid", "xavier_normal", 2e-13), ("tanh", nn.initializers.normal(1.0), 4e7)],
    ids=["vanishes", "explodes"],
)
def test_E36_the_gradient_vanishes_by_slopes_and_explodes_by_weights(
    activation, initializer, expected
):
    ratios = []
    for seed in range(3):
        settings = {"use_bias": False, "initializer": initializer}
        layers = [nn.Dense(128, activation, **settings) for _ in range(20)]
        model = nn.Sequential([nn.Input((128,)), *layers], seed=seed, dtype="float64")
        x = np.random.default_rng(seed).normal(size=(128, 128))
        found = signals(model, x, lambda outputs: (outputs**2).mean())
        ratios.append(found[0].gradient / found[-1].gradient)
    assert expected / 3 < np.median(ratios) < expected * 3


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "linear"])
def test_E36_with_orthogonal_weights_no_gradient_grows(activation):
    settings = {"use_bias": False, "initializer": "orthogonal"}
    layers = [nn.Dense(32, activation, **settings) for _ in range(20)]
    model = nn.Sequential([nn.Input((32,)), *layers], dtype="float64")
    outputs = [nn.Tensor(np.random.default_rng(1).normal(size=(16, 32)))]
    for layer in model.layers:
        outputs.append(layer(outputs[-1]))
    found = nn.gradients((outputs[-1] ** 2).mean(), outputs[1:])
    norms = np.array([np.linalg.norm(g.value) for g in found])
    assert (norms[:-1] <= norms[1:] * (1 + 1e-12)).all()
