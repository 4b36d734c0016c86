"""Rules for the files of the book: what is committed, listed and named alike."""

import re
from pathlib import Path
from typing import Any

import nbformat
import yaml

from tools import myst, notebooks, repository
from tools.book import Book
from tools.figures import pictures
from tools.pages import hidden
from tools.parameters import fits, parameters
from tools.violations import Violation, Violations


def notebooks_are_in_step(book: Book) -> Violations:
    """Require that pages with code and notebooks correspond and agree."""
    for path, sentence in notebooks.differences(book).items():
        yield Violation(path.relative_to(book.root), None, f"{sentence}: python -m tools.notebooks")


def notebooks_hold_no_outputs(book: Book) -> Violations:
    """Require that no outputs are committed: the book's build makes them."""
    for page in book.notebooks:
        if not page.notebook.exists():
            continue
        path = page.notebook.relative_to(book.root)
        for number, cell in enumerate(nbformat.read(page.notebook, as_version=4).cells, start=1):
            if cell.get("outputs") or cell.get("execution_count") is not None:
                yield Violation(path, number, "holds outputs or an execution count")


def contents_are_complete(book: Book) -> Violations:
    """Require that _toc.yml lists the pages that exist, all of them and no other."""
    contents = Path("_toc.yml")
    listed = _listed(yaml.safe_load((book.root / contents).read_text("utf-8")))
    files = {page.path.with_suffix("").as_posix() for page in book.pages}
    for name in listed:
        if name not in files:
            yield Violation(contents, None, f"lists {name}, which does not exist")
        if listed.count(name) > 1:
            yield Violation(contents, None, f"lists {name} twice")
    for name in sorted(files - set(listed)):
        yield Violation(contents, None, f"does not list {name}")


def _listed(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for each in node for name in _listed(each)]
    if not isinstance(node, dict):
        return []
    here = [node[key].removesuffix(".md") for key in ("root", "file") if key in node]
    return here + [name for value in node.values() for name in _listed(value)]


def repository_is_named_alike(book: Book) -> Violations:
    """Require the repository's URL of _config.yml wherever a copy of it stands."""
    for path in repository.stamped(book.root):
        sentence = "names another repository than _config.yml: python -m tools.repository"
        yield Violation(path.relative_to(book.root), None, sentence)


def parameter_files_fit(book: Book) -> Violations:
    """Require that a YAML file beside a page sets parameters of the page, to fitting values."""
    pages = {page.source.with_suffix(""): page for page in book.notebooks}
    for path in sorted((book.root / "book").rglob("*.yaml")):
        inside = path.relative_to(book.root)
        if hidden(inside):
            continue
        page = pages.get(path.with_name(path.name.partition(".")[0]))
        if page is None:
            yield Violation(inside, None, "belongs to no notebook page")
            continue
        known = {k: v for cell in page.code("parameters") for k, v in parameters(cell).items()}
        for name, value in (yaml.safe_load(path.read_text("utf-8")) or {}).items():
            if name not in known:
                yield Violation(inside, None, f"sets {name}, which is no parameter of the page")
            elif not fits(value, known[name].annotation):
                wanted = f"{name} must be {known[name].annotation}, got {value!r}"
                yield Violation(inside, None, wanted)


def pictures_in_text_have_alt(book: Book) -> Violations:
    """Require an alternative text of each image and figure in Markdown."""
    for page in book.pages:
        for cell in page.cells:
            if cell.kind != "markdown":
                continue
            text = re.sub(r"(`+).+?\1", "", "\n".join(myst.texts(cell.source)))
            bare = len(re.findall(r"!\[\s*\]\(", text))
            bare += sum(not picture.alt.strip() for picture in pictures(text))
            for directive in myst.directives(cell.source):
                if directive.name in {"figure", "image"}:
                    bare += not directive.options.get("alt", "").strip()
            if bare:
                yield Violation(page.path, cell.number, "shows an image without alt text")
