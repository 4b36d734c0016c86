"""TF-IDF against scikit-learn's vectoriser on random documents and options."""

import random
from math import log, sqrt

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction import text as sklearn_text

from companion.datasets import lee
from companion.preprocessing.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def random_documents(rng):
    return [" ".join(rng.choices(WORDS, k=rng.choice([0, 1, 5, 50]))) for _ in range(20)]


def random_options(rng):
    return {
        "norm": rng.choice(["l1", "l2", None]),
        "use_idf": rng.random() < 0.8,
        "smooth_idf": rng.random() < 0.5,
        "sublinear_tf": rng.random() < 0.5,
        "ngram_range": rng.choice([(1, 1), (1, 2), (2, 3)]),
        "min_df": rng.choice([1, 2, 0.1]),
        "max_df": rng.choice([1.0, 0.8]),
        "binary": rng.random() < 0.2,
    }


def assert_same_matrix(ours, theirs):
    np.testing.assert_array_equal(ours.indptr, theirs.indptr)
    np.testing.assert_array_equal(ours.indices, theirs.indices)
    # Equal to the last bit where their compiler did not fuse multiplication and addition.
    np.testing.assert_array_max_ulp(ours.data, theirs.data, 1)
    assert ours.data.dtype == np.float64


@pytest.mark.parametrize("seed", range(100))
def test_weights_equal_those_of_scikit_learn(seed):
    rng = random.Random(seed)
    documents, options = random_documents(rng), random_options(rng)
    ours, theirs = TfidfVectorizer(**options), sklearn_text.TfidfVectorizer(**options)
    assert_same_matrix(ours.fit_transform(documents), theirs.fit_transform(documents))
    assert ours.vocabulary_ == theirs.vocabulary_
    if options["use_idf"]:
        np.testing.assert_array_equal(ours.weighting_.idf_, theirs.idf_)
    others = random_documents(rng)
    assert_same_matrix(ours.transform(others), theirs.transform(others))


def test_news_texts_are_weighted_as_by_scikit_learn():
    texts = lee.load()
    for options in ({}, {"ngram_range": (1, 2), "sublinear_tf": True, "norm": "l1"}):
        ours, theirs = TfidfVectorizer(**options), sklearn_text.TfidfVectorizer(**options)
        assert_same_matrix(ours.fit_transform(texts), theirs.fit_transform(texts))
        assert_same_matrix(ours.transform(texts), theirs.transform(texts))


def test_weights_are_those_of_the_formula():
    counts = CountVectorizer().fit_transform(["tea tea milk", "milk"])
    plain = TfidfTransformer(norm=None, smooth_idf=False).fit(counts).transform(counts)
    np.testing.assert_allclose(plain.to_dense(), [[1, 2 * (log(2 / 1) + 1)], [1, 0]])
    unit = TfidfTransformer(smooth_idf=False).fit(counts).transform(counts).to_dense()
    np.testing.assert_allclose(unit[0], plain.to_dense()[0] / sqrt(1 + plain.to_dense()[0, 1] ** 2))


def test_rows_have_the_norm_asked_for_or_none_at_all():
    documents = ["one two two", "", "three"]
    vectorizer = TfidfVectorizer().fit(documents)
    lengths = np.linalg.norm(vectorizer.transform(documents).to_dense(), axis=1)
    np.testing.assert_allclose(lengths, [1, 0, 1])
    sums = TfidfVectorizer(norm="l1").fit_transform(documents).to_dense().sum(axis=1)
    np.testing.assert_allclose(sums, [1, 0, 1])


def test_a_term_of_no_document_is_infinitely_rare_without_smoothing():
    counts = CountVectorizer().fit(["one two"]).transform(["one"])
    assert TfidfTransformer(smooth_idf=False).fit(counts).idf_.tolist() == [1, np.inf]


@pytest.mark.parametrize("seed", range(10))
def test_counts_in_float32_give_weights_in_float32(seed):
    rng = random.Random(seed)
    options = {
        "norm": rng.choice(["l1", "l2", None]),
        "use_idf": rng.random() < 0.8,
        "smooth_idf": rng.random() < 0.5,
        "sublinear_tf": rng.random() < 0.5,
    }
    counts = CountVectorizer().fit_transform(random_documents(rng))
    counts = counts._replace(data=counts.data.astype(np.float32))
    theirs = sparse.csr_array((counts.data, counts.indices, counts.indptr), counts.shape)
    weights = TfidfTransformer(**options).fit(counts).transform(counts)
    expected = sklearn_text.TfidfTransformer(**options).fit_transform(theirs)
    assert weights.data.dtype == expected.dtype == np.float32
    np.testing.assert_array_max_ulp(weights.data, expected.data, 4)


def test_a_term_that_fit_has_not_seen_has_no_weight_without_smoothing():
    """Scikit-learn refuses it too, at the norm; infinity by infinity would be no number."""
    vectorizer = CountVectorizer().fit(["one two"])
    for norm in ("l1", "l2", None):
        weighting = TfidfTransformer(norm, smooth_idf=False).fit(vectorizer.transform(["one"]))
        with pytest.raises(ValueError, match="no term that fit has not seen, got 1"):
            weighting.transform(vectorizer.transform(["one", "one two"]))
        known = weighting.transform(vectorizer.transform(["one"]))
        assert known.to_dense().tolist() == [[1, 0]]


def test_counts_stay_as_they_are():
    counts = CountVectorizer().fit_transform(["one two two"])
    before = counts.data.copy()
    TfidfTransformer().fit(counts).transform(counts)
    np.testing.assert_array_equal(counts.data, before)


def test_bad_input_is_refused():
    counts = CountVectorizer().fit_transform(["one two"])
    with pytest.raises(ValueError, match="norm must be 'l1', 'l2' or None, got 'max'"):
        TfidfTransformer(norm="max")
    with pytest.raises(ValueError, match="idf_ must be learnt by fit"):
        TfidfTransformer().transform(counts)
    with pytest.raises(ValueError, match="counts must have 2 terms, got 1"):
        TfidfTransformer().fit(counts).transform(CountVectorizer().fit_transform(["one"]))
    with pytest.raises(ValueError, match="documents must hold at least one term"):
        TfidfVectorizer().fit([""])
    with pytest.raises(ValueError, match="vocabulary_ must be learnt"):
        TfidfVectorizer().transform(["one"])
