"""The bigram model: its probabilities, its samples, and what becomes of them in generations."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from companion.models.bigram import Bigram, generations

corpora = st.lists(st.lists(st.integers(0, 6), max_size=6), min_size=1, max_size=8)


def counted(texts, word, after, weight):
    """The definition, by counting."""
    pairs = Counter()
    for text in texts:
        pairs.update(zip([-1, *text], [*text, -1], strict=True))
    total = sum(pairs.values())
    single = sum(n for (_, right), n in pairs.items() if right == word) / total
    same = sum(n for (left, _), n in pairs.items() if left == after)
    if not same:
        return single
    return weight * pairs[after, word] / same + (1 - weight) * single


@given(corpora, st.floats(0, 1))
def test_probabilities_are_those_of_counting_and_sum_to_one(texts, weight):
    model = Bigram(texts, weight)
    for after in range(-1, 9):
        row = [model.probability(word, after) for word in range(-1, 9)]
        assert row == pytest.approx([counted(texts, w, after, weight) for w in range(-1, 9)])
        assert sum(row) == pytest.approx(1)


@given(corpora, st.integers(0, 5), st.integers(1, 7), st.integers(0, 99))
def test_samples_are_texts_of_known_words(texts, count, longest, seed):
    samples = Bigram(texts).sample(count, np.random.default_rng(seed), longest)
    assert len(samples) == count
    assert all(len(text) <= longest for text in samples)
    known = {word for text in texts for word in text}
    assert {int(word) for text in samples for word in text} <= known


@pytest.mark.parametrize("weight", [0.0, 0.6, 1.0])
def test_samples_follow_the_probabilities(weight):
    texts = [[0, 1, 2], [0, 2, 2, 1], [1], []]
    model = Bigram(texts, weight)
    samples = model.sample(6000, np.random.default_rng(0))
    pairs = Counter()
    for text in samples:
        pairs.update(zip([-1, *text.tolist()], [*text.tolist(), -1], strict=True))
    for after in range(-1, 3):
        counts = np.array([pairs[after, word] for word in range(-1, 3)])
        expected = np.array([model.probability(word, after) for word in range(-1, 3)])
        assert (counts[expected == 0] == 0).all()
        possible = expected > 0
        if possible.sum() > 1:
            expected = expected[possible] / expected[possible].sum() * counts.sum()
            assert stats.chisquare(counts[possible], expected).pvalue > 0.001


def test_E67_a_word_that_is_lost_never_comes_back():
    rng = np.random.default_rng(0)
    real = [rng.zipf(1.5, 8).clip(max=200).tolist() for _ in range(100)]
    written = generations(real, 6, rng)
    words = [{int(word) for text in texts for word in text} for texts in [real, *written]]
    assert all(later <= earlier for earlier, later in pairwise(words))
    assert len(words[-1]) < len(words[0]) / 2
    assert [len(texts) for texts in written] == [100] * 6


def test_real_texts_in_training_keep_words_alive():
    rng = np.random.default_rng(0)
    real = [rng.zipf(1.5, 8).clip(max=200).tolist() for _ in range(100)]

    def left(**settings):
        texts = generations(real, 12, np.random.default_rng(1), **settings)[-1]
        return len({int(word) for text in texts for word in text})

    none, half, all_kept = left(), left(real_share=0.5), left(accumulate=True)
    assert none < half
    assert none < all_kept
    # With nothing but real texts each generation is a first one.
    first = generations(real, 1, np.random.default_rng(1))[0]
    assert abs(left(real_share=1.0) - len({int(w) for text in first for w in text})) < 20


def test_the_same_seed_gives_the_same_generations():
    real = [[0, 1, 2], [2, 1], [0, 0]]
    one, two = (generations(real, 3, np.random.default_rng(5), real_share=0.5) for _ in range(2))
    for a, b in zip(one, two, strict=True):
        assert [text.tolist() for text in a] == [text.tolist() for text in b]


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_a_weight_out_of_range_is_named(weight):
    with pytest.raises(ValueError, match="weight must be in"):
        Bigram([[0]], weight)


def test_bad_input_is_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="texts must hold one or more, got none"):
        Bigram([])
    with pytest.raises(ValueError, match="whole numbers from 0, got -2"):
        Bigram([[0, -2]])
    with pytest.raises(ValueError, match="whole numbers from 0, got -1"):
        Bigram([[0, -1, 1]])
    with pytest.raises(ValueError, match="count and longest"):
        Bigram([[0]]).sample(-1, rng)
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        generations([[0]], 0, rng)
    with pytest.raises(ValueError, match=r"real_share must be in \[0, 1\], got 2"):
        generations([[0]], 1, rng, real_share=2)
