import pytest

from tools.repository import main, repository_url, setup_cell, site_url, stamped

README = """\
[![tests](https://github.com/old/place/actions/workflows/tests.yml/badge.svg)](https://github.com/old/place/actions)
[Colab](https://colab.research.google.com/github/old/place/blob/main/book/one/page.ipynb)
Read it: https://old.github.io/place/ or https://old.github.io/place.
`git clone https://github.com/old/place.git`, `pip install "x @ git+https://github.com/old/place"`
![picture](https://raw.githubusercontent.com/old/place/main/picture.png)
Not ours: https://github.com/old/place-two and https://github.com/other/place, https://github.com/old.
"""


@pytest.fixture
def moved(checkout):
    checkout.write("README.md", README)
    checkout.write("CITATION.cff", 'repository-code: "https://github.com/old/place"\n')
    checkout.write("pyproject.toml", '[project.urls]\nHomepage = "https://github.com/old/place"\n')
    checkout.change("book/one/page.md", "github.com/us/book", "github.com/old/place")
    return checkout


def test_the_url_comes_from_the_configuration(checkout):
    assert repository_url(checkout.root) == "https://github.com/us/book"


@pytest.mark.parametrize(
    "url", ["https://gitlab.com/us/book", "https://github.com/us", "github.com/us/book"]
)
def test_an_address_that_colab_cannot_open_is_refused(checkout, url):
    checkout.write("_config.yml", f"repository:\n  url: {url}\n")
    with pytest.raises(ValueError, match=r"repository\.url must be"):
        repository_url(checkout.root)


def test_the_site_is_named_after_the_repository():
    assert site_url("https://github.com/Us/Book") == "https://us.github.io/Book"


def test_the_set_up_cell_names_the_repository():
    assert 'git+https://github.com/us/book"' in setup_cell("https://github.com/us/book")


def test_nothing_is_stamped_where_all_agree(checkout, capsys):
    assert stamped(checkout.root) == {}
    assert main(["--check"], checkout.root) == 0
    assert capsys.readouterr().out == ""


def test_every_copy_of_a_former_address_is_replaced_and_no_other(moved):
    assert main([], moved.root) == 0
    ours = README.replace("github.com/old/place-two", "KEEP").replace("github.com/old.", "KEEP2")
    ours = ours.replace("old/place", "us/book").replace("old.github.io/place", "us.github.io/book")
    ours = ours.replace("KEEP2", "github.com/old.").replace("KEEP", "github.com/old/place-two")
    assert (moved.root / "README.md").read_text() == ours
    for name in ("CITATION.cff", "pyproject.toml", "book/one/page.md"):
        text = (moved.root / name).read_text()
        assert "https://github.com/us/book" in text
        assert "old/place" not in text
    assert stamped(moved.root) == {}


def test_a_dot_in_a_former_name_stands_for_itself(checkout):
    checkout.write("CITATION.cff", 'repository-code: "https://github.com/old/my.book"\n')
    others = "https://github.com/old/my-book and https://old.github.io/my-book\n"
    checkout.write("README.md", f"{others}https://old.github.io/my.book\n")
    main([], checkout.root)
    assert (checkout.root / "README.md").read_text() == f"{others}https://us.github.io/book\n"


def test_the_check_names_the_files_and_changes_none(moved, capsys):
    assert main(["--check"], moved.root) == 1
    named = [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert sorted(named) == ["CITATION.cff", "README.md", "book/one/page.md", "pyproject.toml"]
    assert (moved.root / "README.md").read_text() == README
