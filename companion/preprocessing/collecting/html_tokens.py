"""Cut HTML into tags and text, in time proportional to its length however broken it is.

WHATWG, "HTML", section 13.2.5, "Tokenization". The standard library's ``html.parser`` is not used:
it stops with an AssertionError at ``<![<``, needs quadratic time for some pages, and what it makes
of broken markup changes with the version of Python.
"""

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from typing import NamedTuple

# Names and values are possessive (*+): nothing that was read is read again.
_NAME = r"[^\s/>][^\s/>=]*+"
_VALUE = r""""[^"]*+(?:"|\Z) | '[^']*+(?:'|\Z) | [^\s>]*+"""
_TOKEN = re.compile(
    rf"""
      <!--(?: -?> | .*?(?: --!?> | \Z))     # a comment; one that is not closed ends with the page
    | </?(?=[A-Za-z])(?P<name>[^\s/>]++)
      (?P<attributes>(?:[\s/]*+{_NAME}(?:\s*+=\s*+(?:{_VALUE}))?+)*+)
      (?P<tail>[\s/]*+)(?P<end>> | \Z)
    | <(?:[!?] | /(?!\Z))[^>]*+(?:> | \Z)  # what is neither a comment nor a tag is one as well
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ATTRIBUTE = re.compile(
    rf"(?P<name>{_NAME})(?:\s*+=\s*+(?P<value>{_VALUE}))?+", re.VERBOSE | re.ASCII
)
_REFERENCE = re.compile(r"&(?:#\w++;?|\w++(?:;|(?!=)))", re.ASCII)
# Elements in which no tag begins; in the first two, references are read.
_NO_TAGS = ("title", "textarea", "script", "style", "iframe", "noembed", "noframes", "xmp")
_FOREIGN = ("svg", "math")  # where these have no such meaning


class Tag(NamedTuple):
    """A tag: its name and the names of its attributes in lower case, whether it ends an element."""

    name: str
    attributes: dict[str, str]
    closing: bool
    empty: bool
    """Whether it ends in ``/>``, which means something in ``<svg/>`` and ``<math/>`` alone."""


def html_tokens(markup: str) -> Iterator[Tag | str]:
    """Cut HTML into its tags and the text between them.

    Parameters
    ----------
    markup
        HTML, broken or not.

    Yields
    ------
    Tag or str
        Comments and declarations are left out, and a tag that the page breaks off in. Character
        references are resolved.
    """
    markup = markup.replace("\r\n", "\n").replace("\r", "\n")
    place = foreign = 0
    while match := _TOKEN.search(markup, place):
        if match.start() > place:
            yield unescape(markup[place : match.start()])
        place = match.end()
        if not match["end"]:  # a comment, or the page breaks off in a tag
            continue
        tag = _tag(match)
        yield tag
        if tag.name in _FOREIGN and not tag.empty:
            foreign = max(foreign + (-1 if tag.closing else 1), 0)
        elif tag.name in _NO_TAGS and not tag.closing and not foreign:
            end = re.compile(rf"</{tag.name}(?=[\s/>])|\Z", re.IGNORECASE).search(markup, place)
            assert end is not None  # the end of the page is one
            content = markup[place : end.start()]
            yield unescape(content) if tag.name in _NO_TAGS[:2] else content
            place = end.start()
    if place < len(markup):
        yield unescape(markup[place:])


def _tag(match: re.Match[str]) -> Tag:
    attributes: dict[str, str] = {}
    for each in _ATTRIBUTE.finditer(match["attributes"]):
        value = each["value"] or ""
        if value[:1] in ("'", '"'):
            value = value[1:-1]
        attributes.setdefault(each["name"].lower(), _REFERENCE.sub(_resolved, value))
    closing = match[0].startswith("</")
    return Tag(match["name"].lower(), attributes, closing, match["tail"].endswith("/"))


def _resolved(reference: re.Match[str]) -> str:
    """Resolve a reference in an attribute; ``&copy=1`` and ``&copyx`` are none there."""
    text = reference[0]
    return unescape(text) if text[1] == "#" or text[1:] in html5 else text
