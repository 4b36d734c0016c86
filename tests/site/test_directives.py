"""The extension's directives in a small book: what they write, and what they refuse."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONF = f"""\
import sys
from pathlib import Path

sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "book" / "_ext")!r}]

from booksite import errata

read = errata.load
errata.load = lambda: read(Path(__file__).with_name("errata.yml"))

extensions = ["myst_parser", "sphinxcontrib.bibtex", "booksite"]
bibtex_bibfiles = ["references.bib"]
myst_enable_extensions = ["colon_fence", "attrs_block"]
myst_fence_as_directive = ["mermaid"]
html_theme = "sphinx_book_theme"
html_theme_options = {{
    "repository_url": "https://github.com/us/book",
    "repository_branch": "main",
}}
"""
ERRATA = """\
- id: E01
  section: "1.1"
  severity: A
  quote: "二加二等于五"
  said: "Two and two are five."
  right: "They are `4`."
  sources: [peano1889]
  test: tests/test_sum.py::test_E01_two_and_two_are_four
  page: sums
"""
REFERENCES = """\
@book{peano1889,
  author = {Peano, Giuseppe}, title = {Arithmetices principia}, year = {1889},
  publisher = {Bocca}
}
"""
INDEX = """\
# Errata

```{errata-list}
```

```{bibliography}
```

```{toctree}
book/sums
```
"""
DIAGRAM = "```mermaid\nflowchart LR\n  accTitle: A sum\n  A[2 < 3] --> B\n```\n"


def build(folder, text):
    """Build a book whose page `sums` holds the text given; return exit code, log and pages."""
    source, out = folder / "source", folder / "html"
    (source / "book").mkdir(parents=True)
    for name, content in (
        ("conf.py", CONF),
        ("errata.yml", ERRATA),
        ("references.bib", REFERENCES),
        ("index.md", INDEX),
        ("book/sums.md", f"# Sums\n\n{text}\n"),
    ):
        (source / name).write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", source, out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    pages = ("index.html", "book/sums.html")
    return done.returncode, done.stderr, *((out / page).read_text("utf-8") for page in pages)


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    return build(tmp_path_factory.mktemp("right"), f":::{{correction}} E01\n:::\n\n{DIAGRAM}")


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    unnamed = DIAGRAM.replace("  accTitle: A sum\n", "")
    return build(tmp_path_factory.mktemp("wrong"), f":::{{correction}} E99\n:::\n\n{unnamed}")


def test_a_book_without_faults_is_built_without_a_warning(right):
    code, log, *_ = right
    assert (code, log) == (0, "")


def test_a_correction_says_what_is_right_and_leads_to_the_list(right):
    *_, page = right
    assert "Correction E01" in page
    assert "Two and two are five." in page
    assert "They are <code" in page
    assert 'href="../index.html#erratum-e01"' in page


def test_the_list_gives_quote_kind_source_test_and_page(right):
    _, _, index, _ = right
    assert 'id="erratum-e01"' in index
    assert "二加二等于五" in index
    assert "wrong" in index
    assert "Peano" in index
    assert 'href="https://github.com/us/book/blob/main/tests/test_sum.py"' in index
    assert 'href="book/sums.html"' in index


def test_a_diagram_and_its_scripts_stand_only_on_pages_that_have_one(right):
    _, _, index, page = right
    assert "A[2 &lt; 3] --&gt; B" in page
    assert page.index("mermaid.min.js") < page.index("mermaid-draw.js")
    assert "mermaid.min.js" not in index


def test_an_unknown_correction_fails_the_build(wrong):
    code, log, *_ = wrong
    assert code != 0
    assert "no correction 'E99' in errata.yml" in log


def test_a_diagram_without_alternative_text_fails_the_build(wrong):
    code, log, *_ = wrong
    assert code != 0
    assert "needs alternative text" in log
