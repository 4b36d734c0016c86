"""MathJax and Mermaid: from the site itself where `tools.vendor` has put them, else from a CDN."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

VENDOR = Path(__file__).parents[2] / "_static" / "vendor"
MATHJAX = "mathjax/tex-mml-chtml.js"
MERMAID = "mermaid/mermaid.min.js"
CDN = {
    MATHJAX: "https://cdn.jsdelivr.net/npm/mathjax@3.2.2/es5/tex-mml-chtml.js",
    MERMAID: "https://cdn.jsdelivr.net/npm/mermaid@11.17.2/dist/mermaid.min.js",
}


def script(name: str) -> str:
    """Return where pages load the script `name` from: below `_static`, or a CDN."""
    return f"vendor/{name}" if (VENDOR / name).is_file() else CDN[name]


def choose_mathjax(app: Sphinx, config: Config) -> None:
    """Point Sphinx at the MathJax that there is."""
    config.mathjax_path = script(MATHJAX)


def setup(app: Sphinx) -> None:
    """Connect the choice to the reading of the configuration."""
    app.connect("config-inited", choose_mathjax)
