"""What `companion` defines and what the pages use of it, read from the source without importing."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.imports import PACKAGE, bindings, package_of, parse_cell
from tools.pages import ROOT
from tools.pages import find as find_pages


@dataclass(frozen=True, order=True)
class Symbol:
    """A function, class or constant at the top of a module, named where it is defined."""

    module: str
    name: str

    @property
    def path(self) -> str:
        """Give the dotted name."""
        return f"{self.module}.{self.name}"


@cache
def modules() -> dict[str, Path]:
    """Return every importable module of the package and its file."""
    found = {}
    for file in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        if parts[-1] != "__main__":
            found[".".join(parts).removesuffix(".__init__")] = file
    return found


@cache
def tree(module: str) -> ast.Module:
    """Return the syntax tree of a module of the package."""
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


@cache
def definitions(module: str) -> dict[str, ast.stmt]:
    """Return the statements that define the module's top-level names."""
    found: dict[str, ast.stmt] = {}
    for node in tree(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update({t.id: node for t in targets if isinstance(t, ast.Name)})
    return found


def imports(code: ast.AST, module: str = "") -> dict[str, str]:
    """Return the names that import statements bind, each with the dotted name it stands for."""
    package = package_of(module, modules()[module]) if module else ""
    found = (each for node in ast.walk(code) for each in bindings(node, package))
    return {local: dotted for dotted, local in found if local}


@cache
def names(module: str) -> dict[str, str]:
    """Return the names that a module defines or imports, with the dotted names they stand for."""
    own = {name: f"{module}.{name}" for name in definitions(module)}
    return own | imports(tree(module), module)


@cache
def find(path: str) -> Symbol | None:
    """Return the symbol that a dotted name reaches, also re-exported; a method gives its class."""
    parts = path.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:cut])
        if module not in modules():
            continue
        name = parts[cut]
        if name in definitions(module):
            return Symbol(module, name)
        target = imports(tree(module), module).get(name)
        if target is None or target == f"{module}.{name}":  # nothing, or a submodule
            return None
        return find(".".join([target, *parts[cut + 1 :]]))
    return None


def node_of(symbol: Symbol, member: str = "") -> ast.stmt:
    """Return the statement that defines a symbol, or the method of it named `member`."""
    node = definitions(symbol.module)[symbol.name]
    if member and isinstance(node, ast.ClassDef):
        members = (child for child in node.body if getattr(child, "name", None) == member)
        return next(members, node)
    return node


def lines(symbol: Symbol, member: str = "") -> tuple[int, int]:
    """Return the first and last line of a symbol, or of a method of it."""
    node = node_of(symbol, member)
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return first, node.end_lineno or first


@cache
def public(module: str) -> dict[str, Symbol]:
    """Return what a module offers: its `__all__`, or else the functions and classes it defines."""
    exported = definitions(module).get("__all__")
    if exported is not None:
        names = ast.literal_eval(exported.value)  # type: ignore[attr-defined]
        symbols = {name: find(f"{module}.{name}") for name in names}
        return {name: symbol for name, symbol in symbols.items() if symbol}
    return {
        name: Symbol(module, name)
        for name, node in definitions(module).items()
        if not name.startswith("_") and not isinstance(node, ast.Assign | ast.AnnAssign)
    }


def documented(top: str) -> dict[str, dict[str, Symbol]]:
    """Return the public modules of `top`, each with the symbols that it defines.

    A symbol is named by the shortest path that it can be imported by. What a private module
    defines stands with `top`.
    """
    inside = [module for module in modules() if f"{module}.".startswith(f"{top}.")]
    pages: dict[str, dict[str, Symbol]] = {m: {} for m in inside if "._" not in m}
    paths: dict[Symbol, str] = {}
    for module in sorted(pages, key=lambda m: m.count(".")):
        for name, symbol in public(module).items():
            paths.setdefault(symbol, f"{module}.{name}")
    for symbol, path in sorted(paths.items(), key=lambda item: lines(item[0])):
        pages[symbol.module if symbol.module in pages else top][path] = symbol
    return pages


def uses(code: ast.AST, bound: dict[str, str]) -> Iterator[Symbol]:
    """Yield the package's symbols that the names and attributes in `code` stand for."""
    for node in ast.walk(code):
        path, part = "", node
        while isinstance(part, ast.Attribute):
            path, part = f".{part.attr}{path}", part.value
        if isinstance(part, ast.Name) and part.id in bound:
            symbol = find(bound[part.id] + path)
            if symbol:
                yield symbol


@cache
def _uses_of(symbol: Symbol) -> frozenset[Symbol]:
    """Return the symbols that the definition of `symbol` uses."""
    return frozenset(uses(node_of(symbol), names(symbol.module)))


def reached(symbols: Iterable[Symbol]) -> set[Symbol]:
    """Return `symbols` and all that their definitions use, directly or through others."""
    found: set[Symbol] = set()
    waiting = list(symbols)
    while waiting:
        symbol = waiting.pop()
        if symbol not in found:
            found.add(symbol)
            waiting.extend(_uses_of(symbol))
    return found


@cache
def notebooks() -> dict[str, frozenset[Symbol]]:
    """Return the pages that have code, by path without ending, and the symbols each names."""
    found = {}
    for page in find_pages(ROOT):
        if page.is_notebook:
            trees = [parse_cell(cell.source) for cell in page.code()]
            code = ast.Module([node for tree in trees for node in tree.body], [])
            name = page.path.with_suffix("").as_posix()
            found[name] = frozenset(uses(code, imports(code)))
    return found
