import pytest

from companion.datasets import word_similarity


def test_ratings_are_those_of_the_papers():
    related = word_similarity.load_ratings("wordsim353")
    similar = word_similarity.load_ratings("simlex999")
    assert (len(related), len(similar)) == (353, 999)
    assert related[0] == ("love", "sex", 6.77)
    assert similar[0] == ("old", "new", 1.58)
    for pairs in (related, similar):
        assert all(0 <= rating <= 10 for _, _, rating in pairs)


def test_analogies_have_fourteen_categories():
    questions = word_similarity.load_analogies()
    assert len(questions) == 14
    assert sum(map(len, questions.values())) == 19_544
    assert questions["capital-common-countries"][0] == ("Athens", "Greece", "Baghdad", "Iraq")
    assert all(len(each) == 4 for asked in questions.values() for each in asked)


def test_unknown_ratings_are_refused():
    with pytest.raises(ValueError, match="name must be one of wordsim353, simlex999, got 'men'"):
        word_similarity.load_ratings("men")
