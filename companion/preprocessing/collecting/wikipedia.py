"""Read a dump of Wikipedia page by page, in bounded memory, and take the articles' text."""

import bz2
from collections.abc import Iterator
from os import PathLike
from typing import NamedTuple, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from companion.preprocessing.collecting.wikitext import MEDIA, strip_markup

_Events = Iterator[tuple[str, Element]]

_CHUNK = 1 << 16
_FILE, _CATEGORY = "6", "14"  # numbers of namespaces, the same in every language


class DumpError(ValueError):
    """A dump is cut off or damaged; the message says after which page."""


class WikiPage(NamedTuple):
    """A page of a dump, in its newest revision.

    Attributes
    ----------
    title : str
        With the name of its namespace, except for articles.
    namespace : int
        0 for articles; 1 for their discussions, 10 for templates, and so on.
    redirect : str or None
        The title that the page leads to, if it does nothing else.
    wikitext : str
        MediaWiki's markup; empty if it was deleted.
    media : tuple of str
        The names of files and categories in this wiki's language, in lower case.
    """

    title: str
    namespace: int
    redirect: str | None
    wikitext: str
    media: tuple[str, ...] = MEDIA


class Article(NamedTuple):
    """The title and the plain text of an article."""

    title: str
    text: str


def articles(path: str | PathLike[str]) -> Iterator[Article]:
    """Read the articles of a dump as plain text: no redirects, discussions or templates.

    Parameters
    ----------
    path
        As for :func:`read_dump`.

    Yields
    ------
    Article
        Title and text, in the order of the dump.

    Raises
    ------
    DumpError
        If the dump is cut off or damaged, after the last article that is whole.
    """
    for page in read_dump(path):
        if page.namespace == 0 and page.redirect is None:
            yield Article(page.title, strip_markup(page.wikitext, page.media))


def read_dump(path: str | PathLike[str]) -> Iterator[WikiPage]:
    """Read the pages of a dump ``pages-articles.xml.bz2``, one after the other.

    No more than one page is in memory. Dumps of several bzip2 streams ("multistream") are read
    through; the encoding is that of the XML.

    Parameters
    ----------
    path
        A dump in MediaWiki's export format, any version, compressed by bzip2.

    Yields
    ------
    WikiPage
        Every page in the order of the dump.

    Raises
    ------
    DumpError
        If the dump is cut off or damaged, after the last page that is whole.
    OSError
        If the file cannot be opened.

    References
    ----------
    https://www.mediawiki.org/wiki/Help:Export#Export_format
    """
    count, last = 0, None
    reader = _PageReader()
    with bz2.open(path) as file:
        try:
            while chunk := file.read1(_CHUNK):
                for page in reader.feed(chunk):
                    yield page
                    count, last = count + 1, page.title
            reader.close()
        except (EOFError, OSError, ParseError) as error:
            after = f"after {count} whole pages, the last {last!r}" if count else "before any page"
            raise DumpError(f"{path} is cut off or damaged {after}: {error}") from error


class _PageReader:
    """Pages out of chunks of XML; what has been read is taken off the tree at once."""

    def __init__(self) -> None:
        self._parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
        self._root: Element | None = None
        self._media: tuple[str, ...] = MEDIA
        self.close = self._parser.close

    def feed(self, chunk: bytes) -> Iterator[WikiPage]:
        self._parser.feed(chunk)
        for event, element in cast(_Events, self._parser.read_events()):
            if self._root is None:
                self._root = element
            if event == "end" and _local(element) == "siteinfo":
                self._media = _media_names(element)
            elif event == "end" and _local(element) == "page":
                yield _page(element, self._media)
                self._root.clear()


def _local(element: Element) -> str:
    """Return the name of an element without the version of the format, which is its namespace."""
    return element.tag.rpartition("}")[2]


def _media_names(siteinfo: Element) -> tuple[str, ...]:
    own = [e.text.lower() for e in siteinfo.iter() if e.get("key") in (_FILE, _CATEGORY) and e.text]
    return tuple(dict.fromkeys([*MEDIA, *own]))


def _page(element: Element, media: tuple[str, ...]) -> WikiPage:
    parts = {_local(child): child for child in element}  # of several revisions, the last
    revision = parts.get("revision")
    texts = [] if revision is None else [e.text or "" for e in revision if _local(e) == "text"]
    redirect = parts.get("redirect")
    return WikiPage(
        title=parts["title"].text or "",
        namespace=int(parts["ns"].text or 0) if "ns" in parts else 0,
        redirect=None if redirect is None else redirect.get("title", ""),
        wikitext="".join(texts),
        media=media,
    )
