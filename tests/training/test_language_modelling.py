"""Pairs of tokens, training of a language model, and the filter of LAMBADA."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from companion.models.gpt import GPT
from companion.training.language_modelling import (
    IGNORED,
    cross_entropy,
    most_confident,
    next_token_pairs,
    train_language_model,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

texts = st.lists(st.lists(st.integers(0, 99), min_size=2, max_size=9), max_size=5)


@given(texts, st.integers(1, 10))
def test_each_target_is_the_next_token_and_the_rest_is_ignored(rows, length):
    inputs, targets = next_token_pairs(rows, length)
    assert inputs.shape == targets.shape == (len(rows), length)
    for text, x, y in zip(rows, inputs.tolist(), targets.tolist(), strict=True):
        used = min(len(text) - 1, length)
        assert x[:used] == text[:used]
        assert y[:used] == text[1 : used + 1]
        assert set(y[used:]) <= {IGNORED}
        assert set(x[used:]) <= {0}


def test_a_text_without_a_next_token_is_named():
    with pytest.raises(ValueError, match="two tokens or more, got 1 at 2"):
        next_token_pairs([[1, 2], [3, 4], [5]], 4)


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_is_the_mean_over_what_is_not_filling(seed):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (3, 7, 11)).astype("float32")
    targets = rng.integers(11, size=(3, 7))
    targets[rng.random((3, 7)) < 0.4] = IGNORED
    used = targets != IGNORED
    p = np.exp(logits[used].astype("float64"))
    expected = log_loss(targets[used], p / p.sum(axis=1, keepdims=True), labels=range(11))
    assert float(cross_entropy()(targets, logits)) == pytest.approx(expected, rel=1e-5)


def counting_pairs():
    """Texts that count upwards from a random number, modulo 10."""
    starts = np.random.default_rng(0).integers(10, size=(256, 1))
    return next_token_pairs(((starts + np.arange(9)) % 10).tolist(), 8)


def test_a_small_model_learns_to_count_and_anew_from_its_first_weights():
    model = GPT(10, context=8, depth=1, heads=2, width=16)
    start = model.get_weights()
    pairs = counting_pairs()
    settings = {"epochs": 15, "batch_size": 32, "learning_rate": 0.02}
    losses = train_language_model(model, pairs, np.random.default_rng(0), **settings)
    assert len(losses) == 15 * 256 // 32
    assert losses[0] == pytest.approx(np.log(10), rel=0.05)
    assert losses[-1] < 0.1
    assert (keras.ops.convert_to_numpy(model(pairs[0])).argmax(-1) == pairs[1]).mean() > 0.98
    model.set_weights(start)  # nothing of the optimiser remains either
    again = train_language_model(model, pairs, np.random.default_rng(0), **settings)
    np.testing.assert_allclose(again, losses, rtol=1e-3, atol=1e-4)


def test_the_last_batch_is_filled_with_texts_seen_before():
    model = GPT(10, context=8, depth=1, heads=1, width=8)
    inputs, targets = counting_pairs()
    few = inputs[:10], targets[:10]
    assert len(train_language_model(model, few, np.random.default_rng(0), batch_size=64)) == 1
    assert len(train_language_model(model, few, np.random.default_rng(0), batch_size=4)) == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs must be a positive whole number, got 0"),
        ({"batch_size": 0}, "batch_size must be a positive whole number, got 0"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, got 0.0"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        train_language_model(
            GPT(10, context=8, width=8), counting_pairs(), np.random.default_rng(0), **settings
        )


def test_no_texts_are_refused():
    with pytest.raises(ValueError, match="pairs must hold a text or more"):
        train_language_model(
            GPT(10, context=8, width=8), next_token_pairs([], 8), np.random.default_rng(0)
        )


@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(2, 5))
def test_the_filter_keeps_the_surest_that_agree(seed, count, classes):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(classes), count).reshape(count, classes)
    labels = rng.integers(classes, size=count)
    counts = rng.integers(0, 6, size=classes)
    kept = most_confident(p, labels, counts).tolist()
    expected = []
    for label in range(classes):
        agreed = [i for i in range(count) if labels[i] == label == p[i].argmax()]
        expected += sorted(agreed, key=lambda i: -p[i, label])[: counts[label]]
    assert kept == expected


def test_what_does_not_fit_the_filter_is_named():
    with pytest.raises(ValueError, match=r"got \(2, 2\), \(3,\) and \(2,\)"):
        most_confident(np.ones((2, 2)), [0, 1, 1], [1, 1])
    with pytest.raises(ValueError, match=r"got \(2, 2\), \(2,\) and \(3,\)"):
        most_confident(np.ones((2, 2)), [0, 1], [1, 1, 1])
    with pytest.raises(ValueError, match="must be numbers, got NaN"):
        most_confident([[np.nan, 0.5]], [0], [1, 1])
