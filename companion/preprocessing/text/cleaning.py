"""Text as one wants it: valid Unicode in one form, without control characters or boilerplate."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from companion.preprocessing.text._checks import refuse_one_text

Form = Literal["NFC", "NFKC"]

_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "["
    "\0-\x08\x0e-\x1f\x7f-\x9f"  # control characters, but for tab and line ends
    "\ufdd0-\ufdef"  # code points that are no characters, here and below
    "\ue000-\uf8ff"  # private use
    "\xad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator
    "\u200b\u200e\u200f\u202a-\u202e"  # zero-width space, marks and brackets of direction
    "\u2060-\u206f\ufeff\ufff9-\ufffb"  # word joiner and other format characters, byte order mark
    "\U000e0000-\U000e007f"  # tags
    "\U000f0000-\U0010ffff"  # private use
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0xF0000, 1 << 16))
    + "]+"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
_SPACE_AT_LINE_END = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")


def decode(data: bytes) -> str:
    """Read bytes as UTF-8, and replace what is not by U+FFFD, the replacement character.

    One replacement stands for each longest piece that could begin a character (The Unicode
    Standard, section 3.9, "U+FFFD Substitution of Maximal Subparts"), so that no valid character
    behind it is lost. A byte order mark at the beginning is dropped.

    Parameters
    ----------
    data
        Any bytes.

    Returns
    -------
    str
        Text without lone surrogates.
    """
    return data.decode("utf-8-sig", errors="replace")


def clean(text: str, form: Form = "NFKC") -> str:
    """Bring a text into one Unicode form and take out what cannot be seen.

    In this order: line ends become line feeds; lone surrogates become U+FFFD; control characters,
    private-use characters, code points that are no characters, and format characters without
    width or meaning of their own are removed; the text is normalised; runs of white space become
    one space, also at the ends of lines nothing, and more than one empty line becomes one. The
    joiners U+200C and U+200D stay: Persian and Hindi words and emoji change without them.

    Parameters
    ----------
    text
        Any text.
    form
        ``"NFC"`` composes letters and accents; ``"NFKC"`` also replaces what differs in look only,
        such as full-width letters, ligatures and superscripts (Unicode Standard Annex 15).

    Returns
    -------
    str
        The clean text; to clean it again changes nothing.

    Raises
    ------
    ValueError
        If `form` is another.
    """
    if form not in ("NFC", "NFKC"):
        raise ValueError(f"form must be 'NFC' or 'NFKC', got {form!r}")
    text = _LINE_END.sub("\n", text)
    text = _SURROGATE.sub("\ufffd", text)
    text = _INVISIBLE.sub("", text)
    text = unicodedata.normalize(form, text)
    text = _SPACES.sub(" ", text)
    text = _SPACE_AT_LINE_END.sub("\n", text)
    return _EMPTY_LINES.sub("\n\n", text).strip()


def repeated_lines(documents: Sequence[str], documents_at_least: int) -> set[str]:
    """Return the lines that many documents share: menus, notices, signatures.

    Parameters
    ----------
    documents
        Texts.
    documents_at_least
        In how many of them a line must stand, at least 2.

    Returns
    -------
    set of str
        The lines, without white space at their ends; the empty line is none of them.

    Raises
    ------
    ValueError
        If `documents_at_least` is below 2, or `documents` is one text.
    """
    refuse_one_text(documents=documents)
    if documents_at_least < 2:
        raise ValueError(f"documents_at_least must be at least 2, got {documents_at_least}")
    counts = Counter(
        line for text in documents for line in {each.strip() for each in text.split("\n")}
    )
    return {line for line, count in counts.items() if count >= documents_at_least and line}


def remove_lines(text: str, lines: set[str]) -> str:
    """Return a text without the given lines, compared without white space at their ends."""
    return "\n".join(line for line in text.split("\n") if line.strip() not in lines)
