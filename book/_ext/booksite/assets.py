"""MathJax and Mermaid: from the site itself where `tools.vendor` has put them, else from a CDN."""

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


def make_static_folder(app: Sphinx) -> None:
    """Make the folder that the theme copies the logo into, even after a build that failed early.

    Without it the theme leaves the logo as a *file* named `_static`, and the next build fails.
    """
    Path(app.outdir, "_static").mkdir(parents=True, exist_ok=True)


def leave_out_thebe(app: Sphinx) -> None:
    """Keep Thebe, which Jupyter Book always loads and this book never starts, off the pages."""
    for listener in [each for event in app.events.listeners.values() for each in event]:
        if listener.handler.__module__ == "sphinx_thebe":
            app.disconnect(listener.id)


def setup(app: Sphinx) -> None:
    """Connect to the reading of the configuration and the start of the build."""
    app.connect("builder-inited", leave_out_thebe)
    app.connect("config-inited", choose_mathjax)
    app.connect("builder-inited", make_static_folder)
