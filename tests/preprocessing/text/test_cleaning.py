"""Cleaning against the Unicode database, code point by code point, and against Python's decoder."""

import codecs
import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.preprocessing.text import clean, decode, remove_lines, repeated_lines

ANY = st.text(st.characters(exclude_categories=()))
EVERY = [chr(code) for code in range(0x110000)]
KEPT = "\u200c\u200d"  # the joiners


def test_no_control_private_or_surrogate_character_is_left():
    left = {c for c in clean("\n".join(EVERY)) if unicodedata.category(c) in ("Cc", "Co", "Cs")}
    assert left == {"\n"}


def test_no_code_point_that_is_no_character_is_left():
    assert not any(
        0xFDD0 <= ord(c) <= 0xFDEF or ord(c) & 0xFFFE == 0xFFFE for c in clean("".join(EVERY))
    )


def test_format_characters_that_stay_are_joiners_and_signs_of_special_notations():
    left = {c for c in clean("".join(EVERY)) if unicodedata.category(c) == "Cf"}
    special = ("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN", "SHORTHAND", "MUSICAL")
    assert {c for c in left if not unicodedata.name(c).startswith(special)} == set(KEPT)


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_letters_marks_numbers_and_punctuation_are_only_normalised(form):
    for c in EVERY:
        if unicodedata.category(c)[0] in "LNPS" and not unicodedata.normalize(form, c).isspace():
            expected = " ".join(unicodedata.normalize(form, c).split())
            assert clean(c, form) == expected


@given(ANY, st.sampled_from(["NFC", "NFKC"]))
def test_to_clean_again_changes_nothing(text, form):
    once = clean(text, form)
    assert clean(once, form) == once
    assert unicodedata.is_normalized(form, once)


def test_to_clean_each_code_point_again_changes_nothing():
    eventful = (
        c
        for c in EVERY
        if unicodedata.category(c) not in ("Lo", "Cn") or not unicodedata.is_normalized("NFKC", c)
    )
    whole = "\n".join(f"a{c}\u0301 {c}b" for c in eventful)
    for form in ("NFC", "NFKC"):
        once = clean(whole, form)
        assert clean(once, form) == once


@given(ANY)
def test_no_white_space_but_single_spaces_and_line_ends_is_left(text):
    result = clean(text)
    assert all(c in " \n" for c in result if c.isspace())
    assert result == result.strip()
    for run in ("  ", " \n", "\n ", "\n\n\n"):
        assert run not in result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \t\u3000\ufeff", ""),
        ("Ａ１ ﬁ ²", "A1 fi 2"),
        ("e\u0301", "é"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("a\n \n\n\t\nb", "a\n\nb"),
        ("zero\u200bwidth, soft\xadhyphen", "zerowidth, softhyphen"),
        ("n\u202ea\u202cm", "nam"),
        ("e\u200b\u0301", "é"),  # composed once what stood between is gone
        ("\ud800x", "\ufffdx"),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
        ("a\0b\x07\ue000c\uffff", "abc"),
    ],
)
def test_clean_gives_what_is_expected(text, expected):
    assert clean(text) == expected


def test_canonical_form_keeps_full_width_letters():
    assert clean("Ａ ﬁ e\u0301", "NFC") == "Ａ ﬁ é"


def test_an_unknown_form_is_refused():
    with pytest.raises(ValueError, match="form must be 'NFC' or 'NFKC', got 'NFD'"):
        clean("a", "NFD")


@given(st.text())
def test_valid_bytes_are_decoded_as_they_are(text):
    plain = text.removeprefix("\ufeff")
    assert decode(plain.encode()) == plain.removeprefix("\ufeff")
    assert decode(codecs.BOM_UTF8 + plain.encode()) == plain


@given(st.binary())
def test_any_bytes_become_text_that_can_be_encoded(data):
    text = decode(data)
    text.encode("utf-8")
    assert clean(text).encode("utf-8") is not None


@given(st.text(), st.text())
def test_what_stands_around_a_broken_byte_stays(before, after):
    before = before.lstrip("\ufeff")
    assert decode(before.encode() + b"\xff" + after.encode()) == f"{before}\ufffd{after}"


@pytest.mark.parametrize(
    ("data", "expected"),
    [  # Table 3-8 of The Unicode Standard 15.0, section 3.9, and its neighbours
        (b"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82A", "\ufffd" * 8 + "A"),
        (b"\xed\xa0\x80\xed\xbf\xbf\xed\xafA", "\ufffd" * 8 + "A"),
        (b"\xf4\x91\x92\x93\xffA\x80\xbfB", "\ufffd" * 5 + "A\ufffd\ufffdB"),
        (b"\xe1\x80\xe2\xf0\x91\x92\xf1\xbfA", "\ufffd" * 4 + "A"),
        (b"", ""),
        ("中".encode()[:2], "\ufffd"),
    ],
)
def test_broken_bytes_are_replaced_as_the_standard_recommends(data, expected):
    assert decode(data) == expected


def test_lines_that_documents_share_are_found_and_removed():
    documents = ["Menu\nfirst text\n(c) 2001 ", "  Menu\nsecond\n\nsecond\n(c) 2001", "Menu\nthird"]
    assert repeated_lines(documents, 3) == {"Menu"}
    shared = repeated_lines(documents, 2)
    assert shared == {"Menu", "(c) 2001"}  # not "second", which stands twice in one
    assert [remove_lines(text, shared) for text in documents] == [
        "first text",
        "second\n\nsecond",
        "third",
    ]


def test_of_no_documents_no_line_repeats():
    assert repeated_lines([], 2) == set()
    assert remove_lines("", {"a"}) == ""


def test_a_line_of_one_document_does_not_repeat():
    with pytest.raises(ValueError, match="documents_at_least must be at least 2, got 1"):
        repeated_lines(["a"], 1)


def test_one_text_is_no_collection_of_documents():
    with pytest.raises(ValueError, match="documents must be several texts, got one text: 'a"):
        repeated_lines("a\na", 2)


PIECES = [
    [c for c in EVERY if c.isspace()],
    [c for c in EVERY if unicodedata.combining(c)],
    [c for c in EVERY if unicodedata.category(c) in ("Cc", "Cf")],
    [c for c in EVERY if " " in unicodedata.normalize("NFKC", c)],
    [*map(chr, range(0x1100, 0x1200)), *map(chr, range(0x3130, 0x3190))],  # parts of syllables
    list("ae<=\n\n  "),
]


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_what_composes_or_vanishes_side_by_side_is_clean_after_one_pass(form):
    rng = random.Random(0)
    for _ in range(5000):
        once = clean("".join(rng.choice(rng.choice(PIECES)) for _ in range(8)), form)
        assert clean(once, form) == once
        assert unicodedata.is_normalized(form, once)
