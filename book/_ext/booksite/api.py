"""The `api` directive: the package's reference, each symbol with the pages that use it."""

import ast
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from tools.pages import ROOT

from . import docstrings, repository, symbols
from .markdown import insert


class Api(SphinxDirective):
    """Every public symbol of a package (the argument), one section a module."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        package = self.arguments[0]
        found = symbols.documented(package)
        for file in [*map(self.env.doc2path, self.users()), *map(symbols.modules().get, found)]:
            self.env.note_dependency(str(file))
        return insert(self, self.markdown(package, found))

    def markdown(self, package: str, found: dict[str, dict[str, symbols.Symbol]]) -> Iterator[str]:
        """Yield the page as Markdown around blocks of reStructuredText."""
        for module, members in found.items():
            if module != package:
                yield f"\n## {module.removeprefix(f'{package}.')}\n"
            yield f"````{{eval-rst}}\n{docstrings.module_text(module)}\n````"
            for path, symbol in members.items():
                text = docstrings.describe(path, symbol, self.used_on(symbol))
                yield f"````{{eval-rst}}\n{text}\n````"

    def users(self) -> dict[str, frozenset[symbols.Symbol]]:
        """Return the book's pages that have code and the symbols that each names."""
        return {n: s for n, s in symbols.notebooks().items() if n in self.env.found_docs}

    def used_on(self, symbol: symbols.Symbol) -> list[str]:
        """Return a paragraph with links to the pages whose code uses the symbol, if any does."""
        links = [f":doc:`/{name}`" for name, used in self.users().items() if symbol in used]
        return [f".. rst-class:: used-on\n\n   Used on: {', '.join(links)}"] if links else []


class ApiIndex(SphinxDirective):
    """A table of the packages (the content, one a line) with the first sentence of each."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = ["| Package | What it is for |", "| --- | --- |"]
        for package in self.content:
            self.env.note_dependency(str(symbols.modules()[package]))
            summary = (ast.get_docstring(symbols.tree(package)) or "").split("\n\n")[0]
            page = package.rpartition(".")[2]
            rows.append(f"| [`{package}`]({page}.md) | {' '.join(summary.split())} |")
        return self.parse_text_to_nodes("\n".join(rows).replace("``", "`"))


def configure(app: Sphinx, config: Config) -> None:
    """Set how descriptions are read and written, and where [source] leads."""
    config.default_role = "py:obj"
    config.add_module_names = False
    config.python_use_unqualified_type_names = True
    config.python_maximum_signature_line_length = 80
    # Types in docstrings are words and other packages' names; only our own must resolve.
    config.nitpick_ignore_regex = [("py:.*", r"(?!companion\b).*")]

    def source(domain: str, info: dict[str, str]) -> str | None:
        symbol = symbols.find(f"{info['module']}.{info['fullname']}")
        if symbol is None:
            return None
        file = symbols.modules()[symbol.module].relative_to(ROOT).as_posix()
        member = info["fullname"].partition(".")[2]
        return repository.file_url(config, file, symbols.lines(symbol, member))

    config.linkcode_resolve = source


def setup(app: Sphinx) -> None:
    """Register the directives and what they stand on."""
    app.setup_extension("sphinx.ext.linkcode")
    app.add_directive("api", Api)
    app.add_directive("api-index", ApiIndex)
    app.connect("config-inited", configure)
