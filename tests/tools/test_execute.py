"""Execution: what is run, kept, reused and handed to the book's build."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import nbformat
import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import RetrievalError
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig

from tools import execute, notebooks
from tools.imports import Package
from tools.keep import keep
from tools.pages import ROOT

PAGE = "book/one/page.md"
CELL = "```{{code-cell}} ipython3\n{}\n```\n"


def only(checkout):
    (page,) = checkout.book.notebooks
    return page


def pretend(checkout, name="one/page", seconds=1.0, text="2\n"):
    """Keep a result as if the page had been executed now."""
    book = checkout.book
    (page,) = (page for page in book.notebooks if page.name == name)
    notebook = notebooks.notebook(page, book)
    notebook.metadata["companion"] = {"key": execute.key(page, Package(book.root))}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
        cell.metadata["execution"] = {"iopub.status.busy": "2026-11-23"}
    code[-1].outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    work = checkout.root / "work.ipynb"
    nbformat.write(notebook, work)
    keep(work, page.executed, seconds)
    return page


def is_current(checkout, name="one/page") -> bool:
    (page,) = (page for page in checkout.book.notebooks if page.name == name)
    return execute.current(page, Package(checkout.root))


# What a result depends on


def test_an_unchanged_page_is_current(checkout):
    assert not is_current(checkout)
    pretend(checkout)
    assert is_current(checkout)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (PAGE, "print(middle)", "print(middle + 1)"),
        (PAGE, "[check]", "[check, hide-input]"),
        (PAGE, "name: python3", "name: python4"),
        ("companion/metrics/averages.py", "total(x)", "total(x) + 0"),  # reached by an __init__
        ("companion/sums.py", "sum(x)", "sum(x) + 0"),  # by a relative import inside a function
        ("companion/exercises.py", "No answer", "No answer at all"),
        ("requirements.lock", "numpy==2", "numpy==3"),
    ],
)
def test_a_change_of_what_is_reached_makes_a_result_stale(checkout, path, old, new):
    pretend(checkout)
    checkout.change(path, old, new)
    assert not is_current(checkout)
    checkout.change(path, new, old)
    assert is_current(checkout)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (PAGE, "# 1.1 A page", "# 1.1 The page"),
        (PAGE, "What is one?", "What is {term}`one`?"),
        ("companion/other.py", "class Other", "class Others"),
        ("_config.yml", "repository", "title: T\nrepository"),
        ("book/index.md", "Welcome", "Hello"),
    ],
)
def test_a_change_of_anything_else_does_not(checkout, path, old, new):
    pretend(checkout)
    checkout.change(path, old, new)
    assert is_current(checkout)


def test_a_file_of_the_book_counts_if_the_code_names_it(checkout):
    checkout.write("book/data.csv", "1\n")
    checkout.write("book/one/other.csv", "1\n")
    checkout.change(PAGE, "print(middle)", "print(open('../data.csv').read(), '/etc/hosts')")
    pretend(checkout)
    checkout.write("book/one/other.csv", "2\n")
    assert is_current(checkout)
    checkout.write("book/data.csv", "2\n")
    assert not is_current(checkout)


def test_the_backend_counts(checkout, monkeypatch):
    pretend(checkout)
    monkeypatch.setenv("KERAS_BACKEND", "other")
    assert not is_current(checkout)


# What the book's build finds


def cached(checkout, path=PAGE) -> str:
    """Return what the last code cell shows in the cache, as the book's build looks it up."""
    text = (checkout.root / path).read_text()
    reader = create_nb_reader(
        path, MdParserConfig(enable_extensions={"colon_fence"}), NbParserConfig(), text
    )
    cache = get_cache(checkout.root / "_build/.jupyter_cache")
    try:
        _, notebook = cache.merge_match_into_notebook(reader.read(text))
    finally:
        cache.db.dispose()
    return notebook.cells[-1].outputs[0].text


def test_the_build_finds_the_result_by_the_markdown_source(checkout):
    pretend(checkout)
    execute.fill_cache(checkout.book)
    assert cached(checkout) == "2\n"


def test_a_newer_result_of_the_same_code_wins(checkout):
    pretend(checkout)
    execute.fill_cache(checkout.book)
    checkout.change("companion/sums.py", "sum(x)", "sum(x) + 0")
    pretend(checkout, text="3\n")
    execute.fill_cache(checkout.book)
    assert cached(checkout) == "3\n"


def test_a_stale_result_is_taken_out_of_the_cache(checkout):
    pretend(checkout)
    execute.fill_cache(checkout.book)
    checkout.change("companion/sums.py", "sum(x)", "sum(x) + 0")
    execute.fill_cache(checkout.book)
    with pytest.raises((KeyError, RetrievalError)):
        cached(checkout)


def test_an_unchanged_cache_is_left_alone(checkout):
    pretend(checkout)
    execute.fill_cache(checkout.book)
    folder = checkout.root / "_build/.jupyter_cache"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    execute.fill_cache(checkout.book)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_sphinx_reads_pages_again_whose_outputs_changed_and_no_others(checkout):
    checkout.notebook("book/other.md", "# Other\n\n" + CELL.format(1))
    pretend(checkout)
    pretend(checkout, "other")
    execute.fill_cache(checkout.book)
    checkout.write("_build/.doctrees/book/one/page.doctree", "")
    checkout.write("_build/.doctrees/book/other.doctree", "")
    pretend(checkout, text="3\n")
    execute.fill_cache(checkout.book)
    left = (checkout.root / "_build/.doctrees").rglob("*.doctree")
    assert [path.name for path in left] == ["other.doctree"]


# The command line


def test_nothing_runs_when_all_is_reused(checkout, capsys, monkeypatch):
    pretend(checkout)
    monkeypatch.setattr(execute, "run", lambda *_: pytest.fail("ran"))
    assert execute.main([], checkout.root) == 0
    assert capsys.readouterr().out == "  reused  one/page\n"
    assert cached(checkout) == "2\n"


def test_the_longest_page_runs_first(checkout, monkeypatch):
    for name, seconds in (("a", 1.0), ("b", 9.0), ("c", 4.0)):
        checkout.notebook(f"book/{name}.md", f"# {name}\n\n" + CELL.format(1))
        pretend(checkout, name, seconds)
    order = []
    monkeypatch.setattr(execute, "run", lambda paths, *_: order.extend(p.stem for p in paths))
    pages = ["book/a", "book/b", "book/c"]
    assert execute.main(["--force", *pages], checkout.root) == 1
    assert order == ["b", "c", "a"]


def test_a_page_that_does_not_exist_is_a_wrong_command_line(checkout, capsys):
    with pytest.raises(SystemExit, match="2"):
        execute.main(["nonsense"], checkout.root)
    assert "error: no notebook page of the book: nonsense" in capsys.readouterr().err


def test_forcing_forgets_the_old_result_even_if_the_run_fails(checkout, monkeypatch):
    page = pretend(checkout)
    monkeypatch.setattr(execute, "run", lambda *_: 1)
    assert execute.main(["--force"], checkout.root) == 1
    assert not page.executed.exists()


def test_a_second_run_in_the_same_checkout_waits(checkout, capsys):
    order = []

    def second():
        with execute.alone(checkout.root):
            order.append("second")

    thread = threading.Thread(target=second)
    with execute.alone(checkout.root):
        thread.start()
        while "waiting for another run" not in capsys.readouterr().out:
            time.sleep(0.01)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


@pytest.fixture(scope="module")
def quiet():
    """The environment of a command line without this run's own pytest settings."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV"))}
    return environment | {"PYTHONPATH": str(ROOT)}


def command(checkout, *arguments):
    code = "import sys; from pathlib import Path; from tools.execute import main, stop_on_sigterm\n"
    code += "stop_on_sigterm(); sys.exit(main(sys.argv[1:], Path.cwd()))"
    return [sys.executable, "-c", code, *arguments]


def test_notebooks_run_once_and_a_failing_one_is_loud_and_never_kept(checkout, quiet):
    """One real run: a page that works, one that fails, one that is up to date."""
    checkout.write("book/one/data.txt", "42")
    code = "import os, sys\nprint(open('one/data.txt').read(), os.environ['MPLBACKEND'][:6])"
    checkout.notebook("book/good.md", "# Good\n\n" + CELL.format(code))
    checkout.notebook("book/bad.md", "# Bad\n\n" + CELL.format("x = 6\nx / 0"))
    pretend(checkout)
    done = subprocess.run(
        command(checkout), cwd=checkout.root, env=quiet, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "  reused  one/page\n" in done.stdout
    assert "s  good\n" in done.stdout
    assert "FAILED  bad\n" in done.stdout
    assert "x / 0" in done.stdout
    assert "ZeroDivisionError" in done.stdout
    assert "nbmake at" not in done.stdout
    assert done.stderr == "failed: book/bad.md\n"

    kept = nbformat.read(checkout.root / "_build/executed/good.ipynb", as_version=4)
    (output,) = kept.cells[-1].outputs
    assert output.text == "42 module\n"
    assert "execution" not in kept.cells[-1].metadata
    assert not (checkout.root / "_build/executed/bad.ipynb").exists()
    assert cached(checkout, "book/good.md") == "42 module\n"
    with pytest.raises(KeyError):
        cached(checkout, "book/bad.md")
    assert is_current(checkout, "good")
    assert not (checkout.root / "book/good.ipynb").exists()  # nothing is written into the book


def test_an_interrupted_run_keeps_what_was_finished(checkout, quiet):
    checkout.notebook("book/a.md", "# A\n\n" + CELL.format("print(1)"))
    checkout.notebook(
        "book/b.md",
        "# B\n\n"
        + CELL.format("import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)"),
    )
    finished, pid = checkout.root / "_build/executed/a.ipynb", checkout.root / ".run/book/pid"
    process = subprocess.Popen(
        command(checkout, "-n", "1", "book/a", "book/b"),
        cwd=checkout.root, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    with process:
        while process.poll() is None and not (
            finished.exists() and pid.exists() and pid.read_text()
        ):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 143
    assert is_current(checkout, "a")
    assert not is_current(checkout, "b")
    json.loads(finished.read_text())
    _wait_for_the_end_of(int(pid.read_text()))


def _wait_for_the_end_of(pid: int) -> None:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the kernel outlived the run")


def test_notebooks_share_the_cores(checkout, monkeypatch):
    threads = []

    def record(*_, env, **__):
        threads.append(env["OPENBLAS_NUM_THREADS"])
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(execute.subprocess, "run", record)
    monkeypatch.setattr(execute.os, "cpu_count", lambda: 8)
    for jobs in (1, 3, 16):
        execute.run([], checkout.root, jobs)
    assert threads == ["8", "2", "1"]
