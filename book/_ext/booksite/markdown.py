"""Directives that write Markdown: the text takes the directive's place on the page."""

from collections.abc import Iterable

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective


def insert(directive: SphinxDirective, lines: Iterable[str]) -> list[nodes.Node]:
    """Parse Markdown with headings into the section that the directive stands in.

    MyST hangs nested sections below the page's own, wherever the directive's other nodes go; so
    all of it is parsed straight into the page, and the directive has nothing left to return.
    """
    text = StringList("\n".join(lines).splitlines(), directive.get_source_info()[0])
    section = directive.state.inliner.parent
    directive.state.nested_parse(text, 0, section, match_titles=True)
    return []
