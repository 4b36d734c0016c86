"""The block syntax of MyST Markdown: fences, directives, labels."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

OPENING = re.compile(r"(?P<indent> *)(?P<marks>`{3,}(?!.*`)|~{3,}|:{3,}) *(?P<info>.*?)\s*$")
DIRECTIVE = re.compile(r"\{(?P<name>[\w:.-]+)\} *(?P<argument>.*)$")
OPTION = re.compile(r":(?P<key>[\w-]+): *(?P<value>.*)$")
# `mermaid` without braces is a directive too: myst_fence_as_directive in _config.yml.
BARE_DIRECTIVES = {"mermaid"}

LABEL = re.compile(r"^ *\((?P<label>[^()\s]+)\)= *$", re.MULTILINE)
DISPLAY_LABEL = re.compile(r"\$\$ *\((?P<label>[^()\s]+)\)")


@dataclass(frozen=True)
class Text:
    """Lines outside all fences."""

    source: str


@dataclass(frozen=True)
class Fence:
    """A fence: code, or a directive if `name` is not empty. `body` is not parsed further."""

    source: str
    indent: str
    body: str
    name: str = ""
    argument: str = ""
    options: dict[str, str] = field(default_factory=dict)


def blocks(source: str) -> Iterator[Text | Fence]:
    """Split Markdown into text and outermost fences, in order; their sources join to `source`."""
    lines = source.splitlines(keepends=True)
    text: list[str] = []
    at = 0
    while at < len(lines):
        opening = OPENING.match(lines[at])
        if opening is None:
            text.append(lines[at])
            at += 1
            continue
        if text:
            yield Text("".join(text))
            text = []
        end = at + 1
        while end < len(lines) and not _closes(lines[end], opening["marks"]):
            end += 1
        yield _fence("".join(lines[at : end + 1]), opening, lines[at + 1 : end])
        at = end + 1
    if text:
        yield Text("".join(text))


def directives(source: str) -> Iterator[Fence]:
    """Return all directives, also those inside others, in order."""
    for block in blocks(source):
        if isinstance(block, Fence) and block.name:
            yield block
            yield from directives(block.body)


def texts(source: str) -> Iterator[str]:
    """Return all text outside code: between fences and in the bodies of directives."""
    for block in blocks(source):
        if isinstance(block, Text):
            yield block.source
        elif block.name not in {"", "mermaid", "math", "code", "code-block", "raw"}:
            yield from texts(block.body)


def _closes(line: str, marks: str) -> bool:
    line = line.strip()
    return len(line) >= len(marks) and not line.strip(marks[0])


def _fence(source: str, opening: re.Match[str], inside: list[str]) -> Fence:
    indent, info = opening["indent"], opening["info"]
    body = "".join(line.removeprefix(indent) for line in inside)
    if info in BARE_DIRECTIVES:
        info = f"{{{info}}}"
    directive = DIRECTIVE.match(info)
    if directive is None:
        return Fence(source, indent, body)
    options, body = _options(body)
    return Fence(source, indent, body, directive["name"], directive["argument"].strip(), options)


def _options(body: str) -> tuple[dict[str, str], str]:
    """Split the options, as ``:key: value`` lines or a YAML block, from what follows them."""
    if found := re.match(r"---\n(.*?)^---\n", body, re.DOTALL | re.MULTILINE):
        options = yaml.safe_load(found[1]) or {}
        return {key: str(value) for key, value in options.items()}, body[found.end() :]
    lines = body.splitlines(keepends=True)
    options = {}
    while lines and (option := OPTION.match(lines[0].rstrip())):
        options[option["key"]] = option["value"]
        del lines[0]
    return options, "".join(lines)


def quote(text: str) -> str:
    """Return Markdown as a blockquote."""
    return textwrap.indent(text.strip("\n"), "> ", lambda line: True).replace("> \n", ">\n")
