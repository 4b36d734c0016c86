"""The download button offers the notebook that lies beside the page."""

import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


def offer_notebook(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put a page's generated notebook into the site and at the head of the download menu.

    The theme offers a Markdown page as Markdown only, and would copy the notebook that MyST-NB
    executed, whose text cells are full of markup that only MyST understands.
    """
    if "ipynb_source" not in context:  # the theme found no code on the page
        return
    notebook = Path(app.env.doc2path(pagename)).with_suffix(".ipynb")
    if not notebook.is_file():
        logger.warning(
            "no notebook beside the page: run python -m tools.notebooks", location=pagename
        )
        return
    copy = Path(app.outdir, "_sources", f"{pagename}.ipynb")
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(notebook, copy)
    button = {
        "type": "link",
        "url": f"{context['pathto']('_sources', 1)}/{pagename}.ipynb",
        "text": ".ipynb",
        "icon": "fas fa-code",
        "tooltip": "Download notebook",
        "label": "download-notebook-button",
    }
    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            group["buttons"].insert(0, button)


def setup(app: Sphinx) -> None:
    """Run after the theme (priorities 500 and 501) has made its buttons."""
    app.connect("html-page-context", offer_notebook, priority=900)
