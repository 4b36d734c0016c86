import json
from pathlib import Path

import nbformat
import pytest

from tools import notebooks
from tools.notebooks import main

NOTEBOOK = "book/one/page.ipynb"


def generate(checkout) -> bytes:
    assert main([], checkout.root) == 0
    return (checkout.root / NOTEBOOK).read_bytes()


def test_a_notebook_has_the_code_and_metadata_of_its_page(checkout):
    generate(checkout)
    made = nbformat.read(checkout.root / NOTEBOOK, as_version=4)
    nbformat.validate(made)
    (page,) = checkout.book.notebooks
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code] == [cell.source for cell in page.code()]
    assert [cell.metadata for cell in code] == [cell.metadata for cell in page.code()]
    assert made.metadata.kernelspec == page.metadata["kernelspec"]
    assert not any(cell.outputs or cell.execution_count for cell in code)


def test_two_runs_are_identical_and_the_second_writes_nothing(checkout, capsys):
    first = generate(checkout)
    assert capsys.readouterr().out == "wrote book/one/page.ipynb\n"
    time = (checkout.root / NOTEBOOK).stat().st_mtime_ns
    assert generate(checkout) == first
    assert capsys.readouterr().out == ""
    assert (checkout.root / NOTEBOOK).stat().st_mtime_ns == time
    (checkout.root / NOTEBOOK).unlink()
    assert generate(checkout) == first


def test_ids_differ_between_cells_and_between_pages(checkout):
    checkout.write("book/two/page.md", (checkout.root / "book/one/page.md").read_text())
    generate(checkout)
    texts = [(checkout.root / path).read_text() for path in (NOTEBOOK, "book/two/page.ipynb")]
    ids = [cell["id"] for text in texts for cell in json.loads(text)["cells"]]
    assert len(set(ids)) == len(ids)


def test_a_page_without_code_has_no_notebook(checkout):
    generate(checkout)
    assert not (checkout.root / "book/index.ipynb").exists()


def test_only_the_pages_named_are_generated(checkout):
    checkout.notebook("book/two.md", "# Two\n\n```{code-cell}\n1\n```\n")
    assert main(["book/two.md"], checkout.root) == 0
    assert not (checkout.root / NOTEBOOK).exists()
    assert (checkout.root / "book/two.ipynb").exists()


def check(checkout, capsys, *pages) -> tuple[int, str]:
    capsys.readouterr()
    return main(["--check", *pages], checkout.root), capsys.readouterr().out


def test_the_check_is_silent_when_all_agree(checkout, capsys):
    generate(checkout)
    assert check(checkout, capsys) == (0, "")


def test_the_check_of_a_page_looks_at_that_page_alone(checkout, capsys):
    generate(checkout)
    checkout.notebook("book/two.md", "# Two\n\n```{code-cell}\n1\n```\n")
    checkout.write("book/draft.ipynb", "{}")
    assert check(checkout, capsys, "book/one/page.md") == (0, "")
    status, out = check(checkout, capsys, "book/two.md")
    assert (status, out.split(":")[0]) == (1, "book/two.ipynb is missing")


def test_a_page_that_does_not_exist_is_a_wrong_command_line(checkout, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["nonsense"], checkout.root)
    assert "error: no notebook page of the book: nonsense" in capsys.readouterr().err


def test_the_check_names_a_missing_notebook_and_writes_nothing(checkout, capsys):
    status, out = check(checkout, capsys)
    assert (status, out.split(":")[0]) == (1, "book/one/page.ipynb is missing")
    assert not (checkout.root / NOTEBOOK).exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# 1.1 A page", "# 1.1 The page"),
        ("epochs: int = 3", "epochs: int = 4"),
        ("[check]", "[test]"),
    ],
)
def test_the_check_names_a_notebook_out_of_step(checkout, capsys, old, new):
    generate(checkout)
    checkout.change("book/one/page.md", old, new)
    status, out = check(checkout, capsys)
    assert (status, out.split(":")[0]) == (1, "book/one/page.ipynb differs from its page")


def test_a_notebook_without_page_is_named_and_kept(checkout, capsys):
    generate(checkout)
    checkout.write("book/draft.ipynb", "{}")
    status, out = check(checkout, capsys)
    assert (status, out.split(":")[0]) == (1, "book/draft.ipynb has no page with code")
    assert main([], checkout.root) == 1
    assert notebooks.orphans(checkout.book) == [checkout.root / Path("book/draft.ipynb")]
