"""Rules for what the executed notebooks show."""

from dataclasses import dataclass
from typing import Any

import nbformat

from tools import execute
from tools.book import Book
from tools.figures import pictures
from tools.imports import Package
from tools.pages import Page
from tools.violations import Violation, Violations


@dataclass(frozen=True)
class Output:
    """One output of an executed page."""

    page: Page
    cell: int
    data: dict[str, Any]

    @property
    def html(self) -> str:
        """The output as HTML; empty if it has none."""
        return str(self.data.get("data", {}).get("text/html", ""))

    def violation(self, sentence: str) -> Violation:
        """Return a violation at this output's cell."""
        return Violation(self.page.path, self.cell, sentence)


def executed(book: Book) -> list[Page]:
    """Return the pages whose executed notebooks are kept and up to date."""
    package = Package(book.root)
    return [page for page in book.notebooks if execute.current(page, package)]


def outputs(pages: list[Page]) -> list[Output]:
    """Return the outputs of executed pages, in order."""
    return [
        Output(page, number, output)
        for page in pages
        for number, cell in enumerate(nbformat.read(page.executed, as_version=4).cells, start=1)
        for output in cell.get("outputs", [])
    ]


def nothing_is_warned_of(shown: list[Output]) -> Violations:
    """Refuse output on standard error, such as a warning."""
    for output in shown:
        if output.data.get("name") == "stderr":
            first = output.data["text"].strip().partition("\n")[0]
            yield output.violation(f"writes to standard error: {first or 'white space'}")


def figures_come_from_display(shown: list[Output]) -> Violations:
    """Require that every picture went through companion.display, which gives it its style."""
    for output in shown:
        raw = [kind for kind in output.data.get("data", {}) if kind.startswith("image/")]
        if raw or any(not picture.from_display for picture in pictures(output.html)):
            kind = raw[0] if raw else "picture"
            yield output.violation(f"shows a {kind} that does not come from companion.display")


def figures_have_alt(shown: list[Output]) -> Violations:
    """Require that every picture says what it shows."""
    for output in shown:
        if any(not picture.alt.strip() for picture in pictures(output.html)):
            yield output.violation("shows a figure without alt text")


def figures_are_readable_in_the_dark(shown: list[Output]) -> Violations:
    """Require that text and lines stand out from the page in light and in dark mode."""
    for output in shown:
        for picture in pictures(output.html):
            if picture.faint:
                faint = ", ".join(sorted(picture.faint))
                yield output.violation(f"is hard to read in light or dark mode: {faint}")
