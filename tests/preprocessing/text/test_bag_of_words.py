"""Counts of terms against scikit-learn's vectoriser on random documents and options."""

import random

import numpy as np
import pytest
from sklearn.feature_extraction import text as sklearn_text

from companion.datasets import lee
from companion.preprocessing.text import CountVectorizer

PIECES = ["a", "to", "the", "The", "Über", "über", "naïve", "x_1", "42", "don't", "中文", "e-mail"]
PIECES += [" ", "\n", "...", "cat", "cats", "dog", "DOG", "bird", "ﬁsh", "٣٤", "été"]


def random_documents(rng, count=None):
    """Documents of few terms, some of them empty, so that frequencies tie."""
    return [
        " ".join(rng.choices(PIECES, k=rng.choice([0, 1, 3, 10, 40])))
        for _ in range(count or rng.randint(1, 30))
    ]


def random_options(rng):
    least = rng.choice([1, 1, 2])
    return {
        "lowercase": rng.random() < 0.7,
        "token_pattern": rng.choice([r"(?u)\b\w\w+\b", r"(?u)\b\w+\b", r"\S+", r"(\w)\w*"]),
        "stop_words": rng.choice([None, ["the", "cat", "42"]]),
        "ngram_range": (least, least + rng.choice([0, 0, 1, 2])),
        "min_df": rng.choice([1, 1, 2, 0.0, 0.1]),
        "max_df": rng.choice([1.0, 1.0, 0.9, 0.5, 10]),
        "binary": rng.random() < 0.3,
    }


def assert_same_matrix(ours, theirs):
    """The same values in the same places of memory, not only of the matrix."""
    assert ours.shape == theirs.shape
    np.testing.assert_array_equal(ours.indptr, theirs.indptr)
    np.testing.assert_array_equal(ours.indices, theirs.indices)
    np.testing.assert_array_equal(ours.data, theirs.data)
    assert ours.data.dtype == theirs.dtype
    np.testing.assert_array_equal(ours.to_dense(), theirs.toarray())


@pytest.mark.filterwarnings("ignore:The parameter 'token_pattern'")
@pytest.mark.parametrize("seed", range(150))
def test_counts_equal_those_of_scikit_learn(seed):
    rng = random.Random(seed)
    documents, options = random_documents(rng), random_options(rng)
    ours = CountVectorizer(**options)
    theirs = sklearn_text.CountVectorizer(**options)
    try:
        expected = theirs.fit_transform(documents)
    except ValueError:  # no term, or none within the bounds
        with pytest.raises(ValueError, match="term"):
            ours.fit_transform(documents)
        return
    assert_same_matrix(ours.fit_transform(documents), expected)
    assert ours.vocabulary_ == theirs.vocabulary_
    assert ours.get_feature_names_out() == list(theirs.get_feature_names_out())
    others = random_documents(rng)
    assert_same_matrix(ours.transform(others), theirs.transform(others))
    analyze = theirs.build_analyzer()
    assert [ours.analyze(text) for text in others] == [analyze(text) for text in others]


def test_news_texts_are_counted_as_by_scikit_learn():
    texts = lee.load()
    for options in ({}, {"ngram_range": (1, 3), "min_df": 2}, {"max_df": 0.2, "binary": True}):
        ours, theirs = CountVectorizer(**options), sklearn_text.CountVectorizer(**options)
        assert_same_matrix(ours.fit_transform(texts), theirs.fit_transform(texts))
        assert ours.vocabulary_ == theirs.vocabulary_


def test_a_tokenizer_of_ones_own_takes_the_place_of_the_pattern():
    ours = CountVectorizer(tokenizer=list, lowercase=False)
    assert ours.fit_transform(["abA", ""]).to_dense().tolist() == [[1, 1, 1], [0, 0, 0]]
    assert ours.vocabulary_ == {"A": 0, "a": 1, "b": 2}


def test_no_stop_words_are_none_or_an_empty_collection():
    for stop_words in (None, (), [], set()):
        assert CountVectorizer(stop_words=stop_words).analyze("to be") == ["to", "be"]


def test_documents_may_come_one_by_one():
    texts = ["one two", "two three"]
    np.testing.assert_array_equal(
        CountVectorizer().fit_transform(iter(texts)).to_dense(),
        CountVectorizer().fit(texts).transform(iter(texts)).to_dense(),
    )


def test_the_order_of_words_is_lost():
    dense = CountVectorizer().fit_transform(["dog bites man", "man bites dog"]).to_dense()
    assert (dense[0] == dense[1]).all()
    pairs = CountVectorizer(ngram_range=(1, 2)).fit_transform(["dog bites man", "man bites dog"])
    assert (pairs.to_dense()[0] != pairs.to_dense()[1]).any()


def test_of_no_documents_transform_gives_no_rows():
    vectorizer = CountVectorizer().fit(["one two"])
    assert vectorizer.transform([]).to_dense().shape == (0, 2)
    assert vectorizer.transform(["", "three"]).to_dense().tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: CountVectorizer().fit([]), "documents must hold at least one term"),
        (lambda: CountVectorizer().fit(["", " "]), "documents must hold at least one term"),
        (
            lambda: CountVectorizer().fit("one two"),
            "documents must be several texts, got one text: 'one two'",
        ),
        (lambda: CountVectorizer().fit(["one", None]), r"documents\[1\] must be a str, got None"),
        (lambda: CountVectorizer().fit([b"one"]), r"documents\[0\] must be a str, got b'one'"),
        (lambda: CountVectorizer().fit([float("nan")]), r"documents\[0\] must be a str, got nan"),
        (lambda: CountVectorizer().transform(["one"]), "vocabulary_ must be learnt by fit"),
        (
            lambda: CountVectorizer(min_df=3).fit(["one", "two"]),
            "min_df and max_df must keep a term, got 3 to 2.0 documents",
        ),
        (lambda: CountVectorizer(ngram_range=(2, 1)), r"ngram_range must rise .* got \(2, 1\)"),
        (lambda: CountVectorizer(ngram_range=(0, 1)), "ngram_range must rise from 1"),
        (lambda: CountVectorizer(stop_words="english"), "stop_words must be several texts, got"),
        (lambda: CountVectorizer(token_pattern=r"(\w)(\w)"), "must have at most one group, got 2"),
        (lambda: CountVectorizer(min_df=0), "min_df must be a whole number from 1 or a share"),
        (lambda: CountVectorizer(max_df=1.5), "max_df must be .* got 1.5"),
        (lambda: CountVectorizer(max_df=float("nan")), "max_df must be .* got nan"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
