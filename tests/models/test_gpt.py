"""GPT-2's architecture against PyTorch's operations on the same random weights."""

import keras
import numpy as np
import pytest

from companion.models.gpt import GPT, GPT2_SMALL, parameter_count
from companion.training.language_modelling import cross_entropy

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def reference(model, tokens):
    """GPT-2 written with PyTorch's own operations, in float64."""
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional

    def weight(variable):
        return torch.tensor(array(variable.value), dtype=torch.float64)

    def dense(layer, x):
        return functional.linear(x, weight(layer.kernel).T, weight(layer.bias))

    def norm(layer, x):
        gamma, beta = weight(layer.gamma), weight(layer.beta)
        return functional.layer_norm(x, gamma.shape, gamma, beta, eps=1e-5)

    embeddings, positions = weight(model.tokens.embeddings), weight(model.positions.embeddings)
    indices = torch.tensor(tokens, dtype=torch.int64)
    batch, time = indices.shape
    x = functional.embedding(indices, embeddings) + positions[:time]
    for block in model.blocks:
        parts = dense(block.attention.queries_keys_values, norm(block.norm_1, x)).chunk(3, dim=-1)
        heads = [p.view(batch, time, block.attention.heads, -1).transpose(1, 2) for p in parts]
        mixed = functional.scaled_dot_product_attention(*heads, is_causal=True)
        mixed = mixed.transpose(1, 2).reshape(batch, time, -1)
        x = x + dense(block.attention.projection, mixed)
        hidden = functional.gelu(dense(block.expansion, norm(block.norm_2, x)), approximate="tanh")
        x = x + dense(block.projection, hidden)
    return (norm(model.norm, x) @ embeddings.T).numpy()


CASES = [
    (1, {"vocabulary": 11, "context": 5, "depth": 1, "heads": 1, "width": 4}),
    (2, {"vocabulary": 50, "context": 16, "depth": 2, "heads": 2, "width": 16}),
    (3, {"vocabulary": 7, "context": 9, "depth": 3, "heads": 6, "width": 12}),
    (4, {"vocabulary": 101, "context": 33, "depth": 2, "heads": 4, "width": 32}),
    (5, {"vocabulary": 2, "context": 1, "depth": 2, "heads": 3, "width": 9}),
    (6, {"vocabulary": 300, "context": 20, "depth": 4, "heads": 1, "width": 24}),
]


def with_random_weights(seed, settings):
    rng = np.random.default_rng(seed)
    model = GPT(**settings)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(weight.path.endswith("gamma"), 0.3, weight.shape))
    return model, rng


@pytest.mark.parametrize(("seed", "settings"), CASES)
def test_logits_equal_pytorch_on_random_weights(seed, settings):
    model, rng = with_random_weights(seed, settings)
    tokens = rng.integers(settings["vocabulary"], size=(3, settings["context"]))
    logits = array(model(tokens))
    assert logits.shape == (*tokens.shape, settings["vocabulary"])
    np.testing.assert_allclose(logits, reference(model, tokens), rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize(("seed", "settings"), CASES)
def test_the_number_of_parameters_is_that_of_the_formula(seed, settings):
    model = GPT(**settings, seed=seed)
    assert sum(np.prod(w.shape) for w in model.trainable_weights) == parameter_count(**settings)


def test_the_smallest_gpt2_has_124_439_808_parameters():
    assert parameter_count(**GPT2_SMALL) == 124_439_808


@pytest.mark.parametrize(
    ("depth", "width", "count"),
    [(24, 1024, 354_823_168), (36, 1280, 774_030_080), (48, 1600, 1_557_611_200)],
)
def test_the_larger_gpt2_have_their_published_sizes(depth, width, count):
    assert parameter_count(50_257, 1024, depth, width) == count


@pytest.mark.parametrize("changed", [1, 4, 8])
def test_later_tokens_do_not_change_earlier_logits(changed):
    model, rng = with_random_weights(0, CASES[2][1])
    tokens = rng.integers(7, size=(4, 9))
    others = tokens.copy()
    others[:, changed:] = (others[:, changed:] + 1) % 7
    before, after = array(model(tokens)), array(model(others))
    np.testing.assert_allclose(before[:, :changed], after[:, :changed], atol=1e-5)
    assert np.abs(before[:, changed:] - after[:, changed:]).max(axis=(1, 2)).min() > 1e-3


def test_a_token_changes_all_later_logits():
    model, rng = with_random_weights(1, CASES[1][1])
    tokens = rng.integers(50, size=(1, 16))
    others = tokens.copy()
    others[:, 0] += 1 - 2 * (others[:, 0] > 25)
    difference = np.abs(array(model(tokens)) - array(model(others))).max(axis=(0, 2))
    assert (difference > 1e-4).all()


@pytest.mark.parametrize("cuts", [[], [1], [3, 4], list(range(1, 9)), [8]])
def test_reading_in_parts_gives_the_logits_of_reading_at_once(cuts):
    model, rng = with_random_weights(2, CASES[2][1])
    tokens = rng.integers(7, size=(2, 9))
    whole = array(model(tokens))
    past = None
    for part in np.split(tokens, cuts, axis=1):
        logits, past = model.advance(part, past)
        end = past[0][0].shape[2]
        np.testing.assert_allclose(array(logits), whole[:, end - 1], atol=1e-4)
    assert end == 9


def test_the_initial_logits_know_nothing():
    model = GPT(64, context=16, depth=2, heads=4, width=64)
    tokens = np.random.default_rng(0).integers(64, size=(16, 16))
    loss = cross_entropy()(np.roll(tokens, -1, axis=1), model(tokens))
    assert float(array(loss)) == pytest.approx(np.log(64), rel=0.02)


def test_weights_are_drawn_by_the_seed_as_in_gpt2():
    settings = {"vocabulary": 200, "context": 100, "depth": 4, "heads": 2, "width": 64}
    first, again, other = (GPT(**settings, seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(
        first.trainable_weights, again.trainable_weights, other.trainable_weights, strict=True
    ):
        np.testing.assert_array_equal(array(a.value), array(b.value))
        if "gamma" not in a.path and "beta" not in a.path and "bias" not in a.path:
            assert not np.allclose(array(a.value), array(c.value))
    block = first.blocks[-1]
    for variable, spread in (
        (first.tokens.embeddings, 0.02),
        (first.positions.embeddings, 0.01),
        (block.expansion.kernel, 0.02),
        (block.attention.queries_keys_values.kernel, 0.02),
        (block.attention.projection.kernel, 0.02 / 8**0.5),
        (block.projection.kernel, 0.02 / 8**0.5),
    ):
        assert array(variable.value).std() == pytest.approx(spread, rel=0.05)


def test_dropout_acts_in_training_alone_and_everywhere():
    model, rng = with_random_weights(3, {**CASES[1][1], "dropout": 0.5})
    tokens = rng.integers(50, size=(2, 16))
    np.testing.assert_array_equal(array(model(tokens)), array(model(tokens)))
    first, second = (array(model(tokens, training=True)) for _ in range(2))
    assert np.abs(first - second).max() > 1e-3


def test_a_saved_model_comes_back(tmp_path):
    model, rng = with_random_weights(4, CASES[1][1])
    tokens = rng.integers(50, size=(2, 16))
    model.save(tmp_path / "gpt.keras")
    loaded = keras.models.load_model(tmp_path / "gpt.keras")
    assert loaded.settings == model.settings
    np.testing.assert_array_equal(array(model(tokens)), array(loaded(tokens)))


def test_more_tokens_than_the_context_are_refused():
    model = GPT(10, context=4, width=8)
    with pytest.raises(ValueError, match="at most the 4 of the context, got 5"):
        model(np.zeros((1, 5), dtype=int))
    _, past = model.advance(np.zeros((1, 4), dtype=int))
    with pytest.raises(ValueError, match="at most the 4 of the context, got 5"):
        model.advance(np.zeros((1, 1), dtype=int), past)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vocabulary": 0}, "vocabulary must be a positive whole number, got 0"),
        ({"vocabulary": 9, "depth": -1}, "depth must be a positive whole number, got -1"),
        ({"vocabulary": 9, "heads": 3, "width": 8}, "multiple of the 3 heads, got 8"),
        ({"vocabulary": 9, "dropout": 1.0}, "dropout must be in"),
        ({"vocabulary": 9, "context": 2.5}, "context must be a positive whole number, got 2.5"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        GPT(**settings)
