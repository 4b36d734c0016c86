"""The Sphinx extension of the book: corrections, topic map, API reference, diagrams, buttons."""

import hashlib
from pathlib import Path

from sphinx.application import Sphinx

from . import api, assets, buttons, errata, mermaid, topics


def setup(app: Sphinx) -> dict[str, bool]:
    """Register every part of the extension."""
    for part in (assets, mermaid, errata, topics, api, buttons):
        part.setup(app)
    # As a part of the configuration, so that pages are read anew when the extension changes.
    sources = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
    app.add_config_value("booksite_digest", hashlib.sha256(sources).hexdigest(), "env", {str})
    return {"parallel_read_safe": True, "parallel_write_safe": True}
