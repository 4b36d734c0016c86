r"""What subword tokenisers do first: GPT-2's split into words and bytes, BERT's cleaning and split.

GPT-2's expression has ``\p{L}`` and ``\p{N}``, which the standard library's ``re`` lacks; here they
are classes written out from ``unicodedata``. A character that this Python's Unicode does not know
yet (``unicodedata.unidata_version``; 3.11 has 14.0) is neither letter nor number, and is split off
where a library with a newer table would leave it in its word. No bytes are lost by it: another
split gives other tokens of the same text.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby

# The property White_Space. re's \s also has U+001C to U+001F, which are control characters.
_SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# CJK ideographs as BERT counts them: kana and Hangul are written like any other letters.
_IDEOGRAPHS = (
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0002a6df\U0002a700-\U0002b81f\U0002b820-\U0002ceaf\U0002f800-\U0002fa1f"
)


def gpt2_words(text: str) -> list[str]:
    r"""Split a text as GPT-2 does: a word takes along the one space before it.

    The pieces match ``'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+``;
    joined, they are the text. A. Radford et al., "Language Models are Unsupervised Multitask
    Learners", 2019, section 2.2, and the program ``encoder.py`` published with it.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of str
        The pieces in their order; none for an empty text.
    """
    return _gpt2_pattern().findall(text)


@cache
def byte_alphabet() -> dict[int, str]:
    """Return the printable character that stands for each byte in GPT-2's vocabulary.

    Bytes that are printable in Latin-1 stand for themselves; the other 68, such as the space, get
    the characters from U+0100 on, in their order.

    Returns
    -------
    dict of int to str
        256 characters by byte, ordered by code point.
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    places = [*printable, *range(0x100, 0x100 + len(others))]
    return dict(zip([*printable, *others], map(chr, places), strict=True))


def basic_tokens(text: str, lower_case: bool = True) -> list[str]:
    """Split a text as BERT does before WordPiece: words, single marks and single ideographs.

    Control and format characters go, any white space divides; ideographs and punctuation stand
    alone. J. Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language
    Understanding", NAACL 2019; the ``BasicTokenizer`` of the program published with it.

    Parameters
    ----------
    text
        Any text.
    lower_case
        Whether accents are stripped and capitals made small, as for an "uncased" model.

    Returns
    -------
    list of str
        Words without white space; none for an empty text.
    """
    return _basic_pattern().findall(_basic_text(text, lower_case))


def basic_places(text: str, lower_case: bool = True) -> list[list[int]]:
    """Return for each word of `basic_tokens` where its characters stand in the text.

    Parameters
    ----------
    text, lower_case
        As for `basic_tokens`.

    Returns
    -------
    list of list of int
        A place for each character of a word; of one that falls into several, such as a syllable of
        Hangul, the same for each.
    """
    kept = [place for place, c in enumerate(text) if not _control_pattern().match(c)]
    if lower_case:
        base = {c: _mark_pattern().sub("", unicodedata.normalize("NFD", c)) for c in set(text)}
        kept = [place for place in kept for _ in base[text[place]]]
    words = _basic_pattern().finditer(_basic_text(text, lower_case))
    return [kept[word.start() : word.end()] for word in words]


def _basic_text(text: str, lower_case: bool) -> str:
    text = _control_pattern().sub("", text)
    if lower_case:
        decomposed = unicodedata.normalize("NFD", text)
        # Letter by letter: as in Hugging Face's library, a capital sigma at a word's end becomes σ.
        text = "".join(map(str.lower, _mark_pattern().sub("", decomposed)))
    return text


def character_class(*categories: str) -> str:
    r"""Write the characters of some Unicode categories as the inside of a class for ``re``.

    Parameters
    ----------
    *categories
        General categories, or their first letters: ``"L"`` for all letters, ``"Mn"``.

    Returns
    -------
    str
        Ranges such as ``\U00000041-\U0000005a``, in the Unicode version of this Python.
    """
    return "".join(
        f"\\U{first:08x}-\\U{last:08x}"
        for category, first, last in _category_ranges()
        if category.startswith(categories)
    )


@cache
def _category_ranges() -> list[tuple[str, int, int]]:
    return list(_runs())


def _runs() -> Iterator[tuple[str, int, int]]:
    points = range(sys.maxunicode + 1)
    for category, run in groupby(points, key=lambda point: unicodedata.category(chr(point))):
        members = list(run)
        yield category, members[0], members[-1]


@cache
def _gpt2_pattern() -> re.Pattern[str]:
    letter, number = character_class("L"), character_class("N")
    return re.compile(
        # Words first, being commonest: no two of these begin alike, so that the order is free.
        rf" ?[{letter}]+|'(?:s|t|re|ve|m|ll|d)| ?[{number}]+| ?[^{_SPACE}{letter}{number}]+"
        rf"|[{_SPACE}]+(?![^{_SPACE}])|[{_SPACE}]+"
    )


@cache
def _control_pattern() -> re.Pattern[str]:
    # Tab, line feed and carriage return are white space to BERT, other control characters nothing.
    return re.compile(rf"(?![\t\n\r])[{character_class('Cc', 'Cf', 'Co')}\ufffd]")


@cache
def _mark_pattern() -> re.Pattern[str]:
    return re.compile(f"[{character_class('Mn')}]+")


@cache
def _basic_pattern() -> re.Pattern[str]:
    ascii_marks = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    single = f"{ascii_marks}{character_class('P')}{_IDEOGRAPHS}"
    return re.compile(f"[{single}]|[^{_SPACE}{single}]+")
