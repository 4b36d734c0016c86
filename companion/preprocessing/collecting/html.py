"""From the bytes of a web page to its text, its links and what it says about itself."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass, field

from companion.preprocessing.collecting.html_tokens import Tag, html_tokens

# Content that is not shown, or repeats on every page of a site.
_DROPPED = {
    "script", "style", "noscript", "template", "svg", "math", "canvas", "iframe", "object",
    "select", "textarea", "button", "nav", "footer", "aside", "dialog",
}  # fmt: skip
_BLOCKS = {
    "address", "body", "caption", "center", "dd", "details", "div", "dt", "fieldset",
    "figcaption", "form", "header", "hr", "html", "li", "main", "section", "summary", "tbody",
    "td", "th", "thead", "tr",
}  # fmt: skip
# Elements whose end also ends what was left open inside.
_CONTAINERS = {
    "article", "blockquote", "center", "details", "div", "dl", "fieldset", "figure", "form",
    "header", "li", "main", "ol", "section", "table", "td", "th", "ul",
}  # fmt: skip
# Those that stand apart, by an empty line.
_APART = {
    "article", "blockquote", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p",
    "pre", "table", "ul",
}  # fmt: skip
_META_BYTES = 1024  # where a page must name its encoding
_META = re.compile(rb"""<meta[^>]+?charset\s*=\s*["']?\s*([\w:.+-]+)""", re.IGNORECASE)
# Names that the web uses for supersets of what they say (WHATWG, Encoding, section 4.2).
_SUPERSETS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "iso-8859-9": "cp1254",
    "utf-16": "utf-16-le",
}

# Python knows them, browsers do not: UTF-7 hides tags in plain letters, the rest is no encoding.
_NOT_ON_THE_WEB = {
    "utf-7", "utf-32", "utf-32-le", "utf-32-be", "unicode-escape", "unicode_escape",
    "raw-unicode-escape", "raw_unicode_escape", "punycode", "idna", "undefined",
}  # fmt: skip


@dataclass
class HtmlPage:
    """What a page holds.

    Attributes
    ----------
    title : str
        Its title; empty if it has none.
    text : str
        Its text without boilerplate, a line for each block and an empty line between paragraphs.
    language : str
        Of the ``lang`` attribute of the root; empty if it has none.
    canonical : str or None
        The address that the page says is its own.
    links : list of str
        Addresses of its links as they are written, but those marked ``nofollow``.
    directives : frozenset of str
        Of ``<meta name="robots">``, such as ``noindex`` and ``nofollow``.
    """

    title: str = ""
    text: str = ""
    language: str = ""
    canonical: str | None = None
    base: str | None = None
    links: list[str] = field(default_factory=list)
    directives: frozenset[str] = frozenset()


def parse_html(markup: str) -> HtmlPage:
    """Take a web page apart.

    Scripts, styles, navigation, side bars and footers are dropped with all that they hold;
    their links are kept. One that is never closed ends with the element around it, or with the
    page. Spaces are joined but in ``<pre>``.

    Parameters
    ----------
    markup
        HTML; broken HTML is read as far as it can be.

    Returns
    -------
    HtmlPage
        Text, links and what the page says about itself.
    """
    reader = _Reader()
    for token in html_tokens(markup):
        reader.read(token)
    page = reader.page
    lines = "".join(reader.parts).split("\n")
    kept = (line.rstrip() if "\0" in line else " ".join(line.split()) for line in lines)
    text = "\n".join(kept).replace("\0", "")
    page.text = re.sub(r"\n{3,}", "\n\n", text).strip("\n").rstrip()
    return page


class _Reader:
    def __init__(self) -> None:
        self.page = HtmlPage()
        self.parts: list[str] = []
        self._open: list[str] = []  # containers and dropped elements
        self._count: Counter[str] = Counter()  # of each in `_open`
        self._dropped = 0  # how many in `_open` are dropped
        self._pre = 0
        self._breaks = 0  # line ends since the last text
        self._in_title = False

    def read(self, token: Tag | str) -> None:
        if isinstance(token, str):
            self._read_text(token)
        elif token.closing:
            self._end(token.name)
        else:
            self._start(token)
            if token.empty and token.name in ("svg", "math"):
                self._end(token.name)
        self._in_title = isinstance(token, Tag) and token.name == "title" and not token.closing

    def _start(self, tag: Tag) -> None:
        self._note(tag.name, {name: value.strip() for name, value in tag.attributes.items()})
        dropped = tag.name in _DROPPED
        if dropped or tag.name in _CONTAINERS:
            self._open.append(tag.name)
            self._count[tag.name] += 1
            self._dropped += dropped
        self._pre += tag.name == "pre"
        if not dropped:
            self._break(tag.name)

    def _end(self, tag: str) -> None:
        if self._count[tag]:
            closed = ""
            while closed != tag:
                closed = self._open.pop()
                self._count[closed] -= 1
                self._dropped -= closed in _DROPPED
        self._pre = max(self._pre - (tag == "pre"), 0)
        if tag not in _DROPPED:
            self._break(tag)

    def _read_text(self, text: str) -> None:
        if self._dropped:
            return
        if self._in_title:
            self.page.title = self.page.title or " ".join(text.split())
        elif self._pre:
            # The mark says that the spaces of a line are to be left as they are.
            self.parts.append("\0" + text.replace("\0", "").replace("\n", "\n\0"))
            self._breaks = 0
        elif text.strip() or not self._breaks:
            self.parts.append(re.sub(r"[\s\0]+", " ", text))
            self._breaks = 0

    def _break(self, tag: str) -> None:
        if tag == "br":
            wanted = self._breaks + 1
        else:
            wanted = 2 if tag in _APART else 1 if tag in _BLOCKS else 0
        self.parts.append("\n" * (wanted - self._breaks))
        self._breaks = max(wanted, self._breaks)

    def _note(self, tag: str, given: dict[str, str]) -> None:
        page, rel = self.page, given.get("rel", "").lower().split()
        if tag == "html":
            page.language = page.language or given.get("lang", "")
        elif tag == "base":
            page.base = page.base or given.get("href")
        elif tag == "link" and "canonical" in rel:
            page.canonical = page.canonical or given.get("href")
        elif tag in ("a", "area") and given.get("href") and "nofollow" not in rel:
            page.links.append(given["href"])
        elif tag == "meta" and given.get("name", "").lower() == "robots":
            words = given.get("content", "").lower().replace(",", " ").split()
            page.directives |= {"noindex", "nofollow"} if "none" in words else set(words)


def decode_html(body: bytes, content_type: str = "") -> str:
    """Decode a page: by its byte order mark, its HTTP header, its ``<meta>``, or a guess.

    Parameters
    ----------
    body
        The bytes of the page. Bytes that are wrong in its encoding become U+FFFD.
    content_type
        The header ``Content-Type``.

    Returns
    -------
    str
        The markup. Without any hint it is read as UTF-8 if it is valid, else as Windows-1252.

    References
    ----------
    WHATWG, HTML, section 13.2.3.2, "Determining the character encoding".
    """
    marks = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le"}
    marks[codecs.BOM_UTF16_BE] = "utf-16-be"
    for mark, encoding in marks.items():
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    header = re.search(r"""charset\s*=\s*["']?\s*([\w:.+-]+)""", content_type, re.IGNORECASE)
    meta = _META.search(body[:_META_BYTES])
    named = [header[1]] if header else []
    if meta:  # whoever could read it there was not reading UTF-16
        written = meta[1].decode("ascii")
        named.append("utf-8" if written.lower().startswith("utf-16") else written)
    for label in named:
        encoding = _SUPERSETS.get(label.lower(), label)
        try:
            if codecs.lookup(encoding).name not in _NOT_ON_THE_WEB:
                return body.decode(encoding, errors="replace")
        except (LookupError, ValueError):  # no such encoding, or none of text
            continue
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")
