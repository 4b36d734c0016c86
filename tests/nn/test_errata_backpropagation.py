"""What backpropagation does, and what it costs: corrections E28 and E29."""

import numpy as np
import pytest

from companion import nn

RELU = {"activation": "relu"}
ARTICLE = [
    nn.Input((28, 28, 1)),
    nn.Conv2D(32, 3, **RELU),
    nn.MaxPooling2D(2),
    nn.Conv2D(64, 3, **RELU),
    nn.MaxPooling2D(2),
    nn.Conv2D(64, 3, **RELU),
    nn.Flatten(),
    nn.Dense(64, **RELU),
    nn.Dense(10),
]


def test_E28_backward_gives_gradients_and_changes_no_parameter():
    model = nn.Sequential([nn.Input((4,)), nn.Dense(3, "tanh"), nn.Dense(2)])
    before = {name: value.copy() for name, value in model.weights().items()}
    x = np.random.default_rng(0).normal(size=(5, 4))
    nn.losses.cross_entropy(np.array([0, 1, 0, 1, 1]), model(x, training=True)).backward()
    assert all(np.array_equal(before[name], value) for name, value in model.weights().items())
    assert all(np.any(parameter.grad != 0) for parameter in model.parameters().values())


@pytest.mark.parametrize(
    "optimizer", [nn.SGD(0.1), nn.SGD(0.1, momentum=0.9), nn.Adam(0.1)], ids=lambda o: repr(o)
)
def test_E28_the_optimiser_turns_the_same_gradient_into_different_updates(optimizer):
    parameter = nn.Tensor([1.0, -2.0], requires_grad=True)
    (parameter**2).sum().backward()
    assert parameter.grad.tolist() == [2, -4]
    optimizer.step([parameter])
    step = np.array([0.1, -0.1]) if isinstance(optimizer, nn.Adam) else np.array([0.2, -0.4])
    np.testing.assert_allclose(parameter.value, np.array([1, -2]) - step, rtol=1e-6)


def test_E29_forward_and_backward_take_2_93_times_the_operations_of_forward():
    summary = nn.Sequential(ARTICLE).summary()
    first = next(row.flops for row in summary if row.flops)  # needs no gradient of its input
    assert summary.parameters + 1 == 93_323  # evaluations for forward differences
    assert 3 - first / summary.flops == pytest.approx(2.93, abs=0.005)


def test_E29_the_operations_equal_those_that_torch_counts():
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    layers = torch.nn
    network = layers.Sequential(
        *(layers.Conv2d(1, 32, 3), layers.ReLU(), layers.MaxPool2d(2)),
        *(layers.Conv2d(32, 64, 3), layers.ReLU(), layers.MaxPool2d(2)),
        *(layers.Conv2d(64, 64, 3), layers.ReLU(), layers.Flatten()),
        *(layers.Linear(576, 64), layers.ReLU(), layers.Linear(64, 10)),
    )
    x = torch.randn(2, 1, 28, 28)
    with FlopCounterMode(display=False) as forward:
        network(x)
    with FlopCounterMode(display=False) as both:
        network(x).square().mean().backward()
    summary = nn.Sequential(ARTICLE).summary()
    first = next(row.flops for row in summary if row.flops)
    assert forward.get_total_flops() == 2 * summary.flops
    assert both.get_total_flops() == 2 * (3 * summary.flops - first)
