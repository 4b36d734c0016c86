"""Filters and draws of text generation against independent ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import softmax as scipy_softmax

from companion.models.generation import generate, keep_nucleus, keep_top_k, sample
from companion.models.gpt import GPT
from companion.nn.activations import softmax

seeds = st.integers(0, 2**32)


def draw_logits(seed, rows=5, vocabulary=30):
    return np.random.default_rng(seed).normal(0, 3, (rows, vocabulary))


def slow_nucleus(row, p):
    """The definition: add tokens, the most probable first, until they weigh p."""
    probabilities = scipy_softmax(row)
    kept, weight = [], 0.0
    for token in sorted(range(len(row)), key=lambda i: -probabilities[i]):
        kept.append(token)
        weight += probabilities[token]
        if weight >= p:
            break
    return [value if i in kept else -np.inf for i, value in enumerate(row)]


def torch_filter(logits, k, p):
    """As the logits processors of the library `transformers` write it."""
    torch = pytest.importorskip("torch")
    scores = torch.tensor(logits)
    if k is not None:
        least = torch.topk(scores, min(k, scores.shape[-1]))[0][..., -1, None]
        scores = scores.masked_fill(scores < least, -float("inf"))
    if p < 1:
        ordered, places = torch.sort(scores, descending=False)
        removed = ordered.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
        removed[..., -1:] = False
        removed = removed.scatter(1, places, removed)
        scores = scores.masked_fill(removed, -float("inf"))
    return scores.numpy()


@given(seeds, st.integers(1, 40), st.floats(0.01, 0.999), st.integers(1, 4))
def test_both_filters_equal_those_of_transformers(seed, k, p, rows):
    logits = draw_logits(seed, rows)
    np.testing.assert_array_equal(keep_top_k(logits, k), torch_filter(logits, k, 1.0))
    np.testing.assert_array_equal(keep_nucleus(logits, p), torch_filter(logits, None, p))
    both = keep_nucleus(keep_top_k(logits, k), p)
    np.testing.assert_array_equal(both, torch_filter(logits, k, p))


@given(seeds, st.floats(0.01, 0.999))
def test_the_nucleus_is_that_of_the_definition(seed, p):
    logits = draw_logits(seed)
    np.testing.assert_array_equal(keep_nucleus(logits, p), [slow_nucleus(r, p) for r in logits])


@given(seeds)
def test_softmax_equals_scipy(seed):
    logits = draw_logits(seed) * 100
    np.testing.assert_allclose(softmax(logits).value, scipy_softmax(logits, axis=-1), atol=1e-15)


def test_ties():
    logits = [[1.0, 2.0, 2.0, 0.0]]
    np.testing.assert_array_equal(np.isfinite(keep_top_k(logits, 1)), [[False, True, True, False]])
    kept = np.isfinite(keep_nucleus([[0.0, 0.0, 0.0, 0.0]], 0.5))
    np.testing.assert_array_equal(kept, [[True, True, False, False]])


def test_filters_that_keep_all_and_one():
    logits = draw_logits(0)
    np.testing.assert_array_equal(keep_top_k(logits, 30), logits)
    np.testing.assert_array_equal(keep_top_k(logits, 1000), logits)
    np.testing.assert_array_equal(keep_nucleus(logits, 1.0), logits)
    for only in (keep_top_k(logits, 1), keep_nucleus(logits, 1e-9)):
        np.testing.assert_array_equal(np.isfinite(only).sum(axis=1), 1)
        np.testing.assert_array_equal(only.argmax(axis=1), logits.argmax(axis=1))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"temperature": 0.5},
        {"temperature": 3.0},
        {"top_k": 4},
        {"top_p": 0.7},
        {"temperature": 1.7, "top_k": 6, "top_p": 0.8},
    ],
)
def test_tokens_are_drawn_from_the_distribution(settings):
    row = np.random.default_rng(5).normal(0, 1, (1, 10))
    draws = 20_000
    drawn = sample(np.repeat(row, draws, axis=0), np.random.default_rng(6), **settings)
    cut = torch_filter(
        row / settings.get("temperature", 1), settings.get("top_k"), settings.get("top_p", 1.0)
    )
    expected = scipy_softmax(cut[0]) * draws
    counts = np.bincount(drawn, minlength=10)
    assert (counts[expected == 0] == 0).all()
    possible = expected > 0
    assert stats.chisquare(counts[possible], expected[possible]).pvalue > 0.001


def test_impossible_tokens_are_never_drawn_and_rows_are_their_own():
    rng = np.random.default_rng(0)
    logits = np.full((1000, 50), -np.inf)
    only = rng.integers(50, size=1000)
    logits[np.arange(1000), only] = rng.normal(0, 500, 1000)
    for settings in ({}, {"temperature": 1e-3}, {"top_k": 3}, {"top_p": 0.9}, {"temperature": 0}):
        np.testing.assert_array_equal(sample(logits, rng, **settings), only)


class Certain:
    """A random source that always draws the same number."""

    def __init__(self, number):
        self.number = number

    def random(self, shape):
        return np.full(shape, self.number)


@pytest.mark.parametrize("number", [0.0, 0.5, np.nextafter(1, 0)])
def test_the_ends_of_the_random_numbers_give_possible_tokens(number):
    logits = np.log(np.full((3, 11), 0.1))
    logits[:, [0, 10]] = -np.inf
    drawn = sample(logits, Certain(number))
    assert ((drawn > 0) & (drawn < 10)).all()


def test_a_temperature_near_zero_is_greedy_even_for_large_logits():
    logits = draw_logits(1) * 1e6
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(sample(logits, rng, temperature=1e-300), logits.argmax(1))
    np.testing.assert_array_equal(sample(logits, rng, temperature=0), logits.argmax(1))


@pytest.mark.parametrize(
    "logits",
    [[[np.nan, 0.0]], [[np.inf, 0.0]], [[-np.inf, -np.inf]], [1.0, 2.0], np.zeros((2, 0))],
)
def test_logits_that_are_none_are_refused(logits):
    rng = np.random.default_rng(0)
    for act in (
        lambda: sample(logits, rng),
        lambda: sample(logits, rng, temperature=0),
        lambda: keep_top_k(logits, 1),
        lambda: keep_nucleus(logits, 0.5),
    ):
        with pytest.raises(ValueError, match="logits must"):
            act()


def test_no_rows_give_no_tokens():
    assert sample(np.zeros((0, 5)), np.random.default_rng(0)).shape == (0,)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -1.0}, "temperature must be at least 0, got -1.0"),
        ({"temperature": np.nan}, "temperature must be at least 0, got nan"),
        ({"top_k": 0}, "k must be a positive whole number, got 0"),
        ({"top_p": 0.0}, r"p must be in \(0, 1\], got 0.0"),
        ({"top_p": 1.5}, r"p must be in \(0, 1\], got 1.5"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        sample([[0.0, 1.0]], np.random.default_rng(0), **settings)


class Counter:
    """A model that is sure of the next number, and of 9 after `last`; it counts its calls."""

    def __init__(self, last):
        self.last, self.read = last, []

    def advance(self, tokens, past=None):
        tokens = np.asarray(tokens)
        self.read.append(tokens.shape[1])
        following = np.where(tokens[:, -1] >= self.last, 9, tokens[:, -1] + 1)
        return np.where(np.arange(10) == following[:, None], 0.0, -np.inf), "past"


def test_texts_end_before_the_stop_token_each_at_its_own():
    model = Counter(5)
    texts = generate(model, [[0, 1], [0, 4], [0, 5]], 7, np.random.default_rng(0), stop=9)
    assert [text.tolist() for text in texts] == [[2, 3, 4, 5], [5], []]
    assert model.read == [2, 1, 1, 1, 1]  # the prompt once, and no step after the last stop


def test_without_a_stop_token_all_texts_are_of_the_length():
    texts = generate(Counter(9), [[0], [3]], 3, np.random.default_rng(0))
    assert [text.tolist() for text in texts] == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_greedy_writing_equals_reading_all_again_for_each_token():
    import keras

    model = GPT(30, context=12, depth=2, heads=2, width=16)
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.5, weight.shape))
    prompts = rng.integers(30, size=(3, 4))
    texts = generate(model, prompts, 8, rng, temperature=0)
    whole = prompts
    for _ in range(8):
        logits = keras.ops.convert_to_numpy(model(whole))[:, -1]
        whole = np.column_stack([whole, logits.argmax(axis=1)])
    np.testing.assert_array_equal(texts, whole[:, 4:])
    again = [generate(model, prompts, 8, np.random.default_rng(1), top_p=0.9) for _ in range(2)]
    np.testing.assert_array_equal(*again)
    with pytest.raises(ValueError, match="at most the 12 of the context, got 13"):
        generate(model, prompts, 10, rng)


@pytest.mark.parametrize("prompts", [[1, 2], [[]], np.zeros((0, 2), dtype=int), [[0.5]], [["a"]]])
def test_prompts_that_are_none_are_refused(prompts):
    with pytest.raises(ValueError, match="prompts must be whole numbers"):
        generate(Counter(5), prompts, 1, np.random.default_rng(0))


def test_a_length_of_nothing_is_refused():
    with pytest.raises(ValueError, match="length must be a positive whole number, got 0"):
        generate(Counter(5), [[1]], 0, np.random.default_rng(0))
