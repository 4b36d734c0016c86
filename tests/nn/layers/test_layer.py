"""What every layer must do, whatever it computes."""

import copy
import re

import numpy as np
import pytest

from companion.nn import activations, initializers
from companion.nn.checking import grad_check
from companion.nn.layers.attention import MultiHeadAttention
from companion.nn.layers.convolution import Conv2D
from companion.nn.layers.dense import Dense
from companion.nn.layers.dropout import Dropout
from companion.nn.layers.embedding import Embedding
from companion.nn.layers.layer import Layer, fits, known
from companion.nn.layers.normalization import BatchNormalization, LayerNormalization
from companion.nn.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from companion.nn.layers.recurrent import GRU, LSTM, SimpleRNN
from companion.nn.layers.residual import ResidualBlock
from companion.nn.layers.shaping import Activation, Flatten, Reshape
from companion.nn.ranges import whole
from companion.nn.regularizers import L1, L2
from companion.nn.tensor import Tensor, gradients

CASES = {
    "dense": (Dense(3, "tanh"), (4,)),
    "dense in time": (Dense(2, "gelu", use_bias=False), (3, 4)),
    "conv": (Conv2D(2, 3, activation="tanh"), (5, 4, 2)),
    "conv same": (Conv2D(2, (2, 3), (2, 1), "same", "sigmoid"), (5, 3, 1)),
    "max pooling": (MaxPooling2D(), (5, 4, 2)),
    "max pooling that overlaps": (MaxPooling2D(3, 1, "same"), (4, 3, 1)),
    "average pooling": (AveragePooling2D((2, 3), 1, "same"), (3, 4, 2)),
    "global pooling": (GlobalAveragePooling2D(), (3, 2, 4)),
    "flatten": (Flatten(), (3, 2, 2)),
    "reshape": (Reshape((2, -1)), (3, 4)),
    "activation": (Activation("softplus"), (3,)),
    "softmax": (Activation("softmax"), (2, 3)),
    "batch norm": (BatchNormalization(), (3,)),
    "batch norm of images": (BatchNormalization(), (2, 3, 2)),
    "layer norm": (LayerNormalization(), (4,)),
    "layer norm in time": (LayerNormalization(), (2, 3)),
    "dropout": (Dropout(0.4), (3, 2)),
    # A number of NumPy, unlike one of Python, would turn float32 into float64.
    "dropout with a rate of NumPy": (Dropout(np.float64(0.4)), (3, 2)),
    "batch norm with an epsilon of NumPy": (BatchNormalization(epsilon=np.float64(0.01)), (3,)),
    "layer norm with an epsilon of NumPy": (LayerNormalization(epsilon=np.float64(0.01)), (3,)),
    "residual": (ResidualBlock(2), (3, 3, 2)),
    "residual that changes the shape": (ResidualBlock(2, 2), (4, 3, 1)),
}
every_layer = pytest.mark.parametrize(("layer", "shape"), CASES.values(), ids=CASES)
every_mode = pytest.mark.parametrize("training", [False, True], ids=["using", "training"])
both_types = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def build(layer, shape, dtype=np.float64, seed=0):
    """Return a built copy with parameters that are nothing special: biases and scales too."""
    layer = copy.copy(layer).build(shape, np.random.default_rng(seed), dtype)
    rng = np.random.default_rng(seed + 1)
    for value in layer.weights().values():
        value += rng.uniform(0.1, 0.5, value.shape)
    return layer


def images(shape, batch=3, dtype=np.float64, seed=0):
    return np.random.default_rng(seed).normal(size=(batch, *shape)).astype(dtype)


def bind(layer, parameters):
    """Put tensors in the place of a layer's parameters."""
    for name, tensor in zip(list(layer.parameters()), parameters, strict=True):
        *path, last = name.split(".")
        owner = layer
        for part in path:
            owner = owner[int(part)] if part.isdigit() else getattr(owner, part)
        setattr(owner, last, tensor)


def as_function(layer, training):
    """Return the layer as a function of its input and its parameters; masks are drawn anew."""

    def function(x, *parameters):
        bind(layer, parameters)
        if isinstance(layer, Dropout):
            layer.rng = np.random.default_rng(5)
        return layer(x, training)

    return function


@every_layer
@every_mode
def test_gradients_equal_finite_differences(layer, shape, training):
    layer = build(layer, shape)
    x = images(shape, batch=2)
    weights = np.random.default_rng(7).normal(size=layer(x).shape)  # so that sums do not cancel
    function = as_function(layer, training)
    values = [p.value for p in layer.parameters().values()]
    grad_check(lambda *inputs: function(*inputs) * weights, x, *values)


@every_layer
@every_mode
def test_second_derivatives_equal_finite_differences_of_the_first(layer, shape, training):
    layer = build(layer, shape)
    x = images(shape, batch=2)
    shape_out = layer(x).shape
    rng = np.random.default_rng(7)
    linear, square = rng.normal(size=shape_out), rng.normal(size=shape_out)
    function = as_function(layer, training)

    def slopes(*inputs):
        inputs = [x if x.requires_grad else Tensor(x, requires_grad=True) for x in inputs]
        y = function(*inputs)
        found = gradients((y * linear + y * y * square).sum(), inputs, create_graph=True)
        weights = np.random.default_rng(8)
        return sum((g * weights.normal(size=g.shape)).sum() for g in found)

    # One direction in the space of the parameters is enough: the first test takes each by itself.
    values = [p.value.copy() for p in layer.parameters().values()]
    steps = [rng.normal(size=value.shape) for value in (x, *values)]
    grad_check(
        lambda t: slopes(*(v + s * t for v, s in zip((x, *values), steps, strict=True))),
        0.0,
        rtol=1e-4,
    )


@every_layer
@every_mode
@both_types
@pytest.mark.parametrize("batch", [0, 1, 3])
def test_shape_and_type_are_those_promised(layer, shape, training, dtype, batch):
    layer = build(layer, shape, dtype)
    x = Tensor(images(shape, batch, dtype), requires_grad=True)
    y = layer(x, training)
    assert y.shape == (batch, *layer.output_shape(shape))
    assert y.dtype == dtype
    y.sum().backward()
    for tensor in (x, *layer.parameters().values()):
        assert tensor.grad.shape == tensor.shape
        assert tensor.grad.dtype == dtype
        assert np.isfinite(tensor.grad).all()
    assert all(value.dtype == dtype for value in layer.weights().values())
    assert all(np.isfinite(value).all() for value in layer.weights().values())


@every_layer
def test_float32_is_close_to_float64(layer, shape):
    outputs, slopes = [], []
    for dtype in (np.float32, np.float64):
        built = build(layer, shape, dtype)
        x = Tensor(images(shape, 3, dtype), requires_grad=True)
        y = built(x, training=True)
        (y * y).sum().backward()
        outputs.append(y.value)
        slopes.append(x.grad)
    np.testing.assert_allclose(*outputs, rtol=2e-5, atol=2e-5)
    np.testing.assert_allclose(*slopes, rtol=2e-4, atol=2e-4)


@every_layer
def test_the_same_seed_gives_the_same_layer(layer, shape):
    x = images(shape)
    first, again, other = (build(layer, shape, seed=seed) for seed in (0, 0, 1))
    for _ in range(2):
        np.testing.assert_array_equal(first(x, True).value, again(x, True).value)
    if first.parameters():
        assert not np.array_equal(first(x).value, other(x).value)


@every_layer
def test_using_a_layer_changes_nothing(layer, shape):
    layer = build(layer, shape)
    x = images(shape)
    before = {name: value.copy() for name, value in layer.weights().items()}
    np.testing.assert_array_equal(layer(x).value, layer(x).value)
    for name, value in layer.weights().items():
        np.testing.assert_array_equal(value, before[name])


@every_layer
def test_weights_move_to_another_layer(layer, shape):
    source, target = build(layer, shape, seed=0), build(layer, shape, seed=1)
    target.set_weights(source.weights())
    x = images(shape)
    np.testing.assert_array_equal(target(x).value, source(x).value)
    for value in source.weights().values():
        value += 1.0
    copies = target.weights()
    assert all((copies[name] != value).any() for name, value in source.weights().items())


@every_layer
def test_another_shape_is_refused_with_both_shapes(layer, shape):
    layer = build(layer, shape)
    x = images((*shape[:-1], shape[-1] + 1))
    expected = ", ".join(["batch", *map(str, shape)])
    message = f"{type(layer).__name__} expects inputs of shape ({expected}), got {x.shape}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        layer(x)


@every_layer
def test_a_layer_must_be_built_first(layer, shape):
    with pytest.raises(ValueError, match=f"{type(layer).__name__} is not built yet: call build"):
        layer(images(shape))


@pytest.mark.parametrize("dtype", ["float16", "int64", "complex128"])
def test_other_types_of_numbers_are_refused(dtype):
    with pytest.raises(ValueError, match=f"dtype must be float32 or float64, got {dtype}"):
        Dense(2).build((3,), np.random.default_rng(0), dtype)


def test_a_layer_that_was_refused_a_shape_is_still_unbuilt():
    layer = Conv2D(2, 3)
    with pytest.raises(ValueError, match="Conv2D expects"):
        layer.build((4,), np.random.default_rng(0))
    assert layer.input_shape is None
    assert not layer.weights()


def test_arrays_of_whole_numbers_take_the_type_of_the_layer():
    layer = build(Dense(2), (3,), np.float32)
    y = layer(np.arange(6).reshape(2, 3))
    assert y.dtype == np.float32
    np.testing.assert_array_equal(
        y.value, layer(np.arange(6, dtype=np.float32).reshape(2, 3)).value
    )


def test_an_axis_without_length_takes_any():
    layer = Conv2D(2, 3).build((None, None, 1), np.random.default_rng(0))
    assert layer.output_shape((None, None, 1)) == (None, None, 2)
    for size in (3, 8):
        y = layer(np.zeros((1, size, size + 1, 1)))
        assert y.shape == (1, *layer.output_shape((size, size + 1, 1)))
    with pytest.raises(ValueError, match=r"expects inputs of shape \(batch, any, any, 1\), got"):
        layer(np.zeros((1, 8, 8, 2)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("bias"), r"missing \['bias'\], unknown \[\]"),
        (lambda w: w.update(beta=1.0), r"missing \[\], unknown \['beta'\]"),
        (
            lambda w: w.update(bias=np.ones((1, 2))),
            r"weights\['bias'\] must have the shape \(2,\), got \(1, 2\)",
        ),
    ],
)
def test_set_weights_takes_all_or_nothing(change, message):
    layer = build(Dense(2), (3,))
    before = {name: value.copy() for name, value in layer.weights().items()}
    weights = {name: value + 1 for name, value in before.items()}
    change(weights)
    with pytest.raises(ValueError, match=message):
        layer.set_weights(weights)
    for name, value in layer.weights().items():
        np.testing.assert_array_equal(value, before[name])


class Pair(Layer):
    """Two layers side by side, and one of its own."""

    def create(self, shape, rng, dtype):
        self.head = Dense(1, regularizer=L2(0.5)).build(shape, rng, dtype)
        self.layers = [
            Dense(2, regularizer=L1(0.1)).build(shape, rng, dtype),
            BatchNormalization().build(shape, rng, dtype),
        ]


def test_layers_inside_a_layer_are_found_by_name():
    pair = Pair().build((3,), np.random.default_rng(0), np.float64)
    parameters = ["head.kernel", "head.bias", "layers.0.kernel", "layers.0.bias"]
    parameters += ["layers.1.gamma", "layers.1.beta"]
    state = ["layers.1.moving_mean", "layers.1.moving_variance"]
    assert list(pair.parameters()) == parameters
    assert list(pair.weights()) == parameters + state
    assert pair.count_parameters() == 3 + 1 + 6 + 2 + 3 + 3
    assert [name for name, _ in pair.children()] == ["head", "layers.0", "layers.1"]


def test_penalties_of_layers_inside_a_layer_add_up():
    pair = Pair().build((3,), np.random.default_rng(0), np.float64)
    weights = pair.weights()
    expected = 0.5 * (weights["head.kernel"] ** 2).sum()
    expected += 0.1 * np.abs(weights["layers.0.kernel"]).sum()
    assert pair.penalty().item() == pytest.approx(expected, rel=1e-14)
    assert build(Dense(2), (3,)).penalty() == 0


@pytest.mark.parametrize("layer", [Dense(3), Conv2D(3, 2), Embedding(3, 2)])
def test_names_of_settings_are_checked_at_once(layer):
    kind = type(layer)
    settings = (3,) if kind is Dense else (3, 2)
    with pytest.raises(ValueError, match=r"initializer must be one of he_normal, .*, got 'magic'"):
        kind(*settings, initializer="magic")
    drawn = kind(*settings, initializer=initializers.ones)
    assert drawn.initializer is initializers.ones
    if kind is not Embedding:
        with pytest.raises(ValueError, match=r"activation must be one of elu, .*, got 'magic'"):
            kind(*settings, activation="magic")
        assert kind(*settings, activation=activations.relu).activation is activations.relu


@pytest.mark.parametrize("given", [0, -1, 2.0, "3", None])
@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda n: Dense(n), "units"),
        (lambda n: Conv2D(n, 3), "filters"),
        (lambda n: Conv2D(1, n), "kernel_size"),
        (lambda n: Conv2D(1, (2, n)), "kernel_size"),
        (lambda n: Conv2D(1, 3, strides=(n, 1)), "strides"),
        (lambda n: MaxPooling2D(n), "pool_size"),
        (lambda n: AveragePooling2D(2, (1, n)), "strides"),
        (lambda n: Embedding(n, 2), "vocabulary"),
        (lambda n: Embedding(2, n), "units"),
        (lambda n: ResidualBlock(n), "filters"),
        (lambda n: ResidualBlock(2, n), "strides"),
        (lambda n: SimpleRNN(n), "units"),
        (lambda n: GRU(n), "units"),
        (lambda n: LSTM(n), "units"),
        (lambda n: MultiHeadAttention(n), "heads"),
        (lambda n: MultiHeadAttention(2, -1 if n is None else n), "key_size"),  # None: by default
    ],
)
def test_sizes_must_be_positive_whole_numbers(make, argument, given):
    with pytest.raises(ValueError, match=f"{argument} must be a positive whole number, got"):
        make(given)


def test_a_size_of_numpy_becomes_a_number_of_python():
    assert type(whole("units", np.int64(3))) is int
    assert type(Dense(np.int32(3)).units) is int


@pytest.mark.parametrize(
    ("shape", "expected", "fit"),
    [
        ((), (), True),
        ((3,), (3,), True),
        ((3,), (None,), True),
        ((3,), (4,), False),
        ((3, 1), (3,), False),
        ((), (None,), False),
    ],
)
def test_fits_compares_lengths_and_numbers_of_axes(shape, expected, fit):
    assert fits(shape, expected) is fit


def test_known_refuses_a_shape_with_an_unknown_length():
    assert known((3, 4)) == (3, 4)
    with pytest.raises(ValueError, match=r"every length of the shape .*, got \(None, 4\)"):
        known((None, 4))


def test_a_layer_without_forward_says_so():
    with pytest.raises(NotImplementedError):
        Layer().build((1,), np.random.default_rng(0))(np.zeros((1, 1)))
