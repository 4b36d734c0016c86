import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.embeddings.cooccurrence import (
    SparseMatrix,
    count_pairs,
    positive_pmi,
    truncated_svd,
)
from companion.embeddings.vocabulary import Corpus

seeds = pytest.mark.parametrize("seed", range(4))


def corpus_of(lengths, seed, size=6):
    words = np.random.default_rng(seed).integers(0, size, sum(lengths)).astype(np.int32)
    return Corpus(words, np.repeat(np.arange(len(lengths), dtype=np.int32), lengths))


def sparse(dense):
    rows, columns = np.nonzero(dense)
    return SparseMatrix(
        rows.astype(np.int32),
        columns.astype(np.int32),
        dense[rows, columns].astype(np.float32),
        len(dense),
    )


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 4), st.integers(0, 99))
def test_counts_equal_those_of_a_loop_over_all_pairs(lengths, window, seed):
    corpus = corpus_of([*lengths, 2], seed)
    weights = np.random.default_rng(seed).random(window) + 0.1
    expected = np.zeros((6, 6))
    for i, (word, sentence) in enumerate(zip(*corpus, strict=True)):
        for j, (other, also) in enumerate(zip(*corpus, strict=True)):
            if 0 < abs(i - j) <= window and sentence == also:
                expected[word, other] += weights[abs(i - j) - 1]
    counts = count_pairs(corpus, 6, weights)
    np.testing.assert_allclose(counts.dense(), expected, rtol=1e-5)
    np.testing.assert_array_equal(counts.dense(), counts.dense().T)
    assert (np.diff(counts.rows * 6 + counts.columns) > 0).all()
    assert counts.values.dtype == np.float32


@seeds
def test_products_equal_those_of_the_dense_matrix(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 1200))  # also more than one block of rows
    dense = rng.normal(size=(size, size)) * (rng.random((size, size)) < 0.1)
    other = rng.normal(size=(size, 3))
    ours = sparse(dense)
    np.testing.assert_allclose(ours.times(other), dense @ other, atol=1e-3)
    np.testing.assert_allclose(ours.transposed_times(other), dense.T @ other, atol=1e-3)
    np.testing.assert_allclose(ours.dense(2, 5), dense[2:5], rtol=1e-6)


@pytest.mark.parametrize("weights", [[], [1, 0], [-1.0], [float("nan")], [[1.0]]])
def test_weights_must_be_above_zero(weights):
    with pytest.raises(ValueError, match="weights must be one or more numbers above 0"):
        count_pairs(corpus_of([3], 0), 6, weights)


@pytest.mark.parametrize("lengths", [[], [1], [1, 1, 1]])
def test_a_corpus_without_pairs_is_refused(lengths):
    with pytest.raises(ValueError, match="corpus must hold two words of one sentence"):
        count_pairs(corpus_of(lengths, 0), 6, [1.0, 0.5])


def test_words_beyond_the_vocabulary_are_refused():
    with pytest.raises(ValueError, match="corpus must hold numbers below size = 2"):
        count_pairs(corpus_of([9], 0), 2, [1.0])
    below = corpus_of([3], 0)._replace(words=np.array([0, -7, 1], np.int32))
    with pytest.raises(ValueError, match=r"corpus must .* got -7"):
        count_pairs(below, 2, [1.0])


@seeds
@pytest.mark.parametrize(("power", "negatives"), [(1, 1), (0.75, 1), (0.75, 5)])
def test_positive_pmi_equals_the_formula(seed, power, negatives):
    x = np.random.default_rng(seed).integers(0, 6, (7, 7)) + np.eye(7)
    context = x.sum(axis=0) ** power
    chance = x.sum(axis=1, keepdims=True) * context / context.sum()
    with np.errstate(divide="ignore"):
        expected = np.maximum(0, np.log(x / chance) - np.log(negatives))
    found = positive_pmi(sparse(x), power, negatives)
    np.testing.assert_allclose(found.dense(), expected, atol=1e-6)
    assert (found.values > 0).all()


@seeds
def test_mutual_information_is_the_mean_of_the_pmi_by_scikit_learn(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    x = np.random.default_rng(seed).integers(1, 6, (5, 5)) + 50 * np.eye(5, dtype=int)
    first, second = (np.repeat(place.ravel(), x.ravel()) for place in np.indices(x.shape))
    total = x.sum()
    positive = positive_pmi(sparse(x), power=1).dense()
    negative = np.minimum(0, np.log(x * total / (x.sum(axis=1, keepdims=True) * x.sum(axis=0))))
    pmi = positive + negative
    expected = metrics.mutual_info_score(first, second)
    assert (x / total * pmi).sum() == pytest.approx(expected, rel=1e-5)


def test_fewer_than_one_negative_is_refused():
    with pytest.raises(ValueError, match=r"negatives must be at least 1, got 0\.5"):
        positive_pmi(sparse(np.eye(2)), negatives=0.5)


@seeds
def test_truncated_svd_equals_scipy(seed):
    linalg = pytest.importorskip("scipy.sparse.linalg")
    rng = np.random.default_rng(seed)
    size, kept = 80, int(rng.integers(1, 12))
    decay = 0.7 ** np.arange(size)
    dense = (rng.normal(size=(size, size)) * decay) @ rng.normal(size=(size, size))
    u, s, v = truncated_svd(sparse(dense), kept, seed)
    expected = np.sort(linalg.svds(dense, kept, return_singular_vectors=False))[::-1]
    np.testing.assert_allclose(s, expected, rtol=1e-3)
    np.testing.assert_allclose(dense @ v, u * s, atol=2e-3 * s[0])
    np.testing.assert_allclose(u.T @ u, np.eye(kept), atol=1e-4)


def test_all_singular_values_give_back_the_matrix():
    dense = np.random.default_rng(0).normal(size=(9, 9))
    u, s, v = truncated_svd(sparse(dense), 9, 0)
    np.testing.assert_allclose(u * s @ v.T, dense, atol=1e-4)


@pytest.mark.parametrize("size", [0, 3])
def test_size_out_of_range_is_refused(size):
    with pytest.raises(ValueError, match=f"size must be from 1 to 2, got {size}"):
        truncated_svd(sparse(np.eye(2)), size, 0)
