"""Rules for the cells of a notebook page."""

import ast
import re
from pathlib import Path

from tools import repository
from tools.book import Book
from tools.imports import PACKAGE, parse_cell
from tools.parameters import faults
from tools.violations import Violation, Violations

LONGEST = 15  # lines of a function in a notebook
WIDEST = 79  # characters of a line, which is what the page shows without scrolling
EXERCISES = range(2, 4)


def setup_cell_comes_first(book: Book) -> Violations:
    """Require the set-up cell, the same on every page, before all other code."""
    right = repository.setup_cell(book.repository)
    for page in book.notebooks:
        cells = page.code("setup")
        if len(cells) != 1 or cells[0] != page.code()[0]:
            yield Violation(page.path, None, "must have one cell tagged setup before all others")
        elif cells[0].source != right or "hide-input" not in cells[0].tags:
            sentence = f"must be tagged setup, hide-input and read:\n{right}"
            yield Violation(page.path, cells[0].number, sentence)


def parameters_are_declared(book: Book) -> Violations:
    """Require one cell that holds every knob, typed and commented."""
    for page in book.notebooks:
        cells = page.code("parameters")
        if len(cells) != 1:
            sentence = f"must have one cell tagged parameters, has {len(cells)}"
            yield Violation(page.path, None, sentence)
        for cell in cells:
            for sentence in faults(cell):
                yield Violation(page.path, cell.number, sentence)


def claims_are_checked(book: Book) -> Violations:
    """Require a cell tagged check that asserts what the page claims."""
    for page in book.notebooks:
        cells = page.code("check")
        if not cells:
            yield Violation(page.path, None, "has no cell tagged check")
        for cell in cells:
            if not any(isinstance(node, ast.Assert) for node in ast.walk(parse_cell(cell.source))):
                yield Violation(page.path, cell.number, "is tagged check and asserts nothing")


def exercises_have_solutions(book: Book) -> Violations:
    """Require two or three exercises, each a place for the answer and its folded solution."""
    for page in book.notebooks:
        cells = page.code()
        count = len(page.code("exercise"))
        if count not in EXERCISES:
            yield Violation(page.path, None, f"must have two or three exercises, has {count}")
        if len(page.code("solution")) != count:
            yield Violation(page.path, None, "must have a solution for each exercise")
        for cell, following in zip(cells, [*cells[1:], None], strict=True):
            if "exercise" not in cell.tags:
                continue
            if not re.search(r"^answer = ", cell.source, re.MULTILINE):
                yield Violation(page.path, cell.number, "must give the reader a line `answer = …`")
            if following is None or "solution" not in following.tags:
                yield Violation(page.path, cell.number, "is not followed by its solution")
            elif not re.search(r"\bcheck\(answer, solution", following.source):
                sentence = "must call companion.exercises.check(answer, solution)"
                yield Violation(page.path, following.number, sentence)
            elif "hide-input" not in following.tags:
                yield Violation(page.path, following.number, "must be folded: tag it hide-input")


def lines_fit_the_page(book: Book) -> Violations:
    """Require lines of code that can be read without scrolling, but for the set-up cell."""
    for page in book.notebooks:
        for cell in page.code():
            for line in cell.source.splitlines():
                if len(line) > WIDEST and "setup" not in cell.tags:
                    sentence = f"has a line of {len(line)} characters, {WIDEST} fit: {line.strip()}"
                    yield Violation(page.path, cell.number, sentence)


def definitions_are_short(book: Book) -> Violations:
    """Refuse long functions and classes: they belong into the package."""
    for page in book.notebooks:
        for cell in page.code():
            for node in ast.walk(parse_cell(cell.source)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    lines = (node.end_lineno or 0) - node.lineno + 1 + len(node.decorator_list)
                    if lines > LONGEST:
                        sentence = f"{node.name} has {lines} lines: more than {LONGEST}"
                        yield Violation(page.path, cell.number, sentence)


def package_is_not_redefined(book: Book) -> Violations:
    """Refuse a definition named as one of the package, and names from it bound anew."""
    public = _public(book.root)
    for page in book.notebooks:
        imported: set[str] = set()
        for cell in page.code():
            for node in ast.walk(parse_cell(cell.source)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
                    imported |= {alias.asname or alias.name for alias in node.names}
                for name in _defined(node) & public | _bound(node) & imported:
                    sentence = f"redefines {name}, a public name of {PACKAGE}"
                    yield Violation(page.path, cell.number, sentence)


def _public(root: Path) -> set[str]:
    """Return the names of the public functions and classes of the package."""
    names: set[str] = set()
    for path in (root / PACKAGE).rglob("*.py"):
        inside = path.relative_to(root)
        if not any(part.startswith("_") and part != "__init__.py" for part in inside.parts):
            for node in ast.parse(path.read_text("utf-8")).body:
                names |= _defined(node)
    return {name for name in names if not name.startswith("_")}


def _defined(node: ast.AST) -> set[str]:
    """Return the function or class that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


def _bound(node: ast.AST) -> set[str]:
    """Return the name that an assignment binds."""
    return {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else set()
