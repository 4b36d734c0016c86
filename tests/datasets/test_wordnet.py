"""WordNet's reader against nltk's, on the same files."""

import shutil
import warnings

import numpy as np
import pytest

from companion.datasets import cache, wordnet

CODES = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


@pytest.fixture(scope="module")
def ours():
    return wordnet.load()


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    pytest.importorskip("nltk")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nltk
        from nltk.corpus.reader.wordnet import WordNetCorpusReader

        folder = tmp_path_factory.mktemp("wordnet")
        nltk.data.path.append(str(folder))  # it reads nowhere else
        for name, path in cache.fetch(wordnet.WORDNET).items():
            shutil.copyfile(path, folder / name)
        for name in ("noun.exc", "verb.exc", "adj.exc", "adv.exc", "cntlist.rev"):
            (folder / name).touch()  # irregular forms and counts, which no test needs
        (folder / "lexnames").write_text("".join(f"{i:02}\tname{i}\t1\n" for i in range(45)))

        class Reader(WordNetCorpusReader):
            def map_wn(self, version=None):
                """Do without WordNet 3.0, which other languages need."""

        return Reader(str(folder), None)


def reference(reader, word, part):
    offsets = reader._lemma_pos_offset_map[word].get(CODES[part], [])
    synsets = [reader.synset_from_pos_and_offset(CODES[part], offset) for offset in offsets]
    return [[name.replace("_", " ") for name in synset.lemma_names()] for synset in synsets]


@pytest.mark.parametrize("part", wordnet.PARTS)
def test_synsets_and_their_order_equal_nltk_on_random_words(ours, theirs, part):
    words = np.random.default_rng(0).permutation(sorted(ours._offsets[part]))[:1500]
    for word in words.tolist():
        assert ours.synsets(word.replace("_", " "), part) == reference(theirs, word, part), word


def test_words_of_many_meanings_have_all_of_them(ours, theirs):
    for part in wordnet.PARTS:
        table = ours._offsets[part]
        for word in sorted(table, key=lambda each: -len(table[each]))[:50]:
            assert ours.synsets(word, part) == reference(theirs, word, part)


def test_every_line_of_the_index_points_at_meanings_that_have_the_word(ours):
    for part in ("adj", "adv"):
        for word in ours._offsets[part]:
            for names in ours.synsets(word, part):
                assert word.replace("_", " ") in {name.lower() for name in names}


def test_synonyms_come_from_all_parts_in_turn_without_the_word_or_repetition(ours):
    rng = np.random.default_rng(1)
    for word in rng.permutation(sorted(ours._offsets["verb"]))[:300].tolist():
        both = ours.synonyms(word)
        assert word.replace("_", " ") not in both
        parts = [name for part in wordnet.PARTS for name in ours.synonyms(word, part)]
        assert both == list(dict.fromkeys(parts))


def test_the_most_frequent_meaning_comes_first(ours):
    assert ours.synsets("car", "noun")[0] == ["car", "auto", "automobile", "machine", "motorcar"]
    assert ours.synonyms("car", "noun")[0] == "auto"


@pytest.mark.parametrize("spelling", ["Take Off", "take_off", "TAKE OFF"])
def test_capitals_and_underscores_do_not_matter(ours, spelling):
    assert ours.synonyms(spelling) == ours.synonyms("take off") != []


def test_marks_of_position_are_no_part_of_an_adjective(ours):
    assert ["galore"] in ours.synsets("galore", "adj")
    assert not any("(" in name for name in ours.synonyms("elect", "adj"))


@pytest.mark.parametrize("word", ["", "xyzzyx", "北京", " ", "\ud800"])
def test_unknown_words_have_no_synonyms(ours, word):
    assert ours.synonyms(word) == []


def test_an_unknown_part_of_speech_is_named(ours):
    with pytest.raises(ValueError, match="part must be one of noun, verb, adj, adv, got 'n'"):
        ours.synsets("car", "n")
