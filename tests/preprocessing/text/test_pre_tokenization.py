import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import normalizers, pre_tokenizers

from companion.preprocessing.text.pre_tokenization import (
    basic_tokens,
    byte_alphabet,
    character_class,
    gpt2_words,
)

KNOWN = st.characters(exclude_categories=["Cs", "Cn"])  # Cn: of a later Unicode than Python's
BYTE_LEVEL = pre_tokenizers.ByteLevel(add_prefix_space=False)
# Blocks whose characters have had their categories since long: see the test of the others below.
SETTLED = st.characters(
    exclude_categories=["Cs", "Cn"],
    include_characters="\U0001f600\u200d\ufe0f\ufffd",
    max_codepoint=0x5FF,
) | st.sampled_from("、。「」ーカナ漢字한국어！\u3000\u2009\u2028\u00ad\u200b—…ΣςİıßĲǅﬁÅ")


def pieces(text: str) -> list[str]:
    return [text[start:end] for _, (start, end) in BYTE_LEVEL.pre_tokenize_str(text)]


@given(st.lists(st.text(KNOWN) | st.sampled_from(["'s", "'LL", "  ", "\n ", " \t", "12", "é"])))
@example(["I'm he'll  we've\n\n \nit's 'S 3.14 ½²٣ \u001c \u0085x  "])
def test_gpt2_words_are_those_of_hugging_face(parts: list[str]) -> None:
    text = "".join(parts)
    assert gpt2_words(text) == pieces(text)
    assert "".join(gpt2_words(text)) == text


def test_every_assigned_character_counts_as_in_hugging_face() -> None:
    """But for private characters, of which there are two planes."""
    for start in (*range(0, 0x32000, 0x400), 0xE0000):
        characters = map(chr, range(start, start + 0x400))
        known = [c for c in characters if unicodedata.category(c) not in ("Cs", "Cn")]
        text = " ".join(f"a{c}1" for c in known)
        assert gpt2_words(text) == pieces(text)


def test_byte_alphabet_is_that_of_hugging_face() -> None:
    alphabet = byte_alphabet()
    assert sorted(alphabet) == list(range(256))
    assert set(alphabet.values()) == set(pre_tokenizers.ByteLevel.alphabet())
    assert len(set(alphabet.values())) == 256
    assert alphabet[ord("A")] == "A"
    assert alphabet[ord(" ")] == "Ġ"
    assert list(alphabet.values()) == sorted(alphabet.values())


@pytest.mark.parametrize("lower_case", [True, False])
def test_basic_tokens_are_those_of_hugging_face(lower_case: bool) -> None:
    normalizer = normalizers.BertNormalizer(lowercase=lower_case)
    splitter = pre_tokenizers.BertPreTokenizer()

    @given(st.text(SETTLED))
    @example("Ｈello\tWORLD\r\n¿Qué? naïve—ΟΔΟΣ 東京タワー\x00\ufffdx\u00ad.")
    def compare(text: str) -> None:
        expected = [w for w, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))]
        assert basic_tokens(text, lower_case) == expected

    compare()


def test_basic_tokens_differ_from_hugging_face_where_its_tables_are_old() -> None:
    """Its punctuation is that of an early Unicode, and it misses 256 ideographs from U+2B820 on."""
    normalizer, splitter = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    differing = set()
    for point in (*range(0x3000), *range(0x2B810, 0x2B930)):
        c = chr(point)
        text = f"a{c}b"
        expected = [w for w, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))]
        if unicodedata.category(c) != "Cn" and basic_tokens(text) != expected:
            differing.add(point)
    assert {point for point in differing if point > 0x3000} == set(range(0x2B820, 0x2B920))
    assert min(differing) == 0x61D  # punctuation since Unicode 14


@pytest.mark.parametrize("text", ["", " ", "\n\t \u3000", "\x00\x07"])
def test_nothing_is_split_into_nothing(text: str) -> None:
    assert basic_tokens(text) == []
    assert "".join(gpt2_words(text)) == text


def test_character_class_holds_a_category() -> None:
    marks = re.compile(f"[{character_class('Mn')}]")
    for point in range(0, 0x110000, 7):
        c = chr(point)
        assert bool(marks.fullmatch(c)) == (unicodedata.category(c) == "Mn")
