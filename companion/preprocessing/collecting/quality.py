"""Rules by which the makers of training corpora keep or drop a page: those of Gopher and of C4."""

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

_BULLETS = ("•", "‣", "▪", "●", "-", "*", "–", "—")
_ELLIPSES = ("...", "…")
_STOP_WORDS = frozenset(("the", "be", "to", "of", "and", "that", "have", "with"))
# Largest share of characters in the commonest n-gram, and in n-grams that occur more than once.
_TOP = {2: 0.20, 3: 0.18, 4: 0.16}
_REPEATED = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}

_ENDS = (".", "?", "!", '"', "”")
_SENTENCE = re.compile(r"[.?!][\"”’)]*(?:\s|$)")
_SPAN = 3  # sentences; a page needs as many
_POLICIES = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
_CITATION = re.compile(r"\[(?:\d+|edit|citation needed)\]", re.IGNORECASE)


def gopher_faults(text: str) -> list[str]:
    """Name the rules of MassiveText that an English text breaks.

    Parameters
    ----------
    text
        Lines, with an empty one between paragraphs.

    Returns
    -------
    list of str
        Such as ``"fewer than 50 words"``; none for a text to keep. Of what is repeated, the first
        occurrence does not count.

    References
    ----------
    J. W. Rae et al., "Scaling Language Models: Methods, Analysis & Insights from Training Gopher",
    arXiv:2112.11446, 2021, appendix A.1.1 ("Quality Filtering", "Repetition Removal", table A1).
    """
    words = text.split()
    if len(words) < 50:
        return ["fewer than 50 words"]
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    bullets = sum(line.startswith(_BULLETS) for line in lines)
    broken_off = sum(line.endswith(_ELLIPSES) for line in lines)
    lettered = sum(any(map(str.isalpha, word)) for word in words)
    found = {
        "more than 100,000 words": len(words) > 100_000,
        "mean length of a word not from 3 to 10": not 3 <= sum(map(len, words)) / len(words) <= 10,
        "more than 0.1 symbols # or … a word": _symbols(text) > 0.1 * len(words),
        "more than 90 % of lines start with a bullet": bullets > 0.9 * len(lines),
        "more than 30 % of lines end with an ellipsis": broken_off > 0.3 * len(lines),
        "fewer than 80 % of words have a letter": lettered < 0.8 * len(words),
        "fewer than 2 of 8 stop words": len(_STOP_WORDS.intersection(map(str.lower, words))) < 2,
    }
    return [fault for fault, broken in found.items() if broken] + _repetitions(text, words, lines)


def c4_clean(text: str, unwanted: Iterable[str] = ()) -> str:
    """Keep of an English page the lines that C4 keeps.

    Those with at least five words that end as a sentence does and speak neither of JavaScript nor
    of terms and cookies, without their citation marks. Nothing is left of a page that has a curly
    bracket, as code does, "lorem ipsum", an unwanted word, or fewer than three sentences in the
    end.

    Parameters
    ----------
    text
        Lines of a page.
    unwanted
        Words in lower case for which a page is dropped. C4's list also cost it much text by and
        about minorities (Dodge et al., "Documenting Large Webtext Corpora", EMNLP 2021).

    Returns
    -------
    str
        The lines that are left; empty if the page is to be dropped.

    References
    ----------
    C. Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
    Transformer", JMLR 21(140), 2020, section 2.2. What it does with repeated text, for which it
    needs the other pages, is :func:`c4_deduplicate`; its language filter is left to
    :class:`~companion.preprocessing.collecting.LanguageGuesser`.
    """
    lower = text.lower()
    if "{" in text or "lorem ipsum" in lower or set(unwanted) & set(re.findall(r"\w+", lower)):
        return ""
    lines = (_CITATION.sub("", line).strip() for line in text.split("\n"))
    kept = "\n".join(line for line in lines if _is_prose(line))
    return kept if len(_SENTENCE.findall(kept)) >= _SPAN else ""


def c4_deduplicate(pages: Iterable[str]) -> Iterator[str]:
    """Drop, over all pages, three sentences in a row that were there before.

    All but the first occurrence of a span go, whether it is on another page or, without touching
    the first, on the same one. Sentences are compared without regard to case and spaces. In memory
    are 16 bytes for each span.

    Parameters
    ----------
    pages
        Texts as from :func:`c4_clean`, read one by one.

    Yields
    ------
    str
        The lines that are left of each page; empty if they are fewer than three sentences.

    References
    ----------
    C. Raffel et al. 2020, section 2.2, last rule: "we discarded all but one of any three-sentence
    span occurring more than once in the data set".
    """
    seen: set[bytes] = set()
    for page in pages:
        lines = [_sentences(line) for line in page.split("\n")]
        spans = _spans([" ".join(s.lower().split()) for line in lines for s in line])
        first: dict[bytes, int] = {}
        repeated: set[int] = set()
        for place, span in enumerate(spans):
            if span in seen or place - first.setdefault(span, place) >= _SPAN:
                repeated.update(range(place, place + _SPAN))
        seen.update(first)
        number = itertools.count()
        left = [[s for s in line if next(number) not in repeated] for line in lines]
        enough = sum(map(len, left)) >= _SPAN
        yield "\n".join("".join(line).strip() for line in left if line) if enough else ""


def _sentences(line: str) -> list[str]:
    """Cut a line after the ends of its sentences; together they are the line."""
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(line)), len(line)]
    return [line[start:end] for start, end in itertools.pairwise(cuts) if line[start:end].strip()]


def _spans(sentences: list[str]) -> list[bytes]:
    """Return a digest of each three sentences in a row."""
    rows = zip(*(sentences[start:] for start in range(_SPAN)), strict=False)
    return [
        hashlib.blake2b("\n".join(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        for row in rows
    ]


def _is_prose(line: str) -> bool:
    lower = line.lower()
    return (
        line.endswith(_ENDS)
        and not line.endswith(_ELLIPSES)
        and len(line.split()) >= 5
        and "javascript" not in lower
        and not any(policy in lower for policy in _POLICIES)
    )


def _symbols(text: str) -> int:
    return text.count("#") + sum(map(text.count, _ELLIPSES))


def _repetitions(text: str, words: list[str], lines: list[str]) -> list[str]:
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    faults = []
    for name, units in (("lines", lines), ("paragraphs", paragraphs)):
        repeated = list((Counter(units) - Counter(set(units))).elements())
        if len(repeated) > 0.3 * len(units):
            faults.append(f"more than 30 % of {name} are repeated")
        if sum(map(len, repeated)) > 0.2 * sum(map(len, units)):
            faults.append(f"more than 20 % of characters in repeated {name}")
    characters = sum(map(len, words))
    for n, most in _TOP.items():
        gram, count = Counter(_grams(words, n)).most_common(1)[0]
        if count > 1 and count * sum(map(len, gram)) > most * characters:
            faults.append(f"more than {most:.0%} of characters in the commonest {n}-gram")
    for n, most in _REPEATED.items():
        if _repeated_characters(words, n) > most * characters:
            faults.append(f"more than {most:.0%} of characters in repeated {n}-grams")
    return faults


def _grams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[i:] for i in range(n)), strict=False))


def _repeated_characters(words: list[str], n: int) -> int:
    """Count the characters in n-grams that were there before, each character once."""
    seen: set[tuple[str, ...]] = set()
    covered = total = 0  # all words before `covered` are counted
    for place, gram in enumerate(_grams(words, n)):
        if gram in seen:
            total += sum(map(len, words[max(place, covered) : place + n]))
            covered = place + n
        seen.add(gram)
    return total
