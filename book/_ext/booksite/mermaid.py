"""The `mermaid` directive: a diagram drawn in the browser, in the colours of the page.

The script is a classic one, not an ES module: diagrams also appear on pages opened as files.
"""

import re
from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from tools.vendor import MERMAID

from . import assets


class Diagram(nodes.General, nodes.Element, addnodes.translatable):  # type: ignore[misc]
    """A diagram; its source is offered to translators as one message."""

    def preserve_original_messages(self) -> None:
        """Keep the source that the translation is found by."""
        self.setdefault("original", self["code"])

    def extract_original_messages(self) -> Sequence[str]:
        """Give the diagram's source."""
        return [self["original"]] if "original" in self else [self["code"]]

    def apply_translated_message(self, original_message: str, translated_message: str) -> None:
        """Replace the source by its translation."""
        self["code"] = translated_message


class Mermaid(SphinxDirective):
    """A Mermaid diagram, as a fence or directive; its line `accTitle:` is the alternative text."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the diagram."""
        code = "\n".join(self.content)
        title = re.search(r"^\s*accTitle:\s*(.+)$", code, re.MULTILINE)
        if title is None:
            raise self.error("a Mermaid diagram needs alternative text: add a line 'accTitle: ...'")
        node = Diagram(code=code)
        self.set_source_info(node)
        return [node]


def visit_html(translator: HTML5Translator, node: Diagram) -> None:
    """Write the source for the script to draw."""
    translator.body.append(f'<pre class="mermaid">\n{translator.encode(node["code"])}\n</pre>\n')
    raise nodes.SkipNode


def add_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Load Mermaid on pages that have a diagram, and on no other."""
    if doctree is not None and doctree.next_node(Diagram) is not None:
        app.add_js_file(assets.script(MERMAID), priority=500, defer="defer")
        app.add_js_file("mermaid-draw.js", priority=501, defer="defer")


def setup(app: Sphinx) -> None:
    """Register the directive, its node and its scripts."""
    app.add_node(Diagram, html=(visit_html, None))
    app.add_directive("mermaid", Mermaid)
    app.connect("html-page-context", add_scripts)
