"""A pytest plugin for `tools.execute`: keep each notebook as soon as nbmake has executed it."""

from pathlib import Path

import nbformat
import pytest

from tools import files


class Keeper:
    """Stores what the workers report, in the controlling process."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Store a notebook that ran to its end; one that failed is never kept."""
        if report.when != "call":
            return
        name = report.nodeid.partition("::")[0]
        if report.passed:
            root = self.config.rootpath.parents[1]  # the work copy is .run/book
            keep(self.config.rootpath / name, root / "_build" / "executed" / name, report.duration)
        outcome = f"{report.duration:6.1f} s" if report.passed else "  FAILED"
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line(f"{outcome}  {name.removesuffix('.ipynb')}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Print no dots: each notebook has a line."""
        return (report.outcome, "", "") if report.when == "call" else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, config: pytest.Config) -> None:
        """Keep nbmake from advertising itself in the summary."""
        config.option.nbmake = False


def keep(executed: Path, stored: Path, seconds: float) -> None:
    """Store an executed notebook without the timings, which would hide it from the book's build."""
    notebook = nbformat.read(executed, as_version=4)
    notebook.metadata["companion"]["seconds"] = round(seconds, 1)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    files.write(stored, nbformat.writes(notebook) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    """Work in the controlling process alone."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeper(config))
