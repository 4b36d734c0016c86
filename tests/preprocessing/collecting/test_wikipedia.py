import bz2
import tracemalloc
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

from companion.datasets import wikipedia
from companion.preprocessing.collecting import DumpError, articles, read_dump

HEAD = (
    '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="de"><siteinfo>'
    '<namespaces><namespace key="6">Datei</namespace><namespace key="14">Kategorie</namespace>'
    "</namespaces></siteinfo>"
)


def page(title: str, text: str, ns: int = 0, more: str = "") -> str:
    return (
        f"<page><title>{title}</title><ns>{ns}</ns><id>1</id>{more}<revision><id>2</id>"
        f'<text xml:space="preserve">{escape(text)}</text></revision></page>'
    )


def dump(folder: Path, *pages: str) -> Path:
    path = folder / "wiki.xml.bz2"
    path.write_bytes(bz2.compress((HEAD + "".join(pages) + "</mediawiki>").encode()))
    return path


@pytest.mark.parametrize("language", ["en", "bg"])
def test_pages_are_those_of_the_whole_tree(language: str) -> None:
    path = wikipedia.load(language)
    root = ElementTree.fromstring(bz2.decompress(path.read_bytes()))
    space = root.tag.removesuffix("mediawiki")
    expected = [
        (
            element.findtext(f"{space}title"),
            int(element.findtext(f"{space}ns") or 0),
            None if (to := element.find(f"{space}redirect")) is None else to.get("title"),
            element.findtext(f"{space}revision/{space}text") or "",
        )
        for element in root.iter(f"{space}page")
    ]
    assert [tuple(each)[:4] for each in read_dump(path)] == expected


def test_pages_are_those_of_gensim() -> None:
    from gensim.corpora.wikicorpus import extract_pages

    path = wikipedia.load()
    with bz2.open(path) as file:
        expected = [(title, text) for title, text, _ in extract_pages(file)]
    assert [(each.title, each.wikitext) for each in read_dump(path)] == expected


def test_the_extract_has_206_pages_of_which_100_redirect() -> None:
    pages = list(read_dump(wikipedia.load()))
    assert len(pages) == 206
    assert sum(page.redirect is not None for page in pages) == 100
    assert sum(page.namespace != 0 for page in pages) == 1


def test_articles_are_no_redirects_and_no_other_namespace(tmp_path: Path) -> None:
    path = dump(
        tmp_path,
        page("A", "'''Text''' [[Datei:x.jpg|thumb|no]] [[Kategorie:B]]"),
        page("Diskussion:A", "talk", ns=1),
        page("B", "#WEITERLEITUNG [[A]]", more='<redirect title="A" />'),
        page("C", ""),
    )
    assert list(articles(path)) == [("A", "Text"), ("C", "")]
    assert next(read_dump(path)).media == ("file", "image", "category", "datei", "kategorie")
    assert [each.redirect for each in read_dump(path)] == [None, None, "A", None]


def test_of_several_revisions_the_last_counts_and_deleted_text_is_empty(tmp_path: Path) -> None:
    two = "<revision><text>old</text></revision><revision><text>new</text></revision>"
    path = dump(
        tmp_path,
        f"<page><title>A</title><ns>0</ns>{two}</page>",
        '<page><title>B</title><ns>0</ns><revision><text deleted="deleted" /></revision></page>',
        "<page><title>C</title></page>",
    )
    assert [each.wikitext for each in read_dump(path)] == ["new", "", ""]


def test_dump_of_several_streams_is_read_through(tmp_path: Path) -> None:
    parts = [HEAD, page("A", "a"), page("B", "b"), "</mediawiki>"]
    path = tmp_path / "multistream.bz2"
    path.write_bytes(b"".join(bz2.compress(part.encode()) for part in parts))
    assert [each.title for each in read_dump(path)] == ["A", "B"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_dump_that_is_cut_off_gives_its_whole_pages_and_then_an_error(
    tmp_path: Path, share: float
) -> None:
    whole = wikipedia.load().read_bytes()
    path = tmp_path / "cut.bz2"
    path.write_bytes(whole[: int(share * len(whole))])
    expected = [page.title for page in read_dump(wikipedia.load())]
    titles = []
    with pytest.raises(DumpError, match=r"cut\.bz2 is cut off or damaged") as caught:
        titles.extend(each.title for each in read_dump(path))
    assert titles == expected[: len(titles)]
    if share > 0.4:
        assert len(titles) > 20
        assert f"after {len(titles)} whole pages, the last {titles[-1]!r}" in str(caught.value)


def test_xml_that_is_cut_off_gives_its_whole_pages_and_then_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.bz2"
    path.write_bytes(bz2.compress((HEAD + page("A", "a") + page("B", "b")[:60]).encode()))
    pages = read_dump(path)
    assert next(pages).title == "A"
    with pytest.raises(DumpError, match="after 1 whole pages, the last 'A'"):
        next(pages)


@pytest.mark.parametrize("place", [4, 200_000, 1_000_000])
def test_a_damaged_byte_is_found(tmp_path: Path, place: int) -> None:
    data = bytearray(wikipedia.load().read_bytes())
    data[place] ^= 0x55
    path = tmp_path / "damaged.bz2"
    path.write_bytes(data)
    with pytest.raises(DumpError, match="damaged"):
        list(read_dump(path))


@pytest.mark.parametrize(
    "data", [b"", b"not bzip2", bz2.compress(b""), bz2.compress(b"<a><b></a>")]
)
def test_what_is_no_dump_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.bz2"
    path.write_bytes(data)
    with pytest.raises(DumpError, match="before any page"):
        list(read_dump(path))


def test_a_missing_file_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_dump(tmp_path / "none.bz2"))


def test_memory_does_not_grow_with_the_dump(tmp_path: Path) -> None:
    path = dump(tmp_path, *(page(f"P{i}", f"{i} word " * 600) for i in range(800)))
    tracemalloc.start()
    count = sum(1 for _ in read_dump(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 800
    assert peak < 1_500_000  # of 4 million characters


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(ValueError, match="language must be one of en, bg, got 'de'"):
        wikipedia.load("de")
