import random
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.datasets import wikipedia
from companion.preprocessing.collecting import (
    LanguageGuesser,
    articles,
    c4_clean,
    c4_deduplicate,
    gopher_faults,
)

PROSE = (
    "The quality of a corpus decides much of what a model can learn from it. "
    "Rules that are easy to state remove pages that no reader would have wanted.\n\n"
    "They are blunt: a list of ingredients, a poem and the page of a search engine look alike "
    "to them, and each threshold drops something that was worth keeping with the rest of it.\n\n"
    "That is why a filter should be looked at through what it has removed and not only through "
    "what it has left."
)


def test_prose_is_kept() -> None:
    assert gopher_faults(PROSE) == []
    assert c4_clean(PROSE) == PROSE.replace("\n\n", "\n")


def distinct(count: int, letters: int = 5) -> list[str]:
    rng = random.Random(0)
    return ["".join(rng.choices("abcdefghij", k=letters)) for _ in range(count)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "fewer than 50 words"),
        ("the of " * 24, "fewer than 50 words"),
        ("the of " + " ".join(distinct(100_000)), "more than 100,000 words"),
        ("the of " + " ".join(distinct(60, 2)), "mean length of a word not from 3 to 10"),
        ("the of " + " ".join(distinct(60, 12)), "mean length of a word not from 3 to 10"),
        (PROSE + " #" * 12, "more than 0.1 symbols # or … a word"),
        (PROSE + "..." * 10, "more than 0.1 symbols # or … a word"),
        (
            "\n".join(f"• the {word} of" for word in distinct(30)),
            "more than 90 % of lines start with a bullet",
        ),
        (
            "\n".join(f"the {word} of {word[::-1]} a…" for word in distinct(30)),
            "more than 30 % of lines end with an ellipsis",
        ),
        (PROSE + " 2024" * 30, "fewer than 80 % of words have a letter"),
        (" ".join(distinct(80)), "fewer than 2 of 8 stop words"),
        (PROSE + "\na line\na line\na line\na line", "more than 30 % of lines are repeated"),
        (f"{PROSE}\n\n{PROSE}", "more than 20 % of characters in repeated paragraphs"),
        ("the of " + "again and " * 40, "more than 20% of characters in the commonest 2-gram"),
        (
            PROSE + " " + PROSE.replace("\n", " "),
            "more than 10% of characters in repeated 10-grams",
        ),
    ],
)
def test_each_rule_finds_its_fault(text: str, fault: str) -> None:
    assert fault in gopher_faults(text)


@pytest.mark.parametrize("words", [49, 50])
def test_the_smallest_page_has_50_words(words: int) -> None:
    text = " ".join(["the", "of", *distinct(words - 2)])
    assert gopher_faults(text) == (["fewer than 50 words"] if words == 49 else [])


def repeated_characters(words: list[str], n: int) -> int:
    """Each word is counted once if it is in an n-gram that was there before."""
    covered = [False] * len(words)
    place, seen = 0, set()
    for place in range(len(words) - n + 1):
        gram = tuple(words[place : place + n])
        if gram in seen:
            covered[place : place + n] = [True] * n
        seen.add(gram)
    return sum(len(word) for word, c in zip(words, covered, strict=True) if c)


@given(st.lists(st.sampled_from(["a", "bb", "ccc"]), max_size=40), st.integers(2, 6))
def test_repeated_characters_are_counted_once(words: list[str], n: int) -> None:
    from companion.preprocessing.collecting.quality import _repeated_characters

    assert _repeated_characters(words, n) == repeated_characters(words, n)


def test_articles_of_wikipedia_pass_and_lists_do_not() -> None:
    verdicts = {
        title: gopher_faults(text) for title, text in islice(articles(wikipedia.load()), 12)
    }
    assert sum(not faults for faults in verdicts.values()) >= 10


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ""),
        ("One sentence is not enough here.", ""),
        ("Here is one sentence. Here are two. And now there are three!", None),
        ("Menu\nA b c d e. F g h i j. K l m n o.\nContact us", "A b c d e. F g h i j. K l m n o."),
        ("A b c d e. F g. H i j!\nEnable JavaScript to see this page.", "A b c d e. F g. H i j!"),
        ("A b c d e. F g. H i j!\nThis site uses cookies for you.", "A b c d e. F g. H i j!"),
        ("A b c d e. F g. H i j!\nRead our Privacy Policy right here.", "A b c d e. F g. H i j!"),
        ("A b c d e. F g. H i j!\nTo be continued next week...", "A b c d e. F g. H i j!"),
        ("A b c d e. F g. H i j! if (x) { y }.", ""),
        ("A b c d e. F g. H i j! Lorem Ipsum dolor.", ""),
        ("A b c[1] d e[citation needed]. F g. H i j![Edit]", "A b c d e. F g. H i j!"),
        ("«A b c d e» f. “G h i.” J k l?", None),
    ],
)
def test_lines_are_kept_as_in_c4(text: str, left: str | None) -> None:
    assert c4_clean(text) == (text if left is None else left)


def test_a_page_with_an_unwanted_word_is_dropped() -> None:
    assert c4_clean(PROSE, ["poem"]) == ""
    assert c4_clean(PROSE, ["oem"]) == PROSE.replace("\n\n", "\n")


A, B, C, D, E, F = (f"This is sentence {name}." for name in "abcdef")


@pytest.mark.parametrize(
    ("pages", "left"),
    [
        ([], []),
        (["", "x"], ["", ""]),
        ([f"{A} {B} {C}"], [f"{A} {B} {C}"]),
        ([f"{A} {B} {C}", f"{A}\n{B.upper()}  {C}"], [f"{A} {B} {C}", ""]),  # over lines
        ([f"{A} {B} {C}", f"{D} {A} {B} {C} {E} {F}"], [f"{A} {B} {C}", f"{D} {E} {F}"]),
        ([f"{A} {B} {C}", f"{D} {A} {B} {C} {E}"], [f"{A} {B} {C}", ""]),  # two are too few
        ([f"{A} {B} {C}", f"{A} {B} {D}"], [f"{A} {B} {C}", f"{A} {B} {D}"]),  # two are no span
        ([f"{A} {B} {C}", f"{C} {B} {A}"], [f"{A} {B} {C}", f"{C} {B} {A}"]),
        ([f"{A} {B} {C} {D}\n{E}\n{F} {A} {B} {C}"], [f"{A} {B} {C} {D}\n{E}\n{F}"]),
        ([f"{A} {A} {A} {A} {A}"], [f"{A} {A} {A} {A} {A}"]),  # no span but its own neighbours
        ([f"{A} " * 30], [f"{A} {A} {A}"]),
        (
            [f'"{A[:-1]}!" {B} “{C[:-1]}?” and so on', f'"{A[:-1]}!" {B} “{C[:-1]}?” {D}'],
            [f'"{A[:-1]}!" {B} “{C[:-1]}?” and so on', ""],
        ),
    ],
)
def test_of_three_sentences_in_a_row_one_occurrence_is_left(
    pages: list[str], left: list[str]
) -> None:
    assert list(c4_deduplicate(pages)) == left


@given(st.lists(st.lists(st.sampled_from([A, B, C, D]), max_size=9), max_size=5))
def test_no_span_is_left_twice_that_does_not_touch_itself(pages: list[list[str]]) -> None:
    """Against the rule by brute force: a sentence goes if it is in a span that was there before."""
    places = [(p, i) for p, page in enumerate(pages) for i in range(len(page) - 2)]
    gone = {
        (p, i + offset)
        for p, i in places
        for q, j in places
        if pages[p][i : i + 3] == pages[q][j : j + 3] and (q < p or (q == p and j <= i - 3))
        for offset in range(3)
    }
    expected = [
        [s for i, s in enumerate(page) if (p, i) not in gone] for p, page in enumerate(pages)
    ]
    found = c4_deduplicate(" ".join(page) for page in pages)
    assert list(found) == [" ".join(page) if len(page) >= 3 else "" for page in expected]


def test_half_a_surrogate_pair_is_a_character_like_others() -> None:
    pages = [f"\ud800 {A} {B} {C}"] * 2
    assert list(c4_deduplicate(pages)) == [pages[0], ""]


def test_pages_are_read_one_by_one() -> None:
    def pages() -> Iterator[str]:
        yield f"{A} {B} {C}"
        raise AssertionError("the second page was not asked for")

    assert next(c4_deduplicate(pages())) == f"{A} {B} {C}"


def test_spans_of_wikipedia_that_are_there_once_stay() -> None:
    texts = [c4_clean(text) for _, text in islice(articles(wikipedia.load()), 5)]
    left = list(c4_deduplicate(texts))
    assert sum(map(len, left)) > 0.98 * sum(map(len, texts)) > 10_000
    assert list(c4_deduplicate([*texts, *texts]))[5:] == [""] * 5


@pytest.fixture(scope="module")
def halves() -> dict[str, tuple[str, str]]:
    """Of each language some text to learn from and some to try."""
    english = [text for _, text in islice(articles(wikipedia.load()), 3)]
    (bulgarian,) = (text for _, text in articles(wikipedia.load("bg")))
    middle = len(bulgarian) // 2
    return {
        "en": (english[0][:20_000], english[2]),
        "bg": (bulgarian[:middle], bulgarian[middle:]),
    }


def test_languages_are_told_apart(halves: dict[str, tuple[str, str]]) -> None:
    guesser = LanguageGuesser({name: samples[0] for name, samples in halves.items()})
    for name, (_, text) in halves.items():
        paragraphs = [part for part in text.split("\n") if len(part) > 60]
        guesses = [guesser.guess(part) for part in paragraphs]
        assert len(guesses) > 10
        assert guesses.count(name) >= 0.95 * len(guesses)


def test_distance_is_that_of_the_paper() -> None:
    """Cavnar and Trenkle 1994, section 3.2: sums of how far each group is out of place."""
    guesser = LanguageGuesser({"x": "a a a b b c", "y": "c c c"}, size=4)
    # Profile of x: " a", " a ", "a", "a "; of "a": "a" last by order of code points.
    assert guesser.distances("a a") == {"x": 0.0, "y": 1.0}
    assert guesser.guess("a") == "x"
    assert guesser.guess("C") == "y"


@pytest.mark.parametrize("text", ["", "123 !?", "字"])
def test_what_no_language_has_is_none(text: str) -> None:
    guesser = LanguageGuesser({"x": "abc", "y": "def"})
    assert guesser.guess(text) is None
    assert set(guesser.distances(text).values()) == {1.0}


def test_samples_are_needed() -> None:
    with pytest.raises(ValueError, match="two languages or more, got \\['x'\\]"):
        LanguageGuesser({"x": "a"})
    with pytest.raises(ValueError, match="samples must have letters, got none in 'y'"):
        LanguageGuesser({"x": "a", "y": "1"})
