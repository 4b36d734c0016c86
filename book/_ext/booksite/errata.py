"""The `correction` and `errata-list` directives: what the article gets wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import repository
from .markdown import insert

DATA = Path(__file__).parents[2] / "errata.yml"
SEVERITY = {"A": "wrong", "B": "misleading", "C": "unclear"}


@dataclass(frozen=True)
class Erratum:
    """One thing that the article gets wrong, and what is right."""

    id: str
    section: str
    severity: str
    quote: str
    said: str
    right: str
    sources: tuple[str, ...]
    test: str | None
    page: str

    def __post_init__(self) -> None:
        """Refuse a severity that has no word."""
        if self.severity not in SEVERITY:
            raise ValueError(f"severity of {self.id} must be A, B or C, got {self.severity!r}")


def load(path: Path = DATA) -> dict[str, Erratum]:
    """Return the errata by id, in the order of the file."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    errata = [Erratum(**{**entry, "sources": tuple(entry["sources"])}) for entry in entries]
    found = {erratum.id: erratum for erratum in errata}
    if len(found) != len(errata):
        raise ValueError(f"{path.name}: an id stands twice")
    return found


class Correction(SphinxDirective):
    """The correction with the id given, in two lines: what the article says, and what is right."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the admonition."""
        erratum = load().get(self.arguments[0])
        if erratum is None:
            raise self.error(f"no correction {self.arguments[0]!r} in {DATA.name}")
        self.env.note_dependency(str(DATA))
        text = f"""\
::::{{admonition}} Correction {erratum.id}
:class: correction

**The article says:** {erratum.said}

**Right is:** {erratum.right} {{ref}}`More … <erratum-{erratum.id}>`
::::"""
        return self.parse_text_to_nodes(text)


class ErrataList(SphinxDirective):
    """All corrections, grouped by section of the article."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        self.env.note_dependency(str(DATA))
        return insert(self, self.markdown(load()))

    def markdown(self, errata: dict[str, Erratum]) -> Iterator[str]:
        """Yield the lines of the page."""
        by_section = sorted(errata.values(), key=lambda e: e.section.split(",")[0])
        for section, group in groupby(by_section, key=lambda e: e.section.split(",")[0]):
            yield f"## Section {section}\n"
            for erratum in group:
                yield from self.entry(erratum)

    def entry(self, erratum: Erratum) -> Iterator[str]:
        """Yield the lines of one correction."""
        yield f"(erratum-{erratum.id})=\n### {erratum.id} · {SEVERITY[erratum.severity]}\n"
        yield "```{raw} html\n<div lang='zh-Hans'>\n```\n"
        yield f'{{attribution="section {erratum.section}"}}\n> {erratum.quote}\n'
        yield "```{raw} html\n</div>\n```\n"
        yield f"**The article says:** {erratum.said}\n"
        yield f"**Right is:** {erratum.right}\n"
        notes = [f"Page: {{doc}}`/book/{erratum.page}`."]
        if erratum.test:
            file, _, test = erratum.test.partition("::")
            notes.append(f"Test: [`{test}`]({repository.file_url(self.config, file)}).")
        if erratum.sources:
            notes.append(f"Sources: {{cite:t}}`{','.join(erratum.sources)}`.")
        yield f"{{.erratum-notes}}\n{' '.join(notes)}\n"


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("correction", Correction)
    app.add_directive("errata-list", ErrataList)
