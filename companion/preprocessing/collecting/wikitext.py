"""Plain text out of MediaWiki's markup."""

import re
from collections.abc import Collection
from html import unescape

# Elements whose content is no running text; the rest of a page's tags are taken off their text.
_UNREAD = (
    "ref|references|math|chem|ce|gallery|imagemap|timeline|score|hiero|graph|mapframe|maplink|"
    "syntaxhighlight|source|templatedata|templatestyles|script|style"
)
_MARKS = re.compile(
    rf"""
      <!--.*?(?:-->|\Z)                     # a comment; MediaWiki lets it run to the end as well
    | <(?P<unread>{_UNREAD})\b[^<>]*>
    | <(?P<literal>nowiki|pre)\b[^<>]*?(?P<closed>/?)>
    | (?P<open>\{{{{+ | \[\[ | (?:(?<=\n)|(?<!.))[ \t:]*\{{\|)
    | (?P<close>\}}}}+ | \]\] | (?<=\n)[ \t]*\|\}}(?!\}}))
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_EXTERNAL_LINK = re.compile(
    r"\[(?:(?:https?|ftp|irc)://|//|mailto:|news:)[^\s\[\]]*(?:[ \t]([^\[\]\n]*))?\]"
)
_APOSTROPHES = re.compile("'{2,}")
_LINE_TAG = re.compile(r"</?(?:br|p|div|blockquote|li|tr|center|poem|pre)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_SWITCH = re.compile(r"__[A-Z]+__")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*:\S")
_BLANK_LINES = re.compile(r"\n{3,}")

MEDIA = ("file", "image", "category")


class _Frame:
    """What has been opened and not closed yet, with the text inside."""

    def __init__(self, opener: str) -> None:
        self.opener = opener
        self.kind = opener.strip(" \t:")[:2]  # "{{", "[[" or "{|"; "" for the page itself
        self.parts: list[str] = []


def strip_markup(wikitext: str, namespaces: Collection[str] = MEDIA) -> str:
    """Return the running text of a page's markup.

    Templates, tables, footnotes, formulas, comments, files and categories go with all that they
    hold; links, headings, lists and other tags leave their text. What is opened and never closed
    stays as it is written. The time is proportional to the length; nesting may be as deep as it
    likes.

    Parameters
    ----------
    wikitext
        MediaWiki's markup.
    namespaces
        In lower case, those whose links are no text: the names of files and categories in the
        language of the wiki.

    Returns
    -------
    str
        Text with one line a paragraph, heading or item.

    References
    ----------
    https://www.mediawiki.org/wiki/Help:Formatting, and Preprocessor_ABNF for braces.
    """
    text = _without_nested(wikitext, frozenset(namespaces))
    text = _EXTERNAL_LINK.sub(lambda match: (match[1] or "").strip(), text)
    text = _APOSTROPHES.sub(_literal_apostrophes, text)
    text = _SWITCH.sub("", _TAG.sub("", _LINE_TAG.sub("\n", text)))
    lines = "\n".join(map(_plain_line, text.split("\n")))
    return _BLANK_LINES.sub("\n\n", unescape(lines)).strip()


def _without_nested(text: str, namespaces: frozenset[str]) -> str:
    """Resolve what can be nested: braces, tables and links; and what hides them from view."""
    stack = [_Frame("")]
    unclosed: set[str] = set()  # elements that do not end after here: looking once is enough
    position = 0
    while match := _MARKS.search(text, position):
        stack[-1].parts.append(text[position : match.start()])
        position = match.end()
        if match["open"]:
            stack.append(_Frame(match["open"]))
        elif match["close"]:
            _close(stack, match["close"], namespaces)
        elif (name := match["unread"]) and not match[0].endswith("/>"):
            _, position = _element(text, name.lower(), position, unclosed)
        elif match["closed"] == "":
            literal = match["literal"].lower()
            inside, position = _element(text, literal, position, unclosed)
            line_end = "\n" if literal == "pre" else ""
            stack[-1].parts += (line_end, _as_entities(inside), line_end)
    stack[-1].parts.append(text[position:])
    return "".join(map(_unclosed, stack))


def _as_entities(text: str) -> str:
    """Hide what means something in markup until entities are resolved, at the very end."""
    return re.sub(r"(?m)['<>=_\[\]-]|^[*#:;]", lambda match: f"&#{ord(match[0])};", text)


def _element(text: str, name: str, start: int, unclosed: set[str]) -> tuple[str, int]:
    """Return the content of an element and where it ends; nothing if it is never closed."""
    if name not in unclosed:
        if end := re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, start):
            return text[start : end.start()], end.end()
        unclosed.add(name)
    return "", start


def _close(stack: list[_Frame], closer: str, namespaces: frozenset[str]) -> None:
    if closer == "]]":
        if stack[-1].kind == "[[":
            link = _link("".join(stack.pop().parts), namespaces)
            stack[-1].parts.append(link)
        else:
            stack[-1].parts.append(closer)
    elif closer.startswith("}"):
        _close_braces(stack, len(closer))
    elif _unwind(stack, "{|", through=("[[",)):
        stack.pop()
    else:
        stack[-1].parts.append(closer)


def _close_braces(stack: list[_Frame], closing: int) -> None:
    """Match a run of closing braces with open ones: two make a template, three a parameter."""
    while closing >= 2 and _unwind(stack, "{{", through=("[[", "{|")):
        matched = min(len(stack[-1].opener), closing, 3)
        left = len(stack.pop().opener) - matched
        closing -= matched
        if left >= 2:
            stack.append(_Frame("{" * left))
        else:
            stack[-1].parts.append("{" * left)
    stack[-1].parts.append("}" * closing)


def _unwind(stack: list[_Frame], kind: str, through: tuple[str, ...]) -> bool:
    """Make a frame of some kind the innermost: frames in it that were never closed are text."""
    place = len(stack) - 1
    while stack[place].kind in through and stack[place].kind != kind:
        place -= 1
    if stack[place].kind != kind:
        return False
    for frame in stack[place + 1 :]:
        stack[place].parts += (frame.opener, *frame.parts)
    del stack[place + 1 :]
    return True


def _unclosed(frame: _Frame) -> str:
    text = frame.opener + "".join(frame.parts)
    if frame.kind != "{|":
        return text
    # A table may be closed by a template: what is not in its rows is the text after it.
    rows = ("{|", "|", "!")
    return "\n".join(line for line in text.split("\n") if not line.lstrip(" \t:").startswith(rows))


def _link(content: str, namespaces: frozenset[str]) -> str:
    target, bar, label = content.partition("|")
    if target.lstrip().startswith(":"):
        return label if bar else target.lstrip()[1:]
    if target.partition(":")[0].strip().lower() in namespaces and ":" in target:
        return ""
    if not bar and _LANGUAGE.match(target):
        return ""  # the article in another language
    return label if bar else target


def _literal_apostrophes(match: re.Match[str]) -> str:
    """Two are italics, three bold, five both; of four and of more than five the rest is text."""
    length = len(match[0])
    return "'" * (1 if length == 4 else max(length - 5, 0))


def _plain_line(line: str) -> str:
    line = line.strip()
    if len(line) > 2 and line.startswith("=") and line.endswith("="):
        level = min(len(line) - len(line.lstrip("=")), len(line) - len(line.rstrip("=")))
        return line[level:-level].strip()
    if line.startswith("----"):
        return line.lstrip("-").strip()
    return line.lstrip("*#:;").strip()
