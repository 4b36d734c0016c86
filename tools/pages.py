"""The pages of the book, read from their MyST Markdown sources."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cell:
    """One cell of a page; `number` counts all cells from 1."""

    number: int
    kind: str  # "code", "markdown" or "raw"
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def tags(self) -> list[str]:
        """The cell's tags."""
        return list(self.metadata.get("tags", []))


@dataclass(frozen=True)
class Page:
    """A page: its path from the root of the checkout, its metadata and its cells."""

    root: Path
    path: Path
    metadata: dict[str, Any]
    cells: tuple[Cell, ...]

    @property
    def source(self) -> Path:
        """Where the Markdown lies."""
        return self.root / self.path

    @property
    def name(self) -> str:
        """The path inside book/ without ending, such as ``project/program``."""
        return self.path.relative_to("book").with_suffix("").as_posix()

    @property
    def notebook(self) -> Path:
        """Where the generated notebook lies."""
        return self.source.with_suffix(".ipynb")

    @property
    def executed(self) -> Path:
        """Where the executed notebook is kept."""
        return self.root / "_build" / "executed" / f"{self.name}.ipynb"

    @property
    def is_notebook(self) -> bool:
        """Whether the page has code cells."""
        return any(cell.kind == "code" for cell in self.cells)

    @cached_property
    def kernelspec(self) -> dict[str, str]:
        """The kernel that the page's header names."""
        if "kernelspec" not in self.metadata:
            raise ValueError(f"{self.path} has code cells, so its header must name a kernelspec")
        return dict(self.metadata["kernelspec"])

    def code(self, tag: str | None = None) -> list[Cell]:
        """Return the code cells, or those with a tag."""
        cells = (cell for cell in self.cells if cell.kind == "code")
        return [cell for cell in cells if tag is None or tag in cell.tags]


def read(path: Path, root: Path = ROOT) -> Page:
    """Read the page at `path`, relative to `root`."""
    notebook = jupytext.reads((root / path).read_text("utf-8"), fmt="md:myst")
    cells = tuple(
        Cell(number, cell.cell_type, cell.source, dict(cell.metadata))
        for number, cell in enumerate(notebook.cells, start=1)
    )
    return Page(root, path, dict(notebook.metadata), cells)


def find(root: Path = ROOT) -> list[Page]:
    """Read all pages of book/, ordered by path; hidden folders hold none."""
    paths = (path.relative_to(root) for path in (root / "book").rglob("*.md"))
    return [read(path, root) for path in sorted(paths) if not hidden(path)]


def hidden(path: Path) -> bool:
    """Whether a part of a relative path starts with ``_`` or ``.``."""
    return any(part.startswith(("_", ".")) for part in path.parts)


def select(pages: Iterable[Page], wanted: Iterable[str]) -> list[Page]:
    """Return the notebook pages that `wanted` names by path, with or without ending; all if empty.

    Raises
    ------
    ValueError
        If a name is no notebook page of the book.
    """
    notebooks = {page.path.with_suffix("").as_posix(): page for page in pages if page.is_notebook}
    names = [re.sub(r"\.(md|ipynb)$", "", Path(name).as_posix()) for name in wanted]
    if unknown := [name for name in names if name not in notebooks]:
        raise ValueError(f"no notebook page of the book: {', '.join(unknown)}")
    return [notebooks[name] for name in names] if names else list(notebooks.values())
