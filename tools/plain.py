"""MyST Markdown turned into plain Markdown, as Colab, Jupyter and GitHub show it."""

import os
import re
from dataclasses import dataclass
from functools import cached_property

from tools import myst
from tools.book import Book
from tools.pages import Page

ADMONITIONS = {"note", "tip", "hint", "important", "attention", "seealso"}
ADMONITIONS |= {"warning", "caution", "danger", "error"}
QUOTES = {"admonition", "dropdown", "margin", "sidebar", "topic", "epigraph"}
SECTIONS = {"tab-item", "card", "grid-item-card"}
WRAPPERS = {"tab-set", "grid", "grid-item", "card-carousel", "glossary", "div", "container"}
OMITTED = {"contents", "tableofcontents", "toctree", "index"}

CODE_ROLES = {"code", "command", "envvar", "file", "kbd", "option", "program", "samp"}
API_ROLES = {"attr", "class", "const", "data", "exc", "func", "meth", "mod", "obj"}
TEXT_ROLES = {"abbr", "dfn", "guilabel", "menuselection", "term"}

# Leftmost first: an escape or a code span hides what looks like markup in it.
INLINE = re.compile(
    r"""
      \\.
    | \{(?P<role>[a-zA-Z][\w:.-]*)\}
      (?P<marks>`+)(?P<content>(?:(?!\n\s*\n).)+?)(?<!`)(?P=marks)(?!`)
    | (?P<run>`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)(?P=run)(?!`)
    | (?P<display>\$\$.+?\$\$)(?:[ ]*\((?P<label>[^()\s]+)\))?
    | \$(?![\s$])(?:(?!\n\s*\n)[^$])+(?<!\s)\$(?!\d)
    | !\[(?P<alt>[^\]]*)\]\((?P<image>[^)]+)\)(?:\{[^}\n`]*\})?
    | \[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)
    """,
    re.VERBOSE | re.DOTALL,
)
ATTRIBUTES = re.compile(r"^\{[#.\w][^`{}]*\}\s*\n", re.MULTILINE)
COMMENT = re.compile(r"^%.*\n?", re.MULTILINE)
DEFINITION = re.compile(r"^(?P<term>\S.*)\n: +(?P<text>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Plain:
    """The translation of the cells of one page of a book."""

    page: Page
    book: Book

    def cell(self, source: str) -> str:
        """Translate the source of a Markdown cell."""
        return re.sub(r"\n{3,}", "\n\n", self._blocks(source)).strip("\n")

    def _error(self, sentence: str) -> ValueError:
        return ValueError(f"{self.page.path}: {sentence}")

    def _blocks(self, source: str) -> str:
        out = []
        for block in myst.blocks(source):
            if isinstance(block, myst.Text):
                out.append(self._text(block.source))
            elif not block.name:
                out.append(block.source)
            else:
                lines = self._directive(block).strip("\n").splitlines()
                out.append("".join(f"{block.indent}{line}".rstrip() + "\n" for line in lines))
        return "".join(out)

    def _text(self, source: str) -> str:
        for markup in (myst.LABEL, COMMENT, ATTRIBUTES):
            source = markup.sub("", source)
        source = DEFINITION.sub(r"**\g<term>**: \g<text>", source)
        return INLINE.sub(self._inline, source)

    # Directives

    def _directive(self, block: myst.Fence) -> str:
        name, title = block.name, self._text(block.argument)
        if name in ADMONITIONS:
            heading = "See also" if name == "seealso" else name.capitalize()
            body = f"{title}\n{block.body}" if title else block.body
            return self._quote(heading, self._blocks(body))
        if name in QUOTES:
            return self._quote(title, self._blocks(block.body))
        if name in SECTIONS:
            body = re.sub(r"^(\^\^\^|\+\+\+).*$", "", block.body, flags=re.MULTILINE)
            return f"**{title}**\n\n{self._blocks(body)}" if title else self._blocks(body)
        if name in WRAPPERS:
            return self._blocks(block.body)
        if name in OMITTED:
            return ""
        return self._content(block, title)

    def _content(self, block: myst.Fence, title: str) -> str:
        match block.name:
            case "correction":
                return self._correction(block.argument)
            case "figure" | "image":
                alt = block.options.get("alt", "")
                return f"![{alt}]({block.argument})\n\n{self._blocks(block.body)}"
            case "mermaid":
                caption = block.options.get("caption", "")
                return f"```mermaid\n{block.body.strip()}\n```\n\n{self._text(caption)}"
            case "math":
                return self._math(block.body.strip() or block.argument, block.options.get("label"))
            case "table":
                heading = f"**{title}**\n\n" if title else ""
                return heading + self._blocks(block.body)
            case "list-table":
                return self._list_table(block, title)
            case "code" | "code-block":
                return f"```{block.argument}\n{block.body.rstrip()}\n```"
            case "raw":
                return block.body if block.argument == "html" else ""
        raise self._error(f"the directive {block.name} has no plain form")

    @staticmethod
    def _quote(title: str, body: str) -> str:
        heading = f"**{title}**\n\n" if title else ""
        return myst.quote(re.sub(r"\n{3,}", "\n\n", heading + body.strip("\n")))

    def _correction(self, identifier: str) -> str:
        entry = self.book.errata.get(identifier)
        if entry is None:
            raise self._error(f"no erratum {identifier!r} in book/errata.yml")
        more = self._link(f"#erratum-{identifier}", "More …")
        body = (
            f"**The article says:** {self._text(entry['said'])}\n\n"
            f"**Right is:** {self._text(entry['right'])} {more}"
        )
        return self._quote(f"Correction {identifier}", body)

    def _list_table(self, block: myst.Fence, title: str) -> str:
        rows: list[list[str]] = []
        for line in block.body.splitlines():
            if start := re.match(r"[*-] [*-] ?(.*)", line):
                rows.append([start[1]])
            elif cell := re.match(r"  [*-] ?(.*)", line):
                rows[-1].append(cell[1])
            elif line.strip():
                rows[-1][-1] += f" {line.strip()}"
        lines = [f"| {' | '.join(self._text(cell) for cell in row)} |" for row in rows]
        if int(block.options.get("header-rows", 0)) == 0:
            lines.insert(0, "|" + "  |" * len(rows[0]))
        lines.insert(1, "|" + " --- |" * len(rows[0]))
        return (f"**{title}**\n\n" if title else "") + "\n".join(lines)

    # Mathematics

    @cached_property
    def _equations(self) -> dict[str, int]:
        """The labelled equations of the page, numbered in order."""
        labels: list[str] = []
        for cell in self.page.cells:
            if cell.kind == "markdown":
                for text in myst.texts(cell.source):
                    labels += (found["label"] for found in myst.DISPLAY_LABEL.finditer(text))
                for directive in myst.directives(cell.source):
                    if directive.name == "math" and "label" in directive.options:
                        labels.append(directive.options["label"])
        return {label: number for number, label in enumerate(labels, start=1)}

    def _math(self, tex: str, label: str | None) -> str:
        tag = f" \\tag{{{self._equations[label]}}}" if label else ""
        return f"$$\n{tex.strip()}{tag}\n$$"

    # Inline

    def _inline(self, found: re.Match[str]) -> str:
        if found["role"]:
            return self._role(found["role"], found["content"])
        if found["label"]:
            return self._math(found["display"].strip("$"), found["label"])
        if found["image"]:
            return f"![{found['alt']}]({found['image']})"
        if found["target"]:
            return self._link(found["target"], INLINE.sub(self._inline, found["text"]))
        return found[0]

    def _role(self, name: str, content: str) -> str:
        explicit = re.fullmatch(r"(?P<text>.*?)\s*<(?P<target>[^<>]+)>", content, re.DOTALL)
        text = explicit["text"] if explicit else ""
        target = explicit["target"] if explicit else content
        if name.startswith("cite"):
            return self._cite(content, textual=name == "cite:t")
        if name == "doc" and self._page(target) is None:
            raise self._error(f"no page {target}")
        if name in {"ref", "numref"} and target not in self.book.labels:
            raise self._error(f"no label {target}")
        if name in {"doc", "ref", "numref"}:
            text = re.sub(r" ?(%s|\{number\})", "", text)
            return self._link(target if name == "doc" else f"#{target}", text)
        if name == "eq":
            if target not in self._equations:
                raise self._error(f"no equation {target} on the page")
            return f"({self._equations[target]})"
        if name == "math":
            return f"${content}$"
        if name.removeprefix("py:") in API_ROLES:
            return f"`{text or self._api(name, target)}`"
        if name in CODE_ROLES:
            return f"`{content}`"
        if name in TEXT_ROLES:
            return text or target
        if name in {"sub", "sup"}:
            return f"<{name}>{content}</{name}>"
        raise self._error(f"the role {name} has no plain form")

    @staticmethod
    def _api(name: str, target: str) -> str:
        if target.startswith("~"):
            target = target.rpartition(".")[2]
        return f"{target}()" if name.endswith(("func", "meth")) else target

    def _link(self, target: str, text: str) -> str:
        """Return a link to a page or to a label; ones that lead elsewhere stay as they are."""
        path, _, label = target.partition("#")
        if re.match(r"\w+:", target):
            return f"[{text}]({target})"
        page, title = self.page, ""
        if path:
            if (found := self._page(path)) is None:
                return f"[{text}]({target})"
            page, title = found, self.book.titles[found.path]
        elif label in self.book.labels:
            page, title = self.book.labels[label].page, self.book.labels[label].title
        text = text or title or label
        return f"*{text}*" if page == self.page else f"[{text}]({self._address(page, label)})"

    def _page(self, path: str) -> Page | None:
        """Return the page at a path, with or without ending, from this page or from the root."""
        folder = self.book.root if path.startswith("/") else self.page.source.parent
        source = os.path.normpath(folder / (path.strip("/").removesuffix(".md") + ".md"))
        return next((page for page in self.book.pages if str(page.source) == source), None)

    def _address(self, page: Page, label: str) -> str:
        """Return a notebook's path from here; other pages are read in the published book."""
        if page.is_notebook:
            return os.path.relpath(page.notebook, self.page.source.parent).replace(os.sep, "/")
        anchor = re.sub(r"[^a-z0-9]+", "-", label.lower())
        return self.book.published(page) + (f"#{anchor}" if anchor else "")

    def _cite(self, keys: str, textual: bool = False) -> str:
        """Return "(Author, year)", or "Author (year)" where the text names the author."""
        parts = []
        for key in map(str.strip, keys.split(",")):
            if key not in self.book.references:
                raise self._error(f"no source {key!r} in book/references.bib")
            source = self.book.references[key]
            if textual:
                year = f"[{source.year}]({source.url})" if source.url else source.year
                parts.append(f"{source.authors} ({year})")
            else:
                text = f"{source.authors}, {source.year}"
                parts.append(f"[{text}]({source.url})" if source.url else text)
        return ", ".join(parts) if textual else f"({'; '.join(parts)})"
