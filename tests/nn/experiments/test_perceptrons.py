"""Many perceptrons at once: each as if alone; what one neuron and one linear map cannot do."""

import dataclasses

import numpy as np
import pytest

from companion import nn
from companion.nn.experiments.perceptrons import Perceptrons

XOR = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])


def alone(many, k, units, activation):
    """One of the networks as a Sequential."""
    hidden = [nn.Dense(n, activation) for n in units[1:-1]]
    model = nn.Sequential([nn.Input(units[:1]), *hidden, nn.Dense(units[-1])], dtype="float64")
    pairs = zip(many.kernels, many.biases, strict=True)
    values = [array for w, b in pairs for array in (w.value[k], b.value[k, 0])]
    model.set_weights(dict(zip(model.weights(), values, strict=True)))
    return model


@pytest.mark.parametrize("units", [(3, 2), (3, 5, 2), (3, 1, 4, 2)])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("optimizer", [nn.Adam(0.01), nn.SGD(0.1, momentum=0.9)])
def test_each_network_learns_as_if_it_were_alone(units, activation, optimizer):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(11, 3)), rng.integers(0, 2, 11)
    many = Perceptrons(units, 3, activation, seed=1)
    singles = [alone(many, k, units, activation) for k in range(3)]
    many.train(x, y, "cross_entropy", dataclasses.replace(optimizer), steps=25)
    assert many.count_parameters() == singles[0].count_parameters()
    for k, single in enumerate(singles):
        single.compile(dataclasses.replace(optimizer), "cross_entropy")
        for _ in range(25):
            single.train_on_batch(x, y)
        np.testing.assert_allclose(many(x).value[k], single.predict(x), rtol=1e-9, atol=1e-12)


def test_a_dense_unit_is_a_weighted_sum_a_bias_and_an_activation_as_in_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(7, 4))
    neuron = nn.Dense(1, "sigmoid").build((4,), rng, "float64")
    twin = torch.nn.Linear(4, 1).double()
    with torch.no_grad():
        twin.weight.copy_(torch.tensor(neuron.kernel.value.T))
        twin.bias.fill_(0.3)
    neuron.bias.value[...] = 0.3
    theirs = torch.sigmoid(twin(torch.tensor(x))).detach().numpy()
    np.testing.assert_allclose(neuron(x).value, theirs, rtol=1e-12)
    by_hand = 1 / (1 + np.exp(-(x @ neuron.kernel.value[:, 0] + 0.3)))
    np.testing.assert_allclose(neuron(x).value[:, 0], by_hand, rtol=1e-12)


def test_no_single_neuron_tells_xor_apart_and_a_hidden_layer_does():
    x, y = XOR
    neuron, hidden = Perceptrons((2, 1), 50), Perceptrons((2, 8, 1), 50)
    solved = []
    for many in (neuron, hidden):
        many.train(x, y, "binary_cross_entropy", nn.Adam(0.05), 400)
        solved.append(((many(x).value > 0) == y).all(axis=(1, 2)).mean())
    assert solved[0] == 0
    assert solved[1] > 0.9


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_E44_without_a_nonlinearity_any_depth_is_one_linear_map(depth):
    layers = [nn.Dense(units) for units in range(3, 3 + depth)]
    model = nn.Sequential([nn.Input((4,)), *layers], seed=2, dtype="float64")
    rng = np.random.default_rng(0)
    for layer in layers:
        layer.bias.value[...] = rng.normal(size=layer.units)
    kernel, bias = np.eye(4), np.zeros(4)
    for layer in layers:
        kernel, bias = kernel @ layer.kernel.value, bias @ layer.kernel.value + layer.bias.value
    x = rng.normal(size=(20, 4))
    np.testing.assert_allclose(model.predict(x), x @ kernel + bias, rtol=1e-12, atol=1e-13)


def test_E44_without_a_bias_every_neuron_answers_the_same_at_the_origin():
    neuron = nn.Dense(5, "sigmoid", use_bias=False).build((3,), np.random.default_rng(0))
    assert (neuron(np.zeros((1, 3))).value == 0.5).all()


@pytest.mark.parametrize("optimizer", [nn.SGD(0.1, momentum=0.9), nn.RMSProp(), nn.Adam()])
def test_E43_training_moves_parameters_and_leaves_the_settings_as_they_were_set(optimizer):
    x, y = XOR
    settings = dataclasses.asdict(optimizer)
    many = Perceptrons((2, 3, 1), 2)
    before = [kernel.value.copy() for kernel in many.kernels]
    many.train(x, y, "binary_cross_entropy", optimizer, 10)
    assert dataclasses.asdict(optimizer) == settings
    assert all((k.value != b).all() for k, b in zip(many.kernels, before, strict=True))


def test_a_seed_fixes_the_networks_and_they_differ_from_each_other():
    first, second, other = (Perceptrons((2, 4, 1), 3, seed=s) for s in (5, 5, 6))
    np.testing.assert_array_equal(first.kernels[0].value, second.kernels[0].value)
    assert (first.kernels[0].value != other.kernels[0].value).all()
    assert (first.kernels[0].value[0] != first.kernels[0].value[1]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": (2,)}, r"units must name inputs and outputs at least, got \(2,\)"),
        ({"units": (2, 0, 1)}, "units must be a positive whole number, got 0"),
        ({"networks": 0}, "networks must be a positive whole number, got 0"),
        ({"activation": "reul"}, "activation must be one of .*relu.*, got 'reul'"),
    ],
)
def test_bad_settings_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Perceptrons(**{"units": (2, 1), "networks": 1} | arguments)


def test_targets_that_do_not_fit_are_refused():
    x, _ = XOR
    with pytest.raises(ValueError, match="targets must have the outputs' shape"):
        Perceptrons((2, 1), 3).train(x, np.zeros(4), "binary_cross_entropy", nn.Adam(), 1)
