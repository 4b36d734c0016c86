import re
import warnings
from collections import Counter
from collections.abc import Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.datasets import wikipedia
from companion.preprocessing.collecting import read_dump, strip_markup

WORDS = st.lists(
    st.sampled_from(["one", "two", "vier", "fünf", "六", "it's", "3.5", "(x)", "a-b"]), max_size=4
).map(" ".join)


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Markup around text with the same meaning for every reader of wikitext."""
    name = WORDS.filter(bool)
    return st.one_of(
        st.lists(inner, max_size=3).map(" ".join),
        inner.map(lambda text: f"{{{{cite|x={text}}}}}"),
        st.tuples(name, inner).map(lambda pair: f"[[{pair[0]}|{pair[1]}]]"),
        name.map(lambda text: f"[[{text}]]"),
        name.map(lambda text: f"'''{text}''' and ''{text}''"),
        inner.map(lambda text: f"<small>{text}</small>"),
        WORDS.map(lambda text: f"<!-- {text} [[ -->"),
        WORDS.map(lambda text: f'<ref name="a">{text}</ref>'),
        WORDS.map(lambda text: f"<ref name=b/> {text}"),
        WORDS.map(lambda text: f"<nowiki>[[{text}]] ''x'' {{{{y}}}}</nowiki>"),
        WORDS.map(lambda text: f"\n<pre>[[{text}]] {{{{y|z}}}} == a ==</pre>\n"),
        WORDS.map(lambda text: f"[http://example.org/a?b=c {text}x]"),
        WORDS.map(lambda text: f"<math>{text} \\frac{{1}}{{2}}</math>"),
        WORDS.map(lambda text: f"{text} &amp; &eacute; &nbsp;x"),
        name.map(lambda text: f"\n== {text} ==\n* {text}\n# {text}\n"),
    )


def strip_with_mwparserfromhell(markup: str, unread: Sequence[str] = ("ref",)) -> str:
    """Strip, and before that remove what that parser takes for text and this one does not."""
    import mwparserfromhell

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = mwparserfromhell.parse(markup)
        nodes = parsed.filter_tags(matches=lambda node: str(node.tag).lower().strip() in unread)
        nodes += parsed.filter_wikilinks(
            matches=lambda node: (
                str(node.title).lower().startswith(("file:", "image:", "category:"))
            )
        )
        for node in nodes:
            if parsed.contains(node):  # not in one that is gone already
                parsed.remove(node)
        return str(parsed.strip_code())


@given(st.recursive(WORDS, wrapped, max_leaves=12))
def test_text_is_that_of_mwparserfromhell(markup: str) -> None:
    assert strip_markup(markup).split() == strip_with_mwparserfromhell(markup).split()


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def test_wikipedia_has_the_words_of_mwparserfromhell() -> None:
    unread = ["table", "ref", "references", "math", "gallery", "timeline", "source", "imagemap"]
    pages = (page for page in read_dump(wikipedia.load()) if page.redirect is None)
    for page in islice(pages, 4):
        theirs = words(strip_with_mwparserfromhell(page.wikitext, unread))
        ours = words(strip_markup(page.wikitext))
        assert (theirs & ours).total() > 0.995 * max(theirs.total(), ours.total())


def test_wikipedia_has_hardly_a_word_that_gensim_has_not() -> None:
    """It keeps tables and captions; from "<10 ppm" in one article on, it loses all up to a ">"."""
    from gensim.corpora.wikicorpus import filter_wiki

    shares = {}
    for page in read_dump(wikipedia.load()):
        if page.redirect is None:
            ours = words(strip_markup(page.wikitext))
            theirs = words(filter_wiki(page.wikitext))
            shares[page.title] = (ours & theirs).total() / ours.total()
        if len(shares) == 30:
            break
    assert sum(share > 0.99 for share in shares.values()) >= 28


def test_no_markup_is_left_in_wikipedia() -> None:
    left = re.compile(
        r"\{\{|\}\}|\[\[|\]\]|\{\||'''|</?(?:ref|br|div|span|sup)\b|<!--|^=+ |^[*#|!]", re.M
    )
    for page in islice(read_dump(wikipedia.load()), 60):
        assert left.findall(strip_markup(page.wikitext)) == [], page.title


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("'''A''' is ''the'' '''''first''''' letter.", "A is the first letter."),
        ("l''''amour''' l'eau", "l'amour l'eau"),
        ("[[Athens]], [[Greece|the country]], [[dog]]s", "Athens, the country, dogs"),
        ("[[:Category:Cats]] [[Category:Dogs]]x", "Category:Cats x"),
        ("a [[File:x.jpg|thumb|[[b]] {{c}} d]] e", "a  e"),
        ("a[[image:x.png]]b [[fr:Athènes]]", "ab"),
        ("see [[AI: a film]] and [[wikt:dog|dog]]", "see AI: a film and dog"),
        ("{{a|{{b|{{{c|}}}}}}}x{{{d}}}y", "xy"),
        ("{{{{a}}|b}}c", "c"),
        ("{{a|[[b}} c]]", "c]]"),
        ("a {{b", "a {{b"),
        ("a [[b", "a [[b"),
        ("a }} b ]] c", "a }} b ]] c"),
        ("x<!-- a\n\nb -->y<!-- never closed", "xy"),
        ("a<ref>b</ref> c<ref name=d /> e<REF name='f'>g</REF>.", "a c e."),
        ("a<ref>b c", "ab c"),
        ("<nowiki>[[a]] {{b}}</nowiki> c<nowiki/>d", "[[a]] {{b}} cd"),
        ("<nowiki>''a''</nowiki><nowiki>\n* <b> [//c] &amp;</nowiki>", "''a''\n* <b> [//c] &"),
        ("a<pre>[[b]]\n* {{c}}\n== d ==</pre>e", "a\n[[b]]\n* {{c}}\n== d ==\ne"),
        ("<pre class=x>a", "a"),
        ("H<sub>2</sub>O<br/>x<br>y", "H2O\nx\ny"),
        ("2 < 3 > 1 & x<y", "2 < 3 > 1 & x<y"),
        ("[http://a.b c d] [https://e.f] [1] http://g.h", "c d  [1] http://g.h"),
        ("== A ==\n=== B ===\n====C====\ntext = x =\n=", "A\nB\nC\ntext = x =\n="),
        ("* a\n** b\n# c\n: d\n; e : f\n----\ng", "a\nb\nc\nd\ne : f\n\ng"),
        ("{| class=x\n! a\n|-\n| b\n{|\n| c\n|}\n|}\nd", "d"),
        ("a\n{|\n| b\n{{end}}\n\nc", "a\n\nc"),
        ("{{a|\n{|\n| b\n}}\nc", "c"),
        ("a\n\n\n\n\nb __NOTOC__", "a\n\nb"),
        ("&lt;b&gt; &amp;amp; &#8212;", "<b> &amp; —"),
    ],
)  # fmt: skip
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert strip_markup(markup) == text


def test_files_and_categories_are_known_by_their_names_in_the_wiki() -> None:
    markup = "а [[Файл:x.jpg|мини|б]] в [[Категория:Г]]"
    assert strip_markup(markup, ["файл", "категория"]).split() == ["а", "в"]


@pytest.mark.parametrize(
    "part",
    [
        "[[",
        "{{",
        "{{a|[[",
        "]]",
        "}}",
        "\n{|",
        "<ref>",
        "<!--",
        "<nowiki>",
        "[http://a",
        "'",
        "=",
        "[[a|{{",
        "<a",
        "\n|}",
        "[http://" + "a" * 30,
        "{",
    ],
)
def test_time_does_not_explode(part: str) -> None:
    """A hundred thousand of each: nesting, and searches for an end that never comes."""
    strip_markup(part * 100_000)
    strip_markup("{{" + part * 30_000 + "}}")


@given(st.text("{}[]|<>!-'=\n ref/abc:*", max_size=60))
def test_any_text_is_read(markup: str) -> None:
    assert isinstance(strip_markup(markup), str)
