import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from companion.embeddings.stretches import draw, stretches, thin
from companion.embeddings.vocabulary import Corpus


def corpus_of(lengths, seed=0):
    words = np.random.default_rng(seed).integers(0, 30, sum(lengths)).astype(np.int32)
    return Corpus(words, np.repeat(np.arange(len(lengths), dtype=np.int32), lengths))


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=8),
    st.integers(1, 4),
    st.integers(1, 12),
    st.integers(0, 99),
)
def test_windows_equal_those_found_word_by_word(lengths, window, size, seed):
    corpus = corpus_of(lengths, seed)
    reach = np.random.default_rng(seed).integers(1, window + 1, len(corpus.words))
    place = 0
    for stretch in stretches(corpus, window, size, np.random.default_rng(seed)):
        for row, word in enumerate(stretch.words):
            near = [
                other
                for other in range(len(corpus.words))
                if 0 < abs(other - place) <= reach[place]
                and corpus.sentences[other] == corpus.sentences[place]
            ]
            assert word == corpus.words[place]
            (columns,) = stretch.pairs[row].nonzero()
            assert stretch.neighbours[columns].tolist() == corpus.words[near].tolist()
            place += 1
        assert len(stretch.words) <= size
    assert place == len(corpus.words)


def test_all_widths_of_window_are_equally_likely():
    corpus = corpus_of([30_000])
    widths = np.concatenate(
        [s.pairs.sum(axis=1) for s in stretches(corpus, 5, 100, np.random.default_rng(0))]
    )[5:-5]
    counts = np.bincount((widths / 2).astype(int), minlength=6)[1:]
    assert counts.sum() == 29_990
    assert stats.chisquare(counts).pvalue > 1e-4


def test_draws_follow_their_probabilities():
    probabilities = np.array([0.5, 0.0, 0.2, 0.3])
    drawn = draw(probabilities, (200, 100), np.random.default_rng(0))
    counts = np.bincount(drawn.ravel(), minlength=4)
    assert drawn.shape == (200, 100)
    assert counts[1] == 0
    assert stats.chisquare(counts[[0, 2, 3]], 20_000 * probabilities[[0, 2, 3]]).pvalue > 1e-4


def test_draws_stay_within_the_numbers_where_the_sum_is_rounded():
    probabilities = np.full(3, 1 / 3 - 1e-9)
    assert draw(probabilities, (10_000,), np.random.default_rng(0)).max() == 2


def test_thinning_keeps_the_expected_share_of_each_word():
    corpus = corpus_of([50_000])
    keep = np.linspace(0, 1, 30)
    thinned = thin(corpus, keep, np.random.default_rng(0))
    before, after = (np.bincount(each.words, minlength=30) for each in (corpus, thinned))
    np.testing.assert_allclose(after / before, keep, atol=0.06)
    assert after[0] == 0
    assert after[-1] == before[-1]


def test_a_corpus_without_words_has_no_stretches():
    assert list(stretches(corpus_of([0]), 2, 4, np.random.default_rng(0))) == []


def test_one_word_alone_has_no_pairs():
    (stretch,) = stretches(corpus_of([1]), 2, 4, np.random.default_rng(0))
    assert stretch.pairs.tolist() == [[0.0] * 5]
    assert stretch.pairs.dtype == np.float32
