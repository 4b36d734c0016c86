"""Stop words: what the lists hold, and what is lost with them."""

import warnings

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from companion.datasets import jieba_dictionary
from companion.preprocessing.text import (
    CHINESE,
    ENGLISH,
    ENGLISH_NEGATIONS,
    CountVectorizer,
    remove_stop_words,
)


def test_words_are_in_lower_case_without_apostrophes():
    for word in ENGLISH | ENGLISH_NEGATIONS:
        assert word.isascii()
        assert word.isalpha()
        assert word.islower()
    assert all("\u4e00" <= character <= "\u9fff" for word in CHINESE for character in word)


def test_negations_are_a_list_of_their_own():
    assert not ENGLISH & ENGLISH_NEGATIONS


def test_most_english_words_are_on_the_list_of_scikit_learn_too():
    assert len(ENGLISH & ENGLISH_STOP_WORDS) > 0.8 * len(ENGLISH)


def test_lists_of_gensim_and_ours_agree_on_the_commonest_words():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gensim.parsing.preprocessing import STOPWORDS
    assert len(ENGLISH & STOPWORDS) > 0.8 * len(ENGLISH)


def test_most_chinese_words_are_common_ones_of_the_dictionary():
    frequencies = dict(jieba_dictionary.load().words)
    assert sum(frequencies.get(word, 0) > 500 for word in CHINESE) > 0.8 * len(CHINESE)


def test_words_are_removed_whatever_their_case():
    assert remove_stop_words(["The", "cat", "IS", "on", "a", "mat"]) == ["cat", "mat"]
    assert remove_stop_words(["数据", "的", "质量"], CHINESE) == ["数据", "质量"]
    assert remove_stop_words([]) == []
    assert remove_stop_words(["a", "b"], ()) == ["a", "b"]


def test_E72_without_stop_words_opposites_are_the_same_bag():
    opposites = ["the service is not good but it is cheap", "the service is good but not cheap"]
    both = ENGLISH | ENGLISH_NEGATIONS
    kept = [remove_stop_words(text.split(), both) for text in opposites]
    assert kept[0] == kept[1] == ["service", "good", "cheap"]
    assert remove_stop_words(["to", "be", "or", "not", "to", "be"], both) == []
    counts = CountVectorizer(stop_words=both, ngram_range=(1, 3)).fit_transform(opposites)
    assert (counts.to_dense()[0] == counts.to_dense()[1]).all()
