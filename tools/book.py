"""What the pages refer to: each other, labels, the bibliography, the article's errata."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tools import myst
from tools.pages import ROOT, Page, find
from tools.repository import repository_url, site_url

HEADING = re.compile(r"^#+ +(?P<title>.*?) *#*$", re.MULTILINE)


@dataclass(frozen=True)
class Target:
    """What a label names: a page, and the title of the section or figure there."""

    page: Page
    title: str


@dataclass
class Book:
    """The pages of a checkout and what they refer to."""

    root: Path = ROOT
    pages: list[Page] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.pages = find(self.root)

    @property
    def notebooks(self) -> list[Page]:
        """The pages with code."""
        return [page for page in self.pages if page.is_notebook]

    @cached_property
    def repository(self) -> str:
        """The repository's URL."""
        return repository_url(self.root)

    def published(self, page: Page) -> str:
        """Return the address of a page in the published book."""
        return f"{site_url(self.repository)}/{page.path.with_suffix('.html').as_posix()}"

    @cached_property
    def titles(self) -> dict[Path, str]:
        """The title of each page, by its path."""
        return {page.path: _title(page) for page in self.pages}

    @cached_property
    def labels(self) -> dict[str, Target]:
        """The labels of sections, figures and tables, with what they name."""
        named = [(page, label, title) for page in self.pages for label, title in _named(page)]
        for page in self.pages:
            if any(directive.name == "errata-list" for directive in _directives(page)):
                named += [(page, f"erratum-{name}", f"Correction {name}") for name in self.errata]
        return {label: Target(page, title) for page, label, title in named}

    @cached_property
    def references(self) -> dict[str, "Reference"]:
        """The bibliography, by key."""
        from pybtex.database import parse_file  # slow to load, and many pages cite nothing

        path = self.root / "book" / "references.bib"
        entries = parse_file(str(path)).entries if path.exists() else {}
        return {key: Reference(entry) for key, entry in entries.items()}

    @cached_property
    def errata(self) -> dict[str, dict[str, Any]]:
        """The entries of book/errata.yml, by id."""
        path = self.root / "book" / "errata.yml"
        entries = yaml.safe_load(path.read_text("utf-8")) if path.exists() else []
        return {entry["id"]: entry for entry in entries}


class Reference:
    """A source as a text names it: authors, year, address."""

    def __init__(self, entry: Any) -> None:
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        names = [
            " ".join(map(str, person.rich_prelast_names + person.rich_last_names))
            for person in people
        ]
        self.authors = names[0] if names else entry.fields.get("title", entry.key)
        if len(names) > 1:
            self.authors += f" and {names[1]}" if len(names) == 2 else " et al."
        self.year = entry.fields.get("year", "n.d.")
        # A parenthesis would end a Markdown link.
        self.url = _address(entry.fields).replace("(", "%28").replace(")", "%29")


def _address(fields: Any) -> str:
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    return str(fields.get("url", ""))


def _title(page: Page) -> str:
    for cell in page.cells:
        if cell.kind == "markdown":
            for block in myst.blocks(cell.source):
                if isinstance(block, myst.Text) and (found := HEADING.search(block.source)):
                    return found["title"]
    return page.name


def _named(page: Page) -> Iterator[tuple[str, str]]:
    """Yield each label of a page and the title of what it names."""
    for cell in page.cells:
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        if "name" in figure:
            yield figure["name"], str(figure.get("caption", "")).strip()
        if cell.kind != "markdown":
            continue
        for text in myst.texts(cell.source):
            for label in myst.LABEL.finditer(text):
                heading = HEADING.match(text[label.end() :].lstrip())
                yield label["label"], heading["title"] if heading else ""
    for directive in _directives(page):
        if "name" in directive.options:
            yield directive.options["name"], directive.argument


def _directives(page: Page) -> Iterator[myst.Fence]:
    for cell in page.cells:
        if cell.kind == "markdown":
            yield from myst.directives(cell.source)
