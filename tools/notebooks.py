"""Generate the notebook beside each page that has code, for Colab, Jupyter and papermill.

``python -m tools.notebooks`` writes what changed; ``--check`` writes nothing and fails if it would.
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from tools import files
from tools.book import Book
from tools.pages import ROOT, Page, hidden, select
from tools.plain import Plain

NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def notebook(page: Page, book: Book) -> nbformat.NotebookNode:
    """Return the notebook of a page: same code, plain Markdown, no outputs.

    Kernel, code and cell metadata stay exactly as the page has them, since the book's build finds
    the executed notebook by them. A cell's id depends on the page's path and the cell's place.
    """
    plain = Plain(page, book)
    cells = [
        NEW[cell.kind](
            plain.cell(cell.source) if cell.kind == "markdown" else cell.source,
            id=hashlib.sha1(f"{page.name}:{cell.number}".encode()).hexdigest()[:8],
            metadata=cell.metadata,
        )
        for cell in page.cells
    ]
    metadata = {"kernelspec": page.kernelspec, "language_info": {"name": "python"}}
    made = new_notebook(cells=cells, metadata=metadata)
    made.nbformat_minor = 5
    return made


def text(page: Page, book: Book) -> str:
    """Return the notebook file of a page."""
    return nbformat.writes(notebook(page, book), version=nbformat.NO_CONVERT) + "\n"


def differences(book: Book, wanted: Sequence[str] = ()) -> dict[Path, str]:
    """Return the notebook files that are not what the pages say, each with what is wrong.

    Of the wanted pages alone, if there are any; else also those that no page generates.
    """
    wrong = {}
    for page in select(book.pages, wanted):
        if not page.notebook.exists():
            wrong[page.notebook] = "is missing"
        elif page.notebook.read_text("utf-8") != text(page, book):
            wrong[page.notebook] = "differs from its page"
    return wrong if wanted else wrong | dict.fromkeys(orphans(book), "has no page with code")


def orphans(book: Book) -> list[Path]:
    """Return the notebook files in the book that no page generates."""
    made = {page.notebook for page in book.notebooks}
    found = (path for path in (book.root / "book").rglob("*.ipynb"))
    return sorted(
        path for path in found if path not in made and not hidden(path.relative_to(book.root))
    )


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if it would")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="only these pages")
    options = parser.parse_args(arguments)
    book = Book(root)
    try:
        pages = select(book.pages, options.pages)
    except ValueError as error:
        parser.error(str(error))
    if options.check:
        wrong = differences(book, options.pages)
        for path, sentence in wrong.items():
            print(f"{path.relative_to(root)} {sentence}: run python -m tools.notebooks")
        return int(bool(wrong))
    for page in pages:
        if files.write(page.notebook, text(page, book)):
            print(f"wrote {page.notebook.relative_to(root)}")
    left = orphans(book)
    for path in left:  # not ours to delete: it may be somebody's draft
        print(f"{path.relative_to(root)} has no page with code: delete it")
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main())
