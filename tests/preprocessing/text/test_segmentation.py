"""Segmentation against jieba, token for token."""

import gettext
import io
import random
import re
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.datasets import jieba_dictionary
from companion.preprocessing.text import CharacterTagger, Segmenter

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jieba

ROOT = Path(__file__).parents[3]
MODEL = jieba_dictionary.load()
TAGGER = CharacterTagger(MODEL.start, MODEL.transition, MODEL.emission)
WORDS = [word for word, _ in MODEL.words]
MIXED = "abcXYZ019 .%+-#_&@/\t\n\r\u3000\x1c，。！？“”的一是在不了有和人这𠀀𪚥鿕鿖䶵々〇éß\ud800"


@pytest.fixture(scope="module")
def peer():
    """The dictionary of jieba, built from the file that it came with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


@pytest.fixture(scope="module")
def segmenter():
    return Segmenter(MODEL.words, TAGGER)


@pytest.fixture
def unforced():
    """Forget afterwards what jieba was told to cut: it keeps that for all its dictionaries."""
    yield
    jieba.finalseg.Force_Split_Words.clear()


def assert_equals_jieba(segmenter, peer, text):
    for hmm in (True, False):
        assert segmenter.cut(text, hmm) == list(peer.cut(text, HMM=hmm))
        assert segmenter.cut_for_search(text, hmm) == list(peer.cut_for_search(text, HMM=hmm))
    assert segmenter.cut_all(text) == list(peer.cut(text, cut_all=True))


def random_text(rng):
    """Known words, mixed characters, random Chinese ones and random others, side by side."""
    kinds = [
        lambda: rng.choice(WORDS),
        lambda: "".join(rng.choice(MIXED) for _ in range(rng.randint(1, 5))),
        lambda: "".join(chr(rng.randint(0x4E00, 0x9FFF)) for _ in range(rng.randint(1, 5))),
        lambda: chr(rng.choice([rng.randint(32, 0xD7FF), rng.randint(0x20000, 0x2A6DF)])),
        lambda: "\r\n",
    ]
    return "".join(rng.choices(kinds, [4, 2, 3, 1, 0.3])[0]() for _ in range(rng.randint(0, 15)))


def random_user_dictionary(rng):
    """Lines with and without frequency and part of speech, some with more than that."""
    ends = ["", " 0", " 3", " 1000000", " n", " 5 nr", "  7", " -3", " 3.5", " \t", "\r"]
    lines = []
    for _ in range(rng.randint(0, 8)):
        word = rng.choice([rng.choice(WORDS), rng.choice(WORDS) * 2, random_text(rng)[:6]])
        lines.append(word.replace("\n", "") + rng.choice(ends))
    return (rng.choice(["", "\ufeff"]) + "\n".join(lines)).encode("utf-8", "ignore")


def random_dictionary(rng):
    """A few words of few characters, so that many paths are equally good; and its peer."""
    words = {}
    for _ in range(rng.randint(1, 25)):
        word = "".join(rng.choice("中国人民a1大") for _ in range(rng.randint(1, 5)))
        words[word] = rng.choice([0, 1, 1, 2, 3, 10, 1000])
    words["中"] = words.get("中") or 1
    peer = jieba.Tokenizer()
    lines = "\n".join(f"{word} {frequency} n" for word, frequency in words.items())
    peer.FREQ, peer.total = peer.gen_pfdict(io.BytesIO(lines.encode()))
    peer.initialized = True
    return Segmenter(words.items(), TAGGER), peer


def test_the_prefix_dictionary_is_that_of_jieba(segmenter, peer):
    assert segmenter.frequencies == peer.FREQ
    assert segmenter.total == peer.total


@pytest.mark.parametrize("seed", range(20))
def test_random_mixed_text_is_cut_as_by_jieba(segmenter, peer, seed):
    rng = random.Random(seed)
    for _ in range(50):
        assert_equals_jieba(segmenter, peer, random_text(rng))


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_text_is_cut_as_by_jieba_and_loses_nothing(segmenter, peer, text):
    assert_equals_jieba(segmenter, peer, text)
    assert "".join(segmenter.cut(text)) == text


def test_the_articles_own_words_are_cut_as_by_jieba(segmenter, peer):
    quotes = re.findall(r'^  quote: "(.*)"$', (ROOT / "book/errata.yml").read_text("utf-8"), re.M)
    assert len(quotes) > 30
    for quote in quotes:
        assert_equals_jieba(segmenter, peer, quote)


def test_messages_of_a_program_in_chinese_are_cut_as_by_jieba(segmenter, peer):
    sphinx = pytest.importorskip("sphinx")
    folders = [Path(sphinx.__file__).parent / "locale" / name for name in ("zh_CN", "zh_TW")]
    for folder in folders:
        with (folder / "LC_MESSAGES" / "sphinx.mo").open("rb") as file:
            messages = list(gettext.GNUTranslations(file)._catalog.values())
        assert len(messages) > 100
        assert_equals_jieba(segmenter, peer, "\n".join(messages))


@pytest.mark.parametrize("seed", range(40))
def test_with_random_dictionaries_text_is_cut_as_by_jieba(seed):
    rng = random.Random(seed)
    segmenter, peer = random_dictionary(rng)
    assert segmenter.frequencies == peer.FREQ
    for _ in range(40):
        text = "".join(rng.choice("中国人民a1大b-，") for _ in range(rng.randint(0, 12)))
        assert_equals_jieba(segmenter, peer, text)


@pytest.mark.parametrize("seed", range(20))
def test_with_random_user_words_text_is_cut_as_by_jieba(seed, unforced):
    rng = random.Random(seed)
    segmenter, peer = random_dictionary(rng)
    for _ in range(12):
        word = "".join(rng.choice("中国人民a1大𠀀 ") for _ in range(rng.randint(1, 5)))
        act = rng.choice(["add", "add with frequency", "delete", "suggest"])
        if act == "add":
            segmenter.add_word(word)
            peer.add_word(word)
        elif act == "add with frequency":
            frequency = rng.randint(0, 50)
            segmenter.add_word(word, frequency)
            peer.add_word(word, frequency)
        elif act == "delete":
            segmenter.del_word(word)
            peer.del_word(word)
        else:
            cut = rng.randint(0, len(word))
            parts = [part for part in (word[:cut], word[cut:]) if part]
            suggestion = segmenter.suggest_freq(parts)
            assert suggestion == peer.suggest_freq(parts)
            assert segmenter.suggest_freq(word) == peer.suggest_freq(word)
            segmenter.add_word(word, suggestion)
            peer.add_word(word, suggestion)
        assert segmenter.frequencies == peer.FREQ
        assert segmenter.total == peer.total
        for _ in range(5):
            text = "".join(rng.choice("中国人民a1大𠀀，") for _ in range(rng.randint(0, 12)))
            assert_equals_jieba(segmenter, peer, text + word)


def test_a_user_dictionary_is_read_as_by_jieba(tmp_path, unforced):
    path = tmp_path / "user.txt"
    path.write_bytes(
        "\ufeff云计算 5\r\n李小福 2 nr\ncreate n\n\n 大模型 \nEdu Trust认证 2000\n深度学习 0\n"
        "a b c 3 4\n".encode()
    )
    words = [(word, frequency) for word, frequency in MODEL.words if len(word) < 3][:30_000]
    segmenter, peer = Segmenter(words, TAGGER), jieba.Tokenizer()
    lines = "".join(f"{word} {frequency}\n" for word, frequency in words)
    peer.FREQ, peer.total = peer.gen_pfdict(io.BytesIO(lines.encode()))
    peer.initialized = True
    segmenter.load_userdict(path)
    with path.open("rb") as file:
        peer.load_userdict(file)
    assert segmenter.frequencies == peer.FREQ
    text = "李小福是云计算create方面的大模型专家，Edu Trust认证，深度学习"
    assert_equals_jieba(segmenter, peer, text)
    assert {"李小福", "云计算", "大模型"} <= set(segmenter.cut(text))


@pytest.mark.parametrize("seed", range(20))
def test_random_user_dictionaries_are_read_as_by_jieba(tmp_path, unforced, seed):
    rng = random.Random(seed)
    segmenter, peer = random_dictionary(rng)
    path = tmp_path / "user.txt"
    path.write_bytes(random_user_dictionary(rng))
    segmenter.load_userdict(path)
    with path.open("rb") as file:
        peer.load_userdict(file)
    assert segmenter.frequencies == peer.FREQ
    assert segmenter.total == peer.total
    for line in path.read_text("utf-8-sig").split("\n"):
        assert_equals_jieba(segmenter, peer, random_text(rng) + line + random_text(rng))


def test_a_word_that_was_added_is_kept_whole():
    segmenter, _ = random_dictionary(random.Random(3))
    assert segmenter.cut("大民大人", hmm=False) != ["大民大人"]
    segmenter.add_word("大民大人")
    assert segmenter.cut("大民大人", hmm=False) == ["大民大人"]
    segmenter.del_word("大民大人")
    assert "大民大人" not in segmenter.cut("大民大人")


def test_a_word_without_frequency_is_cut_where_the_model_finds_it(segmenter, unforced):
    own = Segmenter([("中", 1)], TAGGER)
    found = own.cut("北京人")
    assert any(len(word) > 1 for word in found)
    for word in found:
        own.del_word(word)
    assert own.cut("北京人") == list("北京人")


@pytest.mark.parametrize("seed", range(5))
def test_the_fast_path_is_the_best_path_of_the_graph(segmenter, seed):
    rng = random.Random(seed)
    for _ in range(30):
        text = "".join(rng.choice(WORDS) for _ in range(6))
        graph = segmenter.word_graph(text)
        route = {len(text): (0.0, 0)}
        for start in reversed(range(len(text))):
            route[start] = max((log_p + route[end][0], end) for end, log_p in graph[start])
        ends = segmenter._best_path(text)
        assert ends == [route[start][1] for start in range(len(text))]


def test_the_graph_has_the_edges_of_jieba(segmenter, peer):
    text = "大模型的底层能力𠀀x"
    ends = [[end - 1 for end, _ in edges] for edges in segmenter.word_graph(text)]
    assert ends == list(peer.get_DAG(text).values())


@pytest.mark.parametrize("text", ["", " ", "\n", "，", "𠀀", "a", "\ud800", "\r\n\r\n", "-"])
def test_texts_without_a_word_are_cut_as_by_jieba(segmenter, peer, text):
    assert_equals_jieba(segmenter, peer, text)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Segmenter([], TAGGER), "words must hold one with a frequency above 0, got none"),
        (lambda: Segmenter([("中", 0)], TAGGER), "words must hold one with a frequency above 0"),
        (lambda: Segmenter([("", 1)], TAGGER), "word must not be empty"),
        (lambda: Segmenter([("中", -1)], TAGGER), "frequency of '中' must be 0 or more, got -1"),
        (lambda: Segmenter([("中", float("nan"))], TAGGER), "'中' must be 0 or more, got nan"),
        (lambda: Segmenter([("中", 1)], TAGGER).add_word(""), "word must not be empty"),
        (lambda: Segmenter([("中", 1)], TAGGER).add_word("国", -2), "0 or more, got -2"),
    ],
)
def test_bad_words_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_user_dictionary_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "user.txt"
    path.write_bytes("国\n中国".encode("gbk"))
    with pytest.raises(ValueError, match="path must be a file in UTF-8, got line 1"):
        Segmenter([("中", 1)], TAGGER).load_userdict(path)
