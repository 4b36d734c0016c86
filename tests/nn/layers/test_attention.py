"""Attention against PyTorch and Keras, and its properties."""

import numpy as np
import pytest

from companion.nn import Tensor, grad_check
from companion.nn.layers.attention import (
    MultiHeadAttention,
    attention_weights,
    causal_mask,
    scaled_dot_product_attention,
)

SHAPES = [  # axes in front, queries, keys, d, features of the values
    ((), 3, 3, 4, 4),
    ((2,), 3, 5, 4, 3),
    ((2, 3), 4, 4, 5, 5),
    ((1, 2), 7, 2, 1, 6),
    ((3,), 1, 1, 2, 2),
    ((0, 2), 3, 4, 2, 2),
]
TOLERANCE = {"float64": {"rtol": 1e-10, "atol": 1e-12}, "float32": {"rtol": 1e-4, "atol": 2e-6}}


def sample(shape, seed=0, dtype="float64"):
    front, queries, keys, d, features = shape
    rng = np.random.default_rng(seed)
    sizes = ((queries, d), (keys, d), (keys, features))
    return [rng.normal(size=(*front, *size)).astype(dtype) for size in sizes], rng


def layer(shape=(None, 6), seed=0, dtype="float64", **settings):
    """An attention layer whose biases are not zero."""
    rng = np.random.default_rng(seed)
    built = MultiHeadAttention(**settings).build(shape, rng, dtype)
    for value in built.weights().values():
        value += 0.1 * rng.normal(size=value.shape)
    return built


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", ["none", "random", "shared", "causal"])
@pytest.mark.parametrize("shape", SHAPES)
def test_attention_and_its_gradients_equal_torch(shape, kind, dtype):
    torch = pytest.importorskip("torch")
    arrays, rng = sample(shape, dtype=dtype)
    front, queries, keys, *_ = shape
    mask = {
        "none": None,
        "random": rng.random((*front, queries, keys)) < 0.6,
        "shared": rng.random((queries, keys)) < 0.6,
        "causal": np.tri(queries, keys, dtype=bool),
    }[kind]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    expected = torch.nn.functional.scaled_dot_product_attention(
        *theirs,
        attn_mask=None if mask is None or kind == "causal" else torch.tensor(mask),
        is_causal=kind == "causal",
    )
    ours = [Tensor(a, requires_grad=True) for a in arrays]
    found = scaled_dot_product_attention(*ours, mask)
    assert found.dtype == dtype
    np.testing.assert_allclose(found.value, expected.detach(), **TOLERANCE[dtype])
    gradient = rng.normal(size=found.shape).astype(dtype)
    found.backward(gradient)
    expected.backward(torch.tensor(gradient))
    for x, y in zip(ours, theirs, strict=True):
        assert x.grad.dtype == dtype
        np.testing.assert_allclose(x.grad, y.grad, **TOLERANCE[dtype])


@pytest.mark.parametrize("masked", [False, True])
def test_gradients_of_attention_equal_finite_differences(masked):
    arrays, rng = sample(((2,), 3, 4, 2, 3))
    mask = rng.random((2, 3, 4)) < 0.5 if masked else None
    assert grad_check(lambda q, k, v: scaled_dot_product_attention(q, k, v, mask) ** 2, *arrays)


def test_weights_of_every_query_sum_to_one():
    (query, key, _), rng = sample(((2, 3), 5, 7, 4, 1))
    mask = rng.random((5, 7)) < 0.5
    mask[:, 0] = True
    for allowed in (None, mask):
        weights = attention_weights(Tensor(query), Tensor(key), allowed).value
        np.testing.assert_allclose(weights.sum(-1), 1)
        assert (weights >= 0).all()
    assert (weights[..., ~mask] == 0).all()


def test_a_query_that_may_attend_to_nothing_gets_zeros_and_passes_none_on():
    arrays, _ = sample(((2,), 3, 4, 2, 3), dtype="float32")
    mask = np.ones((3, 4), bool)
    mask[1] = False
    query, key, value = (Tensor(a, requires_grad=True) for a in arrays)
    found = scaled_dot_product_attention(query, key, value, mask)
    assert (found.value[:, 1] == 0).all()
    assert (found.value[:, [0, 2]] != 0).all()
    found.sum().backward()
    assert (query.grad[:, 1] == 0).all()
    for tensor in (query, key, value):
        assert np.isfinite(tensor.grad).all()


def test_nothing_may_attend_to_anything():
    arrays, _ = sample(((), 3, 4, 2, 3))
    tensors = [Tensor(a, requires_grad=True) for a in arrays]
    found = scaled_dot_product_attention(*tensors, np.zeros((3, 4), bool))
    found.sum().backward()
    for array in (found.value, *(t.grad for t in tensors)):
        np.testing.assert_array_equal(array, 0)


def test_a_constant_added_to_the_scores_of_a_query_changes_nothing():
    (query, key, value), rng = sample(((), 3, 5, 4, 2))
    # A feature that all keys share adds the same number to all scores of a query.
    query = np.concatenate([query, rng.normal(size=(3, 1))], axis=-1)
    without, shared = (
        np.concatenate([key, np.full((5, 1), feature)], axis=-1) for feature in (0.0, 30.0)
    )
    first, second = (
        scaled_dot_product_attention(Tensor(query), Tensor(k), Tensor(value)).value
        for k in (without, shared)
    )
    np.testing.assert_allclose(first, second, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("masked", [False, True])
def test_float32_scores_of_ten_thousand_choose_one_key(masked):
    # Scores of +1e4 and −1e4 at d = 1: the weights are exactly 1 and 0.
    query = Tensor(np.array([[1e2], [-1e2]], np.float32), requires_grad=True)
    key = Tensor(np.array([[1e2], [-1e2], [0.0]], np.float32), requires_grad=True)
    value = Tensor(np.array([[1.0], [2.0], [3.0]], np.float32), requires_grad=True)
    mask = np.array([[False, True, True], [True, True, True]]) if masked else None
    found = scaled_dot_product_attention(query, key, value, mask)
    np.testing.assert_array_equal(found.value, [[3.0], [2.0]] if masked else [[1.0], [2.0]])
    found.sum().backward()
    for tensor in (query, key, value):
        assert np.isfinite(tensor.grad).all()
    assert found.dtype == np.float32


def test_dropout_works_on_the_weights():
    arrays, _ = sample(((), 3, 4, 2, 3))
    query, key, value = map(Tensor, arrays)
    found = scaled_dot_product_attention(query, key, value, dropout=lambda w: w * 2.0)
    np.testing.assert_allclose(found.value, 2 * (attention_weights(query, key) @ value).value)


@pytest.mark.parametrize("length", [0, 1, 4])
def test_causal_mask_equals_torch(length):
    torch = pytest.importorskip("torch")
    expected = torch.ones(length, length, dtype=torch.bool).tril()
    np.testing.assert_array_equal(causal_mask(length), expected)
    assert causal_mask(length).dtype == bool


def test_a_mask_of_numbers_is_refused():
    (query, key, value), _ = sample(((), 3, 4, 2, 3))
    with pytest.raises(TypeError, match="mask must hold truth values, got float64"):
        scaled_dot_product_attention(Tensor(query), Tensor(key), Tensor(value), np.zeros((3, 4)))


def test_a_mask_of_another_shape_is_refused():
    (query, key, value), _ = sample(((), 3, 4, 2, 3))
    with pytest.raises(ValueError, match=r"mask must fit \(…, queries, keys\) = \(3, 4\), got \(3"):
        scaled_dot_product_attention(Tensor(query), Tensor(key), Tensor(value), causal_mask(3))


def test_queries_and_keys_of_different_sizes_are_refused():
    (query, *_), rng = sample(((), 3, 4, 2, 3))
    with pytest.raises(ValueError, match="cannot multiply matrices"):
        attention_weights(Tensor(query), Tensor(rng.normal(size=(4, 5))))


# The layer


def torch_twin(torch, ours, features):
    """nn.MultiheadAttention with the same weights: all kernels transposed, Q, K, V stacked."""
    theirs = torch.nn.MultiheadAttention(
        features, ours.heads, batch_first=True, dtype=torch.float64, bias=ours.use_bias
    )
    w = ours.weights()
    names = ("query", "key", "value")
    state = {
        "in_proj_weight": np.concatenate(
            [w[f"{n}.kernel"].reshape(features, features).T for n in names]
        ),
        "out_proj.weight": w["output.kernel"].reshape(features, features).T,
    }
    if ours.use_bias:
        state["in_proj_bias"] = np.concatenate([w[f"{n}.bias"].ravel() for n in names])
        state["out_proj.bias"] = w["output.bias"]
    theirs.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    return theirs


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize("heads", [1, 2, 3])
def test_multi_head_attention_and_its_gradients_equal_torch(heads, use_bias, masked):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(heads)
    ours = layer(heads=heads, use_bias=use_bias)
    theirs = torch_twin(torch, ours, 6)
    arrays = [rng.normal(size=(2, length, 6)) for length in (4, 5, 5)]
    mask = rng.random((2, 4, 5)) < 0.7
    mask[:, :, 0] = True
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    # In nn.MultiheadAttention True means "may not".
    forbidden = torch.tensor(~mask.repeat(heads, axis=0)) if masked else None
    expected, _ = theirs(*tensors, attn_mask=forbidden, need_weights=False)
    inputs = [Tensor(a, requires_grad=True) for a in arrays]
    found = ours.attend(*inputs, mask if masked else None)
    np.testing.assert_allclose(found.value, expected.detach(), rtol=1e-10, atol=1e-12)
    gradient = rng.normal(size=found.shape)
    found.backward(gradient)
    expected.backward(torch.tensor(gradient))
    for x, y in zip(inputs, tensors, strict=True):
        np.testing.assert_allclose(x.grad, y.grad, rtol=1e-9, atol=1e-11)
    packed = np.concatenate(
        [ours.parameters()[f"{n}.kernel"].grad.reshape(6, 6).T for n in ("query", "key", "value")]
    )
    np.testing.assert_allclose(packed, theirs.in_proj_weight.grad, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(
        ours.output.kernel.grad.reshape(6, 6).T, theirs.out_proj.weight.grad, rtol=1e-9, atol=1e-11
    )


def test_multi_head_attention_and_its_gradients_equal_keras():
    keras = pytest.importorskip("keras")
    tf = pytest.importorskip("tensorflow")
    rng = np.random.default_rng(0)
    theirs = keras.layers.MultiHeadAttention(3, 4)
    query, value = (rng.normal(size=(2, n, 5)).astype(np.float32) for n in (4, 6))
    mask = rng.random((2, 4, 6)) < 0.6
    mask[..., 0] = True
    theirs(query, value)
    ours = layer((None, 5), heads=3, key_size=4, dtype="float32")
    weights = list(ours.weights().values())
    assert [w.shape for w in weights] == [tuple(w.shape) for w in theirs.get_weights()]
    theirs.set_weights(weights)
    with tf.GradientTape() as tape:
        expected = theirs(query, value, attention_mask=mask)
        total = tf.reduce_sum(expected**2)
    found = ours.attend(query, value, value, mask)
    np.testing.assert_allclose(found.value, expected, rtol=1e-4, atol=1e-5)
    (found**2).sum().backward()
    gradients = tape.gradient(total, theirs.trainable_variables)
    for p, gradient in zip(ours.parameters().values(), gradients, strict=True):
        np.testing.assert_allclose(p.grad, gradient, rtol=1e-3, atol=1e-4)
    causal = layer((None, 5), heads=3, key_size=4, dtype="float32", causal=True)
    np.testing.assert_allclose(
        causal(query).value, theirs(query, query, use_causal_mask=True), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("causal", [False, True])
def test_gradients_of_the_layer_equal_finite_differences(causal):
    ours = layer((None, 4), heads=2, key_size=3, causal=causal)
    names = list(ours.parameters())
    x = np.random.default_rng(1).normal(size=(2, 3, 4))

    def output(x, *values):
        for name, value in zip(names, values, strict=True):
            inside, attribute = name.split(".")
            setattr(getattr(ours, inside), attribute, value)
        return ours(x) ** 2

    assert grad_check(output, x, *ours.parameters().values(), rtol=1e-4)


def test_self_attention_moves_with_its_positions():
    x = np.random.default_rng(0).normal(size=(2, 5, 6))
    order = [3, 0, 4, 1, 2]
    ours = layer(heads=2)
    np.testing.assert_allclose(ours(x[:, order]).value, ours(x).value[:, order], rtol=1e-12)


def test_causal_attention_does_not_see_the_future():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 5, 6))
    changed = x.copy()
    changed[:, 3:] = rng.normal(size=(1, 2, 6))
    ours = layer(heads=2, causal=True)
    before, after = ours(x).value, ours(changed).value
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert (before[:, 3:] != after[:, 3:]).all()


def test_causal_comes_on_top_of_a_mask():
    x = np.random.default_rng(0).normal(size=(2, 4, 6))
    padding = np.array([[[True, True, True, False]], [[True, False, True, True]]])
    causal, free = (layer(heads=2, causal=c) for c in (True, False))
    np.testing.assert_array_equal(
        causal.attend(x, x, x, padding).value,
        free.attend(x, x, x, padding & causal_mask(4)).value,
    )


@pytest.mark.parametrize("shape", [(0, 3, 6), (1, 1, 6), (2, 1, 6), (1, 7, 6)])
def test_the_layer_takes_any_batch_and_length(shape):
    x = Tensor(np.ones(shape), requires_grad=True)
    ours = layer(heads=2)
    y = ours(x)
    assert y.shape == shape
    y.sum().backward()
    assert x.grad.shape == shape
    assert ours.query.kernel.grad.shape == (6, 2, 3)


def test_a_single_position_attends_to_itself():
    ours = layer(heads=2)
    x = np.random.default_rng(0).normal(size=(3, 1, 6))
    w = {name: value.reshape(6, -1) for name, value in ours.weights().items() if "kernel" in name}
    v = x[:, 0] @ w["value.kernel"] + ours.value.bias.value.ravel()
    expected = v @ w["output.kernel"].reshape(6, 6) + ours.output.bias.value
    np.testing.assert_allclose(ours(x).value[:, 0], expected)


def test_the_layer_keeps_float32():
    ours = layer(heads=2, dtype="float32", dropout=0.5, causal=True)
    y = ours(np.ones((2, 3, 6)), training=True)
    y.sum().backward()
    assert y.dtype == np.float32
    assert {p.grad.dtype for p in ours.parameters().values()} == {np.dtype(np.float32)}


def test_dropout_is_random_in_training_alone():
    x = np.random.default_rng(0).normal(size=(2, 5, 6))
    ours = layer(heads=2, dropout=0.5)
    first, second = (ours(x, training=True).value for _ in range(2))
    assert (first != second).any()
    np.testing.assert_array_equal(ours(x).value, layer(heads=2)(x).value)
    again = layer(heads=2, dropout=0.5)(x, training=True).value
    np.testing.assert_array_equal(first, again)


def test_dropout_keeps_the_mean_of_the_output():
    x = np.random.default_rng(0).normal(size=(1, 4, 6))
    ours = layer(heads=2, dropout=0.3)
    many = ours(np.repeat(x, 20_000, axis=0), training=True).value
    error = many.std(axis=0) / np.sqrt(len(many))
    assert (np.abs(many.mean(axis=0) - ours(x).value[0]) < 5 * error).all()


def test_keys_may_be_smaller_than_the_features_by_head():
    ours = layer((3, 5), heads=4, key_size=2)
    assert ours.query.kernel.shape == (5, 4, 2)
    assert ours.output.kernel.shape == (4, 2, 5)
    assert ours.count_parameters() == 3 * (5 * 8 + 8) + 8 * 5 + 5
    assert ours.output_shape((3, 5)) == (3, 5)


def test_flops_are_those_of_the_products():
    ours = layer((7, 6), heads=2, key_size=4)
    projections = sum(
        p.flops((7, *inputs))
        for p, inputs in (
            (ours.query, (6,)),
            (ours.key, (6,)),
            (ours.value, (6,)),
            (ours.output, (2, 4)),
        )
    )
    assert ours.flops((7, 6)) == projections + 2 * (2 * 7 * 7 * 8)
    assert ours.query.flops((7, 6)) == 2 * 7 * 6 * 8
    assert ours.output.output_shape((7, 2, 4)) == (7, 6)


def test_heads_must_divide_the_features():
    with pytest.raises(ValueError, match="6 features do not divide among 4 heads"):
        layer(heads=4)


@pytest.mark.parametrize("shape", [(6,), (3, 4, 6), (3, None)])
def test_inputs_must_be_sequences_of_features(shape):
    with pytest.raises(ValueError, match="MultiHeadAttention takes the shape"):
        layer(shape, heads=2)


def test_keys_must_have_the_features_of_the_queries():
    with pytest.raises(
        ValueError, match=r"expects inputs of shape \(batch, any, 6\), got \(2, 3, 5"
    ):
        layer(heads=2).attend(np.ones((2, 3, 6)), np.ones((2, 3, 5)), np.ones((2, 3, 6)))


def test_dropout_must_be_a_probability_below_one():
    with pytest.raises(ValueError, match=r"must be in \[0, 1\), got 1"):
        MultiHeadAttention(2, dropout=1.0)
