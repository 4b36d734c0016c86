"""Execute each notebook page once; reuse the result while nothing it depends on has changed.

``python -m tools.execute`` runs the pages that changed, several at a time, and hands all results
to the book's build, which then executes nothing. ``--force`` runs them all.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from filelock import FileLock, Timeout

from tools import files, notebooks
from tools.book import Book
from tools.imports import Package, strings
from tools.pages import ROOT, Page, hidden, select

TIMEOUT = 600  # seconds a cell
QUIET_KERNEL = 'c.IPKernelApp.log_level = "ERROR"  # no word about TCP without encryption\n'


def key(page: Page, package: Package) -> str:
    """Return the digest of all that the outputs of a page depend on.

    That is its code cells with their metadata, the kernel, the files of `companion` that the code
    reaches, files of the book that the code names, the lock file, Python and the platform.
    """
    cells = [cell.source for cell in page.code()]
    paths = [*package.reached(cells), *_named_files(page), page.root / "requirements.lock"]
    parts = {
        "cells": [(cell.source, cell.metadata) for cell in page.code()],
        "kernel": page.kernelspec,
        "files": {path.relative_to(page.root).as_posix(): _digest(path) for path in paths},
        "python": platform.python_version_tuple()[:2],
        "platform": (platform.system(), platform.machine()),
        "backend": os.environ.get("KERAS_BACKEND", ""),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _named_files(page: Page) -> list[Path]:
    """Return the files inside book/ whose paths from the page stand in its code as strings."""
    names = {text for text in strings([cell.source for cell in page.code()]) if len(text) < 200}
    paths = {
        Path(os.path.normpath(page.source.parent / name)) for name in names if "\0" not in name
    }
    return sorted(
        path for path in paths if path.is_relative_to(page.root / "book") and path.is_file()
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def kept(page: Page) -> dict[str, Any]:
    """Return the key and the seconds of the executed notebook that is kept, if there is one."""
    if not page.executed.exists():
        return {}
    return dict(json.loads(page.executed.read_text("utf-8"))["metadata"]["companion"])


def current(page: Page, package: Package) -> bool:
    """Whether the executed notebook that is kept is what the page would give today."""
    return kept(page).get("key") == key(page, package)


def prepare(pages: list[Page], book: Book) -> list[Path]:
    """Make the work copy of the book with the notebooks to execute; return their paths."""
    work = book.root / ".run"
    shutil.rmtree(work / "book", ignore_errors=True)
    for path in (book.root / "book").rglob("*"):
        inside = path.relative_to(book.root)
        if path.is_file() and not hidden(inside) and path.suffix != ".ipynb":
            (work / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, work / inside)
    files.write(work / "pytest.ini", "[pytest]\n")
    files.write(work / "ipython" / "profile_default" / "ipython_kernel_config.py", QUIET_KERNEL)
    package = Package(book.root)
    paths = []
    for page in pages:
        notebook = notebooks.notebook(page, book)
        # The key travels with the notebook, so that result and key are stored as one.
        notebook.metadata["companion"] = {"key": key(page, package)}
        paths.append(work / page.path.with_suffix(".ipynb"))
        files.write(paths[-1], nbformat.writes(notebook) + "\n")
    return paths


def run(paths: list[Path], root: Path, jobs: int) -> int:
    """Execute notebooks by nbmake, `jobs` at a time; return pytest's exit status."""
    work = root / ".run"
    options = f"--nbmake --overwrite --nbmake-timeout={TIMEOUT} -n {jobs} --maxschedchunk=1"
    options += " --quiet --show-capture=no -rN"
    plugins = "-p nbmake.pytest_plugin -p xdist.plugin -p tools.keep -p no:cacheprovider"
    command = [sys.executable, "-m", "pytest", *options.split(), *plugins.split()]
    command += ["-c", str(work / "pytest.ini"), "--rootdir", str(work / "book"), *map(str, paths)]
    path = [str(root), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(path),
        "IPYTHONDIR": str(work / "ipython"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # other plugins only cost time here
        # With more threads than cores OpenBLAS waits for itself: small products take ten times as
        # long.
        "OPENBLAS_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // jobs)),
    }
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode


def fill_cache(book: Book) -> None:
    """Make the jupyter-cache that the book's build reads hold the current results and no other."""
    package = Package(book.root)
    pages = [page for page in book.notebooks if current(page, package)]
    build = book.root / "_build"
    marker = build / ".jupyter_cache" / "contents.json"
    contents = {page.name: _digest(page.executed) for page in pages}
    former = json.loads(marker.read_text("utf-8")) if marker.exists() else {}
    if marker.exists() and contents == former:
        return
    from jupyter_cache import get_cache  # slow to load, and mostly there is nothing to do
    from jupyter_cache.base import CacheBundleIn

    shutil.rmtree(marker.parent, ignore_errors=True)
    cache = get_cache(marker.parent)
    for page in pages:
        notebook = nbformat.read(page.executed, as_version=4)
        data = {"execution_seconds": kept(page)["seconds"]}
        bundle = CacheBundleIn(notebook, str(page.source), data=data)
        cache.cache_notebook_bundle(bundle, check_validity=False)
    cache.db.dispose()  # nothing else closes its connections
    for name, _ in contents.items() ^ former.items():
        # Sphinx sees the source alone: without this it would show the former outputs.
        (build / ".doctrees" / "book" / f"{name}.doctree").unlink(missing_ok=True)
    files.write(marker, json.dumps(contents, indent=1))


def execute(book: Book, pages: list[Page], jobs: int, force: bool = False) -> list[Page]:
    """Execute those of the pages that changed, or all of them; return those that failed."""
    package = Package(book.root)
    stale = [page for page in pages if force or not current(page, package)]
    for page in pages:
        if page not in stale:
            print(f"  reused  {page.name}", flush=True)
    # The longest first, by their last run, so that no core waits at the end.
    stale.sort(key=lambda page: -kept(page).get("seconds", 0))
    if force:
        for page in stale:
            page.executed.unlink(missing_ok=True)
    if stale:
        run(prepare(stale, book), book.root, jobs)
    return [page for page in stale if not current(page, package)]


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Wait until no other process executes notebooks in this checkout."""
    folder = root / ".run"
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("waiting for another run in this checkout", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.execute", description=__doc__)
    parser.add_argument("-n", dest="jobs", type=int, default=2, help="notebooks at a time")
    parser.add_argument("--force", action="store_true", help="execute unchanged pages too")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="only these pages")
    options = parser.parse_args(arguments)
    with alone(root):
        book = Book(root)
        try:
            pages = select(book.pages, options.pages)
        except ValueError as error:
            parser.error(str(error))
        failed = execute(book, pages, options.jobs, options.force)
        fill_cache(book)
    for page in failed:
        print(f"failed: {page.path}", file=sys.stderr)
    return int(bool(failed))


def stop_on_sigterm() -> None:
    """Leave in good order when told to terminate, so that no kernel goes on alone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


if __name__ == "__main__":
    stop_on_sigterm()
    sys.exit(main())
