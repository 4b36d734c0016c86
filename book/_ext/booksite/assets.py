"""MathJax and Mermaid: from the site itself where `tools.vendor` has put them, else from a CDN."""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from tools.vendor import FOLDER, MATHJAX, Package


def script(package: Package) -> str:
    """Return where pages load a package's script from: below `_static`, or a CDN."""
    name = f"{package.name}/{package.members[0]}"
    return f"vendor/{name}" if (FOLDER / name).is_file() else package.cdn


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
