"""Which files of `companion` some code depends on, found in the syntax trees without importing."""

import ast
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

PACKAGE = "companion"
DOTTED = re.compile(rf"\b{PACKAGE}(?:\.\w+)+")


def parse_cell(source: str) -> ast.Module:
    """Return the syntax tree of a cell, in which lines such as ``!pip …`` are allowed."""
    return ast.parse(TransformerManager().transform_cell(source))


class Package:
    """The package under a folder, as its syntax trees show it; each file is read once.

    Parameters
    ----------
    root
        The folder that holds the package's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._direct: dict[str, set[str]] = {}

    def reached(self, cells: list[str]) -> list[Path]:
        """Return the files that cells import, directly or through others, ordered.

        Imports count wherever they stand, also inside functions; so do attributes of an imported
        package (``companion.metrics`` after ``import companion``) and a module's dotted name in a
        string. Files in other languages count with the packages in whose folders they lie.
        """
        todo = {name for cell in cells for name in self._named(parse_cell(cell), "")}
        modules: set[str] = set()
        while todo:
            name = todo.pop()
            modules.add(name)
            todo |= self._dependencies(name) - modules
        sources = {self._file(name) for name in modules}
        folders = {source.parent for source in sources if source.name == "__init__.py"}
        return sorted(sources | {file for folder in folders for file in _data(folder)})

    def _dependencies(self, name: str) -> set[str]:
        """Return the modules that a module names."""
        if name not in self._direct:
            source = self._file(name)
            tree = ast.parse(source.read_text("utf-8"))
            self._direct[name] = set(self._named(tree, package_of(name, source)))
        return self._direct[name]

    def _named(self, tree: ast.Module, package: str) -> Iterator[str]:
        """Yield the modules that a tree names, each after the packages it lies in."""
        nodes = list(ast.walk(tree))
        bound: dict[str, str] = {}  # local name -> dotted path
        for node in nodes:
            for dotted, local in bindings(node, package):
                bound[local] = dotted
                yield from self._modules(dotted)
        docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Attribute):
                yield from self._modules(_dotted(node, bound))
            elif isinstance(node, ast.Constant) and id(node) not in docstrings:
                for name in DOTTED.findall(str(node.value)):
                    yield from self._modules(f"{name}.__main__")  # python -m runs a package's

    def _modules(self, dotted: str) -> Iterator[str]:
        """Yield the modules on a dotted path, from the package down; none if it is another's."""
        parts = dotted.split(".")
        names = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
        if parts[0] == PACKAGE:
            yield from takewhile(lambda name: self._file(name).exists(), names)

    def _file(self, name: str) -> Path:
        """Return where a module lies, or would lie."""
        path = self.root.joinpath(*name.split("."))
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def package_of(module: str, source: Path) -> str:
    """Return the package that a module's relative imports start from, itself if it is one."""
    return module if source.name == "__init__.py" else module.rpartition(".")[0]


def _data(folder: Path) -> Iterator[Path]:
    """Yield the files of a package that are not Python, but for those of its subpackages."""
    for path in folder.iterdir():
        if path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").exists():
            yield from _data(path)
        elif path.is_file() and path.suffix not in {".py", ".pyc"}:
            yield path


def bindings(node: ast.AST, package: str) -> Iterator[tuple[str, str]]:
    """Yield what an import statement in `package` names, and the local name that it binds or ""."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            # `import a.b` binds a; the rest of the path is found where it is used, and here.
            yield alias.name, alias.asname or ""
            if not alias.asname:
                first = alias.name.partition(".")[0]
                yield first, first
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, *filter(None, [node.module])])
        for alias in node.names:
            yield f"{base}.{alias.name}", alias.asname or alias.name


def _dotted(node: ast.Attribute, bound: dict[str, str]) -> str:
    """Return the dotted path of ``a.b.c`` if `a` was imported."""
    path = [node.attr]
    value = node.value
    while isinstance(value, ast.Attribute):
        path.append(value.attr)
        value = value.value
    if isinstance(value, ast.Name) and value.id in bound:
        return ".".join([bound[value.id], *reversed(path)])
    return ""


def strings(cells: list[str]) -> set[str]:
    """Return the string constants in the code of cells."""
    nodes = (node for cell in cells for node in ast.walk(parse_cell(cell)))
    constants = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}
