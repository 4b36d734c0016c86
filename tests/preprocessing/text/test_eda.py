"""The laws of easy data augmentation."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from companion.preprocessing.text import (
    ENGLISH,
    easy_data_augmentation,
    random_deletion,
    random_insertion,
    random_swap,
    synonym_replacement,
)

TABLE = {
    "good": ["fine", "great"],
    "film": ["movie"],
    "bad": ["poor"],
    "the": ["forbidden"],
    "Not": ["forbidden"],
}
PLAIN = [*TABLE, "xylophone", "flight", "The"]
sentences = st.lists(st.sampled_from(PLAIN), max_size=12)
numbers = st.integers(0, 8)
seeds = st.integers(0, 2**32)
STOP = {"the", "not"}


def synonyms(word):
    return TABLE.get(word, [])


def replaceable(word):
    return word in ("good", "film", "bad")


@given(sentences, numbers, seeds)
def test_replacement_changes_n_words_or_all_that_have_synonyms(words, n, seed):
    rng = np.random.default_rng(seed)
    new = synonym_replacement(words, n, synonyms, rng, STOP)
    assert len(new) == len(words)
    changed = [(old, word) for old, word in zip(words, new, strict=True) if old != word]
    assert len(changed) == min(n, sum(map(replaceable, words)))
    assert all(word in TABLE[old] and replaceable(old) for old, word in changed)


@given(sentences, numbers, seeds)
def test_insertion_adds_n_synonyms_and_keeps_the_order(words, n, seed):
    new = random_insertion(words, n, synonyms, np.random.default_rng(seed), STOP)
    allowed = {other for word in words if replaceable(word) for other in TABLE[word]}
    assert len(new) == len(words) + (n if allowed else 0)
    assert set(Counter(new) - Counter(words)) <= allowed
    left = iter(new)
    assert all(word in left for word in words)  # a subsequence


@given(sentences, numbers, seeds)
def test_swapping_keeps_all_words_and_moves_two_at_most(words, n, seed):
    new = random_swap(words, n, np.random.default_rng(seed))
    assert Counter(new) == Counter(words)
    assert sum(a != b for a, b in zip(words, new, strict=True)) <= 2 * n


@given(st.integers(2, 10), seeds)
def test_one_swap_moves_exactly_two_different_words(length, seed):
    words = [str(i) for i in range(length)]
    new = random_swap(words, 1, np.random.default_rng(seed))
    assert sum(a != b for a, b in zip(words, new, strict=True)) == 2


@given(sentences, st.floats(0, 1), seeds)
def test_deletion_leaves_a_part_in_its_order_and_never_nothing(words, p, seed):
    new = random_deletion(words, p, np.random.default_rng(seed))
    left = iter(words)
    assert all(word in left for word in new)
    assert bool(new) == bool(words)


def test_deletion_has_the_binomial_distribution():
    rng, words, p = np.random.default_rng(0), list("abcdefgh"), 0.3
    lengths = [len(random_deletion(words, p, rng)) for _ in range(4000)]
    expected = stats.binom.pmf(np.arange(9), 8, 1 - p)
    expected = np.array([expected[:2].sum() + 0, *expected[2:]])  # none left: one is kept
    counts = np.bincount(lengths, minlength=9)[1:]
    assert stats.chisquare(counts, 4000 * expected).pvalue > 0.001


def test_certain_deletion_keeps_one_word_any_of_them():
    rng = np.random.default_rng(0)
    left = Counter(tuple(random_deletion("abc", 1, rng)) for _ in range(900))
    assert set(left) == {("a",), ("b",), ("c",)}
    assert stats.chisquare(list(left.values())).pvalue > 0.001
    assert random_deletion(["a", "b"], 0, rng) == ["a", "b"]


def test_each_pair_is_swapped_equally_often():
    rng = np.random.default_rng(0)
    found = Counter("".join(random_swap("abcd", 1, rng)) for _ in range(3000))
    assert len(found) == 6
    assert stats.chisquare(list(found.values())).pvalue > 0.001


def test_each_place_of_insertion_and_each_synonym_is_equally_likely():
    rng = np.random.default_rng(0)
    words = ["good", "xylophone", "flight"]
    found = Counter(tuple(random_insertion(words, 1, synonyms, rng, STOP)) for _ in range(4000))
    assert len(found) == 8  # two synonyms at four places
    assert stats.chisquare(list(found.values())).pvalue > 0.001


@pytest.mark.parametrize(("length", "alpha", "n"), [(5, 0.1, 1), (19, 0.1, 1), (20, 0.1, 2)])
def test_n_is_the_share_of_the_words_but_at_least_one(length, alpha, n):
    words = [f"w{i}" for i in range(length)]
    rng = np.random.default_rng(0)
    kinds = Counter()
    for _ in range(400):
        new = easy_data_augmentation(words, lambda word: [word.upper()], rng, alpha, ())
        if len(new) > length:
            assert len(new) == length + n
            kinds["insertion"] += 1
        elif len(new) == length and any(word.isupper() for word in new):
            assert sum(word.isupper() for word in new) == n
            kinds["replacement"] += 1
        elif len(new) == length and new != words:
            assert Counter(new) == Counter(words)
            kinds["swap"] += 1
        else:
            kinds["deletion"] += 1
    assert len(kinds) == 4
    assert stats.chisquare(list(kinds.values())).pvalue > 0.001


def test_stop_words_have_no_say_in_any_spelling():
    rng = np.random.default_rng(0)
    words = ["The", "and", "WITH"]
    for operation in (synonym_replacement, random_insertion):
        assert operation(words, 3, lambda word: ["x"], rng, ENGLISH) == words


def test_the_same_seed_gives_the_same_sentence_and_the_input_stays():
    words = ["good", "film", "flight"]
    first, second = (
        [easy_data_augmentation(words, synonyms, np.random.default_rng(3)) for _ in range(9)]
        for _ in range(2)
    )
    assert first == second
    assert words == ["good", "film", "flight"]


@pytest.mark.parametrize("seed", range(8))
def test_an_empty_sentence_stays_empty(seed):
    assert easy_data_augmentation([], synonyms, np.random.default_rng(seed)) == []


def test_settings_out_of_range_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="n must be at least 0, got -1"):
        random_swap(["a", "b"], -1, rng)
    with pytest.raises(ValueError, match="n must be at least 0, got -2"):
        synonym_replacement(["a"], -2, synonyms, rng)
    with pytest.raises(ValueError, match="n must be at least 0, got -3"):
        random_insertion(["a"], -3, synonyms, rng)
    for p in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="p must be in"):
            random_deletion(["a"], p, rng)
        with pytest.raises(ValueError, match="alpha must be in"):
            easy_data_augmentation(["a"], synonyms, rng, p)
