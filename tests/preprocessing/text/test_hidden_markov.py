"""The tagger against an enumeration of all paths and against jieba's Viterbi."""

import itertools
import random
import warnings

import pytest

from companion.datasets import jieba_dictionary
from companion.preprocessing.text import CharacterTagger

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from jieba import finalseg

FOLLOWS = {"B": "ME", "M": "ME", "E": "BS", "S": "BS"}
LETTERS = "甲乙丙丁"


def random_tables(rng, draw):
    """Tables of the four states over four characters; some entries are missing."""
    start = {state: draw() for state in "BMES"}
    transition = {
        state: {after: draw() for after in FOLLOWS[state] if rng.random() < 0.9} for state in "BMES"
    }
    emission = {state: {c: draw() for c in LETTERS if rng.random() < 0.8} for state in "BMES"}
    return start, transition, emission


def text_of(rng, longest):
    return "".join(rng.choice(LETTERS + "戊") for _ in range(rng.randint(1, longest)))


@pytest.mark.parametrize("seed", range(20))
def test_the_path_has_the_greatest_probability_of_all(seed):
    rng = random.Random(seed)
    start, transition, emission = random_tables(rng, lambda: -rng.expovariate(0.2))
    tagger = CharacterTagger(start, transition, emission)

    def score(path, text):
        total = start[path[0]] + emission[path[0]].get(text[0], -3.14e100)
        for (before, state), character in zip(itertools.pairwise(path), text[1:], strict=True):
            if state not in FOLLOWS[before]:
                return None
            total += transition[before].get(state, -3.14e100)
            total += emission[state].get(character, -3.14e100)
        return total

    for _ in range(10):
        text = text_of(rng, 6)
        paths = itertools.product("BMES", repeat=len(text))
        best = max(score(p, text) for p in paths if p[-1] in "ES" and score(p, text) is not None)
        path = tagger.tag(text)
        assert path[-1] in "ES"
        assert score(path, text) == pytest.approx(best)
        scores, _ = tagger.scores(text)
        assert max(scores[-1][2:]) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(20))
def test_the_path_is_that_of_jieba_also_where_paths_are_equally_good(seed):
    rng = random.Random(seed)
    tables = random_tables(rng, lambda: float(-rng.randint(0, 3)))
    tagger = CharacterTagger(*tables)
    for _ in range(50):
        text = text_of(rng, 12)
        probability, path = finalseg.viterbi(text, "BMES", *tables)
        assert tagger.tag(text) == "".join(path)
        scores, _ = tagger.scores(text)
        assert max(scores[-1][2:]) == probability


@pytest.mark.parametrize("seed", range(5))
def test_random_characters_are_tagged_and_cut_as_by_jieba(seed):
    rng = random.Random(seed)
    model = jieba_dictionary.load()
    tagger = CharacterTagger(model.start, model.transition, model.emission)
    common = [word for word, frequency in model.words if len(word) == 1 and frequency > 5000]
    for _ in range(100):
        text = "".join(
            rng.choice(common) if rng.random() < 0.7 else chr(rng.randint(0x4E00, 0x9FD5))
            for _ in range(rng.randint(1, 30))
        )
        tables = finalseg.start_P, finalseg.trans_P, finalseg.emit_P
        assert tagger.tag(text) == "".join(finalseg.viterbi(text, "BMES", *tables)[1])
        assert tagger.cut(text) == list(finalseg.cut(text))


def test_a_long_text_takes_no_recursion_and_loses_nothing():
    model = jieba_dictionary.load()
    tagger = CharacterTagger(model.start, model.transition, model.emission)
    text = "氺龘" * 20_000
    assert "".join(tagger.cut(text)) == text


def test_an_empty_text_has_no_states():
    tagger = CharacterTagger(*random_tables(random.Random(0), lambda: -1.0))
    assert tagger.tag("") == ""
    assert tagger.cut("") == []
    with pytest.raises(ValueError, match="text must not be empty"):
        tagger.scores("")


def test_other_states_are_refused():
    start, transition, emission = random_tables(random.Random(0), lambda: -1.0)
    with pytest.raises(ValueError, match=r"emission must have the states B, M, E, S, got \['B'\]"):
        CharacterTagger(start, transition, {"B": {}})
    with pytest.raises(ValueError, match="start must have the states"):
        CharacterTagger({**start, "X": 0.0}, transition, emission)
