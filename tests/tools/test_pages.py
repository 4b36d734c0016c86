from pathlib import Path

import pytest

from tools.pages import find, read, select


def test_pages_in_hidden_folders_are_no_pages(checkout):
    checkout.write("book/_templates/x.md", "# X\n")
    checkout.write("book/.ipynb_checkpoints/y.md", "# Y\n")
    assert [page.name for page in find(checkout.root)] == ["index", "one/page"]


def test_a_page_is_read_with_its_cells_tags_and_places(checkout):
    page = read(Path("book/one/page.md"), checkout.root)
    assert page.is_notebook
    assert [cell.kind for cell in page.cells][:3] == ["markdown", "code", "code"]
    (cell,) = page.code("parameters")
    assert cell.number == 3
    assert cell.source.startswith("epochs: int = 3")
    assert page.notebook == checkout.root / "book/one/page.ipynb"
    assert page.executed == checkout.root / "_build/executed/one/page.ipynb"


def test_a_page_that_only_shows_a_code_cell_is_no_notebook(checkout):
    checkout.write("book/how.md", "# How\n\n````md\n```{code-cell}\nx = 1\n```\n````\n")
    assert not read(Path("book/how.md"), checkout.root).is_notebook


def test_code_without_a_kernel_is_refused(checkout):
    checkout.write("book/bare.md", "# Bare\n\n```{code-cell} ipython3\nx = 1\n```\n")
    with pytest.raises(ValueError, match=r"book/bare\.md has code cells.*kernelspec"):
        _ = read(Path("book/bare.md"), checkout.root).kernelspec


@pytest.mark.parametrize("name", ["book/one/page", "book/one/page.md", "book/one/page.ipynb"])
def test_pages_are_selected_by_path_with_any_ending(checkout, name):
    assert [page.name for page in select(find(checkout.root), [name])] == ["one/page"]


def test_all_notebooks_are_selected_if_none_is_named(checkout):
    assert [page.name for page in select(find(checkout.root), [])] == ["one/page"]


def test_an_unknown_page_is_refused(checkout):
    with pytest.raises(ValueError, match="no notebook page of the book: book/index"):
        select(find(checkout.root), ["book/index.md"])
