"""The Sphinx extension of the book: corrections, topic map, API reference, diagrams, buttons."""

from __future__ import annotations

from sphinx.application import Sphinx

from . import api, assets, buttons, errata, mermaid, topics


def setup(app: Sphinx) -> dict[str, bool]:
    """Register every part of the extension."""
    for part in (assets, mermaid, errata, topics, api, buttons):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
