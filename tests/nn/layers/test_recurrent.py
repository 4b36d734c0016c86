"""Recurrent layers against PyTorch and Keras, and their variational dropout."""

import numpy as np
import pytest

from companion.nn import Tensor, grad_check, gradients
from companion.nn.functions import stack
from companion.nn.layers.recurrent import GRU, LSTM, SimpleRNN, unstack

KINDS = [SimpleRNN, GRU, LSTM]
# Where PyTorch keeps each of our gates: it orders those of a GRU r, z, n.
TORCH = {SimpleRNN: ("RNN", [0]), GRU: ("GRU", [1, 0, 2]), LSTM: ("LSTM", [0, 1, 2, 3])}


def layer(kind, inputs=3, units=4, dtype="float64", seed=0, **settings):
    """A recurrent layer whose biases are not only zeros and ones."""
    rng = np.random.default_rng(seed)
    built = kind(units, **settings).build((None, inputs), rng, dtype)
    built.bias.value[...] += 0.3 * rng.normal(size=built.bias.shape)
    return built


def to_torch(kind, array):
    """Reorder the gates of the last axis and bring it to the front."""
    _, order = TORCH[kind]
    blocks = array.reshape(*array.shape[:-1], len(order), -1)[..., order, :]
    return np.moveaxis(blocks.reshape(array.shape), -1, 0)


def torch_twin(torch, ours):
    kind = type(ours)
    inputs, units = ours.kernel.shape[0], ours.units
    theirs = getattr(torch.nn, TORCH[kind][0])(inputs, units, batch_first=True, dtype=torch.float64)
    bias = np.zeros((2, ours.bias.shape[-1]))
    bias[: ours.bias.value.reshape(-1, bias.shape[1]).shape[0]] = ours.bias.value
    values = {
        "weight_ih_l0": to_torch(kind, ours.kernel.value),
        "weight_hh_l0": to_torch(kind, ours.recurrent_kernel.value),
        "bias_ih_l0": to_torch(kind, bias[0]),
        "bias_hh_l0": to_torch(kind, bias[1]),
    }
    theirs.load_state_dict({name: torch.tensor(value) for name, value in values.items()})
    return theirs


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize(
    ("batch", "time", "inputs", "units"),
    [(2, 5, 3, 4), (1, 1, 2, 3), (3, 60, 1, 5), (5, 9, 7, 1), (0, 4, 3, 2), (4, 17, 2, 6)],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_and_its_gradients_equal_torch(kind, batch, time, inputs, units, return_sequences):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    ours = layer(kind, inputs, units, return_sequences=return_sequences)
    theirs = torch_twin(torch, ours)
    array = rng.normal(size=(batch, time, inputs))
    x, their_x = Tensor(array, requires_grad=True), torch.tensor(array, requires_grad=True)
    found, (expected, _) = ours(x), theirs(their_x)
    if not return_sequences:
        expected = expected[:, -1]
    np.testing.assert_allclose(found.value, expected.detach(), rtol=1e-9, atol=1e-12)
    gradient = rng.normal(size=found.shape)
    found.backward(gradient)
    expected.backward(torch.tensor(gradient))
    close = {"rtol": 1e-8, "atol": 1e-11}
    np.testing.assert_allclose(x.grad, their_x.grad, **close)
    pairs = [
        (ours.kernel.grad, theirs.weight_ih_l0.grad),
        (ours.recurrent_kernel.grad, theirs.weight_hh_l0.grad),
        (ours.bias.grad.reshape(-1, ours.gates * units)[0], theirs.bias_ih_l0.grad),
        (ours.bias.grad.reshape(-1, ours.gates * units)[-1], theirs.bias_hh_l0.grad),
    ]
    for a, b in pairs:
        np.testing.assert_allclose(to_torch(kind, a), b, **close)


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_and_its_gradients_equal_keras(kind):
    keras = pytest.importorskip("keras")
    tf = pytest.importorskip("tensorflow")
    ours = layer(kind, 3, 4, dtype="float32", return_sequences=True)
    theirs = getattr(keras.layers, kind.__name__)(4, return_sequences=True)
    x = np.random.default_rng(0).normal(size=(2, 6, 3)).astype(np.float32)
    theirs(x)
    assert [w.shape for w in ours.weights().values()] == [w.shape for w in theirs.get_weights()]
    theirs.set_weights(list(ours.weights().values()))
    with tf.GradientTape() as tape:
        expected = theirs(x)
        total = tf.reduce_sum(expected**2)
    found = ours(x)
    np.testing.assert_allclose(found.value, expected, rtol=1e-4, atol=1e-6)
    (found**2).sum().backward()
    gradients = tape.gradient(total, theirs.trainable_variables)
    for p, gradient in zip(ours.parameters().values(), gradients, strict=True):
        np.testing.assert_allclose(p.grad, gradient, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("dropped", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_equal_finite_differences(kind, dropped):
    rates = {"dropout": 0.4, "recurrent_dropout": 0.4} if dropped else {}
    ours = layer(kind, 2, 3, return_sequences=True, **rates)
    names = list(ours.parameters())

    def output(x, *values):
        for drop in (ours.drop_inputs, ours.drop_state):
            drop.rng = np.random.default_rng(3)  # the same masks each time
        for name, value in zip(names, values, strict=True):
            setattr(ours, name, value)
        return ours(x, training=True) ** 2

    x = np.random.default_rng(0).normal(size=(2, 4, 2))
    assert grad_check(output, x, *ours.parameters().values(), rtol=1e-4)


def test_gradients_through_time_can_be_differentiated_again():
    ours = layer(LSTM, 2, 2)

    def slope(x):
        (found,) = gradients((ours(x) ** 2).sum(), [x], create_graph=True)
        return found

    x = Tensor(np.random.default_rng(0).normal(size=(1, 3, 2)), requires_grad=True)
    slope(x).sum().backward()
    step = 1e-5

    def around(h):
        return slope(Tensor(x.value + h, requires_grad=True)).value.sum()

    expected = (around(step) - around(-step)) / (2 * step)
    np.testing.assert_allclose(x.grad.sum(), expected, rtol=1e-6)


# How it begins


def test_the_forget_gate_begins_open():
    built = LSTM(3).build((None, 2), np.random.default_rng(0))
    np.testing.assert_array_equal(built.bias.value, [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("kind", [SimpleRNN, GRU])
def test_other_biases_begin_at_zero(kind):
    built = kind(3).build((None, 2), np.random.default_rng(0))
    assert not built.bias.value.any()


@pytest.mark.parametrize("kind", KINDS)
def test_the_rows_of_the_recurrent_kernel_begin_orthonormal(kind):
    u = kind(5).build((None, 2), np.random.default_rng(0), "float64").recurrent_kernel.value
    np.testing.assert_allclose(u @ u.T, np.eye(5), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_parameters_and_flops(kind):
    gates = {SimpleRNN: 1, GRU: 3, LSTM: 4}[kind]
    rows = 2 if kind is GRU else 1
    ours = kind(5).build((None, 3), np.random.default_rng(0))
    assert ours.count_parameters() == gates * 5 * (3 + 5 + rows)
    assert list(ours.parameters()) == ["kernel", "recurrent_kernel", "bias"]
    assert ours.flops((7, 3)) == 7 * 2 * gates * 5 * (3 + 5)
    assert ours.output_shape((7, 3)) == (5,)
    assert kind(5, return_sequences=True).output_shape((7, 3)) == (7, 5)


# Steps


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_step_is_the_output_without_sequences(kind):
    x = np.random.default_rng(0).normal(size=(2, 6, 3))
    np.testing.assert_array_equal(
        layer(kind)(x).value, layer(kind, return_sequences=True)(x).value[:, -1]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_past_does_not_see_the_future(kind):
    x = np.random.default_rng(0).normal(size=(2, 6, 3))
    ours = layer(kind, return_sequences=True)
    np.testing.assert_allclose(ours(x).value[:, :4], ours(x[:, :4]).value, rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_five_hundred_steps_forward_and_back(kind):
    x = Tensor(np.random.default_rng(0).normal(size=(1, 500, 2)), requires_grad=True)
    layer(kind, 2, 3, return_sequences=True)(x).sum().backward()
    assert np.isfinite(x.grad).all()
    assert (x.grad[:, [0, 250, 499]] != 0).all()


@pytest.mark.parametrize("size", [1e4, 1e30])
@pytest.mark.parametrize("kind", KINDS)
def test_float32_survives_extreme_inputs(kind, size):
    x = Tensor(np.full((2, 3, 3), size, np.float32), requires_grad=True)
    ours = layer(kind, dtype="float32")
    y = ours(x)
    y.sum().backward()
    assert y.dtype == x.grad.dtype == np.float32
    assert (np.abs(y.value) <= 1).all() or kind is LSTM
    for array in (y.value, x.grad, *(p.grad for p in ours.parameters().values())):
        assert array.dtype == np.float32
        assert np.isfinite(array).all()


def gradient_norms(ours, steps=60):
    """Size of the gradient of the last state with respect to the input of each step."""
    x = Tensor(np.random.default_rng(1).normal(size=(1, steps, 1)), requires_grad=True)
    ours(x).sum().backward()
    return np.abs(x.grad[0, :, 0])


def test_gradients_vanish_in_a_simple_rnn():
    ours = layer(SimpleRNN, 1, 8)
    ours.recurrent_kernel.value[...] *= 0.5  # orthogonal times 1/2: each step at least halves them
    norms = gradient_norms(ours)
    assert 0 < norms[0] < norms.max() * 0.5**50


def test_gradients_last_in_an_lstm_that_forgets_nothing():
    ours = layer(LSTM, 1, 8)
    ours.recurrent_kernel.value[...] = 0
    ours.bias.value[8:16] = 10  # f = σ(10 + …) is almost 1
    norms = gradient_norms(ours)
    assert norms[:10].mean() > 0.2 * norms[-10:].mean()


@pytest.mark.parametrize("n", [0, 1, 2, 8, 9, 33])
def test_unstack_is_the_inverse_of_stack(n):
    x = Tensor(np.random.default_rng(0).normal(size=(n, 3)), requires_grad=True)
    parts = unstack(x)
    assert len(parts) == n
    if n:
        joined = stack(parts)
        np.testing.assert_array_equal(joined.value, x.value)
        gradient = np.arange(3.0 * n).reshape(n, 3)
        joined.backward(gradient)
        np.testing.assert_array_equal(x.grad, gradient)


# Variational dropout


def read_inputs(ours, shape):
    """Which features of the inputs the layer reads in one call, ``shape``."""
    x = Tensor(np.random.default_rng(0).normal(size=shape), requires_grad=True)
    ours(x, training=True).sum().backward()
    return x.grad != 0


@pytest.mark.parametrize("kind", KINDS)
def test_B03_the_same_features_are_dropped_at_every_step_of_a_sequence(kind):
    read = read_inputs(layer(kind, 8, 4, dropout=0.5, return_sequences=True), (6, 7, 8))
    np.testing.assert_array_equal(read, np.broadcast_to(read[:, :1], read.shape))
    assert 0.2 < read.mean() < 0.8
    assert len({row.tobytes() for row in read[:, 0]}) == 6  # each sequence has its own


@pytest.mark.parametrize("kind", KINDS)
def test_B03_the_same_units_are_dropped_at_every_step_of_a_sequence(kind):
    # h_{t−1} U with U = 0 but for one row shows whether that unit was dropped.
    ours = layer(kind, 2, 8, recurrent_dropout=0.5, return_sequences=True)
    seen = []

    def step(z, u, state):
        seen.append((state[0].value, u.value))
        return type(ours).step(ours, z, u, state)

    ours.step = step
    x = np.random.default_rng(0).normal(size=(5, 6, 2))
    ours(x, training=True)
    U = ours.recurrent_kernel.value.reshape(8, ours.gates, 8)
    masks = []
    for h, u in seen[1:]:  # h is 0 at first
        kept = np.linalg.lstsq(U[:, 0].T, u[0].T, rcond=None)[0].T / h  # h ∘ mask from its product
        masks.append(kept.round(6))
    for mask in masks:
        np.testing.assert_array_equal(mask, masks[0])
    assert set(np.unique(masks[0])) == {0.0, 2.0}
    assert len({row.tobytes() for row in masks[0]}) == 5  # each sequence has its own


@pytest.mark.parametrize("rates", [{"dropout": 0.5}, {"recurrent_dropout": 0.5}])
@pytest.mark.parametrize("kind", KINDS)
def test_masks_differ_between_calls_and_repeat_with_the_seed(kind, rates):
    x = np.random.default_rng(0).normal(size=(3, 5, 6))
    ours, again = (layer(kind, 6, 7, **rates) for _ in range(2))
    first, second = (ours(x, training=True).value for _ in range(2))
    assert (first != second).any(axis=1).all()
    np.testing.assert_array_equal(again(x, training=True).value, first)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_is_for_training_alone(kind):
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    plain, dropping = layer(kind), layer(kind, dropout=0.5, recurrent_dropout=0.5)
    np.testing.assert_array_equal(dropping(x).value, plain(x).value)
    np.testing.assert_array_equal(plain(x, training=True).value, plain(x).value)


@pytest.mark.parametrize("kind", KINDS)
def test_dropped_layers_keep_float32(kind):
    ours = layer(kind, dtype="float32", dropout=0.5, recurrent_dropout=0.5)
    y = ours(np.ones((2, 3, 3)), training=True)
    y.sum().backward()
    assert y.dtype == np.float32
    assert {p.grad.dtype for p in ours.parameters().values()} == {np.dtype(np.float32)}


# Bad input


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4), (5, None)])
@pytest.mark.parametrize("kind", KINDS)
def test_inputs_must_be_sequences_of_features(kind, shape):
    with pytest.raises(ValueError, match=f"{kind.__name__} takes the shape"):
        kind(2).build(shape, np.random.default_rng(0))


@pytest.mark.parametrize("name", ["dropout", "recurrent_dropout"])
def test_dropout_must_be_a_probability_below_one(name):
    with pytest.raises(ValueError, match=r"must be in \[0, 1\), got 1.5"):
        LSTM(2, **{name: 1.5})
