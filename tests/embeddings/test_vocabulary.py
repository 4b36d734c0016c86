import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.embeddings.vocabulary import (
    build_vocabulary,
    keep_probability,
    noise_distribution,
)

texts = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=12), min_size=1, max_size=8)


def random_sentences(seed, words=40):
    rng = np.random.default_rng(seed)
    chances = 1 / np.arange(1, words + 1)
    drawn = rng.choice(words, (30, 50), p=chances / chances.sum())
    return [[f"w{number}" for number in row[: rng.integers(1, 50)]] for row in drawn]


@given(texts)
def test_words_stand_in_the_order_of_their_counts(sentences):
    flat = [word for sentence in sentences for word in sentence]
    if not flat:
        return
    vocabulary = build_vocabulary(sentences, 1)
    assert sorted(vocabulary.words) == sorted(set(flat))
    assert [flat.count(word) for word in vocabulary.words] == vocabulary.counts.tolist()
    assert (np.diff(vocabulary.counts) <= 0).all()


@given(texts, st.integers(1, 4))
def test_encoding_leaves_out_rare_words_and_keeps_the_order(sentences, min_count):
    flat = [word for sentence in sentences for word in sentence]
    kept = {word for word in flat if flat.count(word) >= min_count}
    if not kept:
        with pytest.raises(ValueError, match=f"a word {min_count} times"):
            build_vocabulary(sentences, min_count)
        return
    vocabulary = build_vocabulary(sentences, min_count)
    corpus = vocabulary.encode(sentences)
    decoded = [[] for _ in sentences]
    for word, sentence in zip(*corpus, strict=True):
        decoded[sentence].append(vocabulary.words[word])
    assert decoded == [[word for word in sentence if word in kept] for sentence in sentences]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sample", [1e-3, 1e-2, 0])
def test_vocabulary_thinning_and_noise_equal_gensim(seed, sample):
    word2vec = pytest.importorskip("gensim.models.word2vec")
    sentences = random_sentences(seed)
    theirs = word2vec.Word2Vec(min_count=3, sample=sample, workers=1, vector_size=4)
    theirs.build_vocab(sentences)
    vocabulary = build_vocabulary(sentences, 3)
    counts = [theirs.wv.get_vecattr(word, "count") for word in vocabulary.words]
    assert set(vocabulary.words) == set(theirs.wv.index_to_key)
    assert counts == vocabulary.counts.tolist()
    kept = [theirs.wv.get_vecattr(word, "sample_int") for word in vocabulary.words]
    ours = keep_probability(vocabulary.counts, sample)
    np.testing.assert_allclose(ours, np.array(kept) / (2**32 - 1), atol=1e-6)
    cumulative = theirs.cum_table / theirs.cum_table[-1]
    np.testing.assert_allclose(noise_distribution(counts).cumsum(), cumulative, atol=1e-6)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=20), st.floats(0, 1))
def test_noise_is_a_distribution_and_thinning_a_probability(counts, sample):
    noise = noise_distribution(counts)
    assert noise.sum() == pytest.approx(1)
    assert (noise > 0).all()
    keep = keep_probability(counts, sample)
    assert ((keep > 0) & (keep <= 1)).all()


def test_thinning_is_the_form_of_the_paper_with_one_more_term():
    share, sample = 0.1, 1e-3
    (kept, _) = keep_probability([1, 9], sample)
    paper = np.sqrt(sample / share)  # 1 - equation 5
    assert kept == pytest.approx(paper + sample / share)


def test_power_one_gives_the_words_own_distribution_and_zero_equal_chances():
    np.testing.assert_allclose(noise_distribution([3, 1], 1), [0.75, 0.25])
    np.testing.assert_allclose(noise_distribution([3, 1], 0), [0.5, 0.5])


@pytest.mark.parametrize("counts", [[], [0, 1], [-1], [[1]], [float("nan")], [float("inf")]])
def test_counts_must_be_above_zero(counts):
    with pytest.raises(ValueError, match="counts must be one or more numbers above 0"):
        noise_distribution(counts)
    with pytest.raises(ValueError, match="counts must be one or more numbers above 0"):
        keep_probability(counts, 1e-3)


@pytest.mark.parametrize("sample", [-1, float("nan")])
def test_sample_must_not_be_negative(sample):
    with pytest.raises(ValueError, match="sample must be 0 or more"):
        keep_probability([1], sample)


@pytest.mark.parametrize("sentences", [[], [[]], [["a"], ["b"]]])
def test_a_corpus_without_a_frequent_word_is_refused(sentences):
    with pytest.raises(ValueError, match=r"sentences must hold a word 2 times \(min_count\)"):
        build_vocabulary(sentences, 2)


def test_text_that_is_not_cut_into_words_is_refused():
    with pytest.raises(ValueError, match="must be sequences of words, got the text 'a text'"):
        build_vocabulary(["a text"], 1)


def test_a_generator_is_refused():
    with pytest.raises(ValueError, match="readable twice"):
        build_vocabulary((each for each in [["a"]]), 1)


def test_min_count_must_be_one_or_more():
    with pytest.raises(ValueError, match="min_count must be at least 1, got 0"):
        build_vocabulary([["a"]], 0)
