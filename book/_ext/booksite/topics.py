"""The `topic-map` directive: topic, code, test and page, from `book/topics.yml`."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tools.pages import ROOT

from . import repository, symbols
from .markdown import insert

DATA = Path(__file__).parents[2] / "topics.yml"
FAMILIES = {
    "NN": "Network core",
    "OP": "Losses, optimisation, regularisation",
    "DP": "Data collection and preprocessing",
    "EV": "Evaluation",
    "LM": "Language models",
    "CV": "Vision",
    "SP": "Speech, audio, health",
    "RS": "Recommenders and networks",
    "AU": "Optimisation and automation",
    "TR": "Privacy, fairness, interpretability, energy",
    "KT": "Compute, deployment, tools",
}


@dataclass(frozen=True)
class Topic:
    """A thing the article names, and where the project has its code, test and page."""

    id: str
    topic: str
    section: str
    code: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    page: tuple[str, ...] = ()

    @property
    def covered(self) -> bool:
        """Tell whether there is code, a test and a page."""
        return bool(self.code and self.test and self.page)


def load(path: Path = DATA) -> list[Topic]:
    """Return the topics in the order of the file."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    lists = ("code", "test", "page")
    return [Topic(**{**entry, **{k: tuple(entry.get(k, ())) for k in lists}}) for entry in entries]


def faults(topics: list[Topic], root: Path = ROOT) -> Iterator[str]:
    """Yield what is wrong with the topics: with code, test or page but not all; or not as stated.

    A page counts when its code uses the symbol, directly or through other parts of the package.
    """
    for topic in topics:
        if not topic.covered:
            if topic.code or topic.test or topic.page:
                yield f"{topic.id} must have code, test and page, or none of them"
            continue
        for test in topic.test:
            file, _, name = test.partition("::")
            source = (root / file).read_text("utf-8") if (root / file).is_file() else ""
            if not source or (name and f"def {name}(" not in source):
                yield f"{topic.id}: there is no test {test}"
        used = [symbols.notebooks().get(f"book/{page}", frozenset()) for page in topic.page]
        reached = [symbols.reached(names) for names in used]
        for path in topic.code:
            symbol = symbols.find(path)
            if symbol is None:
                yield f"{topic.id}: there is no {path}"
            elif not any(symbol in names for names in reached):
                yield f"{topic.id}: {path} is used on none of the pages {', '.join(topic.page)}"
        for page, names in zip(topic.page, reached, strict=True):
            if not any(symbols.find(path) in names for path in topic.code):
                yield f"{topic.id}: page {page} uses none of the topic's code"


class TopicMap(SphinxDirective):
    """What is covered, family by family, with links; what is not, by name."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        self.env.note_dependency(str(DATA))
        topics = load()
        if wrong := list(faults(topics)):
            raise self.error("\n".join(wrong))
        return insert(self, self.markdown(topics))

    def markdown(self, topics: list[Topic]) -> Iterator[str]:
        """Yield the lines of the page."""
        yield f"**{sum(t.covered for t in topics)} of {len(topics)}** topics are covered.\n"
        for family, members in groupby(topics, key=lambda t: t.id[:2]):
            group = list(members)
            covered = [topic for topic in group if topic.covered]
            yield f"## {FAMILIES[family]}\n"
            yield f"Covered: {len(covered)} of {len(group)}.\n"
            if covered:
                yield "| Topic | Section | Code | Test | Page |\n| --- | --- | --- | --- | --- |"
                yield from map(self.row, covered)
                yield ""
            missing = "; ".join(t.topic for t in group if not t.covered)
            if missing:
                yield f"{{.not-covered}}\nNot covered yet: {missing}.\n"

    def row(self, topic: Topic) -> str:
        """Return one row of a table."""
        code = "<br>".join(f"{{py:obj}}`~{name}`" for name in topic.code)
        tests = (
            f"[`{Path(file).name}`]({repository.file_url(self.config, file)})"
            for file in (test.partition("::")[0] for test in topic.test)
        )
        pages = (f"{{doc}}`/book/{page}`" for page in topic.page)
        cells = [
            f"{topic.topic} ({topic.id})",
            topic.section,
            code,
            "<br>".join(tests),
            "<br>".join(pages),
        ]
        return f"| {' | '.join(cells)} |"


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("topic-map", TopicMap)
