"""Each rule is silent on a good book, and names the place when it is broken."""

import json

import nbformat
import pytest

from tools import cell_rules, checks, execute, file_rules, notebooks, output_rules
from tools.imports import Package

PAGE = "book/one/page.md"
NOTEBOOK = "book/one/page.ipynb"


@pytest.fixture
def good(checkout):
    assert notebooks.main([], checkout.root) == 0
    return checkout


def found(rule, checkout) -> list[str]:
    return [str(violation) for violation in rule(checkout.book)]


@pytest.mark.parametrize("rule", checks.PAGE_RULES, ids=lambda rule: rule.__name__)
def test_the_rule_is_silent_on_a_good_book(good, rule):
    assert found(rule, good) == []


BROKEN = [
    (file_rules.notebooks_are_in_step, PAGE, "# 1.1 A", "# 1.2 A", f"{NOTEBOOK}: differs from"),
    (
        file_rules.contents_are_complete,
        "_toc.yml",
        "one/page",
        "gone",
        "_toc.yml: lists book/gone, which",
    ),
    (
        file_rules.contents_are_complete,
        "_toc.yml",
        "- file: book/one/page",
        "",
        "does not list book/one/page",
    ),
    (
        file_rules.contents_are_complete,
        "_toc.yml",
        "one/page",
        "index",
        "_toc.yml: lists book/index twice",
    ),
    (
        file_rules.repository_is_named_alike,
        PAGE,
        "github.com/us/",
        "github.com/me/",
        f"{PAGE}: names another",
    ),
    (
        file_rules.pictures_in_text_have_alt,
        PAGE,
        "a dog",
        "",
        f"{PAGE}:1: shows an image without alt",
    ),
    (
        file_rules.pictures_in_text_have_alt,
        PAGE,
        "![a dog](dog.png)",
        '<img src="dog.png">',
        f"{PAGE}:1: ",
    ),
    (
        file_rules.pictures_in_text_have_alt,
        PAGE,
        "![a dog](dog.png)",
        ":::{note}\n```{figure} dog.png\n:name: dog\n```\n:::",
        f"{PAGE}:1: ",
    ),
    (
        cell_rules.setup_cell_comes_first,
        PAGE,
        "[setup, ",
        "[set-up, ",
        f"{PAGE}: must have one cell tagged setup",
    ),
    (
        cell_rules.setup_cell_comes_first,
        PAGE,
        "[parameters]",
        "[parameters, setup]",
        "one cell tagged setup",
    ),
    (
        cell_rules.setup_cell_comes_first,
        PAGE,
        "!pip install -q",
        "!pip install",
        f"{PAGE}:2: must be tagged",
    ),
    (
        cell_rules.setup_cell_comes_first,
        PAGE,
        "setup, hide-input",
        "setup",
        f"{PAGE}:2: must be tagged",
    ),
    (
        cell_rules.parameters_are_declared,
        PAGE,
        "[parameters]",
        "[]",
        "one cell tagged parameters, has 0",
    ),
    (
        cell_rules.parameters_are_declared,
        PAGE,
        "[check]",
        "[parameters]",
        "one cell tagged parameters, has 2",
    ),
    (
        cell_rules.parameters_are_declared,
        PAGE,
        "epochs: int = 3",
        "epochs = 3",
        f"{PAGE}:3: 'epochs = 3' is no",
    ),
    (
        cell_rules.parameters_are_declared,
        PAGE,
        "  # passes over the data",
        "",
        f"{PAGE}:3: the parameter",
    ),
    (
        cell_rules.parameters_are_declared,
        PAGE,
        'mode: str = "fast"',
        "mode: str = f()",
        f"{PAGE}:3: the parameter",
    ),
    (cell_rules.claims_are_checked, PAGE, "[check]", "[]", f"{PAGE}: has no cell tagged check"),
    (
        cell_rules.claims_are_checked,
        PAGE,
        "assert middle",
        "middle",
        f"{PAGE}:5: is tagged check and",
    ),
    (
        cell_rules.exercises_have_solutions,
        PAGE,
        "[exercise]",
        "[]",
        "two or three exercises, has 0",
    ),
    (
        cell_rules.exercises_have_solutions,
        PAGE,
        "[solution, hide-input]",
        "[]",
        "a solution for each",
    ),
    (
        cell_rules.exercises_have_solutions,
        PAGE,
        "answer = None  #",
        "result = None  #",
        f"{PAGE}:7: must give",
    ),
    (
        cell_rules.exercises_have_solutions,
        PAGE,
        "check(answer, solution)",
        "check()",
        f"{PAGE}:8: must call",
    ),
    (
        cell_rules.exercises_have_solutions,
        PAGE,
        "[solution, hide-input]",
        "[solution]",
        f"{PAGE}:8: must be folded",
    ),
    (
        cell_rules.lines_fit_the_page,
        PAGE,
        "print(middle)",
        "print('" + 80 * "x" + "')",
        f"{PAGE}:4: has a line of 89 characters",
    ),
    (
        cell_rules.definitions_are_short,
        PAGE,
        "print(middle)",
        "def long():\n" + "    x = 1\n" * 15,
        f"{PAGE}:4: long has 16 lines",
    ),
    (
        cell_rules.definitions_are_short,
        PAGE,
        "print(middle)",
        "class Long:\n    def f(self):\n" + "        x = 1\n" * 14,
        f"{PAGE}:4: Long has 16 lines",
    ),
    (
        cell_rules.package_is_not_redefined,
        PAGE,
        "print(middle)",
        "def total(x): ...",
        f"{PAGE}:4: redefines total",
    ),
    (
        cell_rules.package_is_not_redefined,
        PAGE,
        "print(middle)",
        "class Other: ...",
        f"{PAGE}:4: redefines Other",
    ),
    (
        cell_rules.package_is_not_redefined,
        PAGE,
        "print(middle)",
        "total = lambda x: 1",
        f"{PAGE}:4: redefines total",
    ),
    (
        cell_rules.package_is_not_redefined,
        PAGE,
        "assert middle",
        "mean = middle\nassert mean",
        f"{PAGE}:5: redefines mean",
    ),
]


@pytest.mark.parametrize(
    ("rule", "path", "old", "new", "sentence"),
    BROKEN,
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_rule_fires_when_broken(good, rule, path, old, new, sentence):
    good.change(path, old, new)
    assert any(sentence in violation for violation in found(rule, good))


def test_a_plain_variable_may_share_a_name_with_the_package(good):
    good.change(PAGE, "print(middle)", "total = 3")
    assert found(cell_rules.package_is_not_redefined, good) == []


def test_a_function_of_15_lines_is_allowed(good):
    good.change(PAGE, "print(middle)", "def f():\n" + "    x = 1\n" * 14)
    assert found(cell_rules.definitions_are_short, good) == []


def test_an_image_in_code_needs_no_alt(good):
    good.change(PAGE, "![a dog](dog.png)", "`![](x.png)`\n\n```md\n![](x.png)\n```")
    assert found(file_rules.pictures_in_text_have_alt, good) == []


def test_committed_outputs_are_found(good):
    notebook = json.loads((good.root / NOTEBOOK).read_text())
    notebook["cells"][3] |= {
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "2"}],
        "execution_count": 1,
    }
    good.write(NOTEBOOK, json.dumps(notebook))
    (violation,) = found(file_rules.notebooks_hold_no_outputs, good)
    assert violation.startswith(f"{NOTEBOOK}:4: holds outputs")


@pytest.mark.parametrize(
    ("path", "text", "sentence"),
    [
        ("book/one/page.long.yaml", "epochs: 30\nmode: slow\n", ""),
        ("book/one/page.long.yaml", "epoch: 30\n", "sets epoch, which is no parameter"),
        ("book/one/page.long.yaml", "epochs: many\n", "epochs must be int, got 'many'"),
        ("book/one/gone.long.yaml", "epochs: 30\n", "belongs to no notebook page"),
        ("book/_static/x.yaml", "a: 1\n", ""),
    ],
)
def test_parameter_files_are_held_against_the_page(good, path, text, sentence):
    good.write(path, text)
    violations = found(file_rules.parameter_files_fit, good)
    assert [sentence in violation for violation in violations] == [True] * bool(sentence)


# What the executed notebooks show


def figure(body: str = "<text>a</text>", alt: str = "A line") -> str:
    svg = f'<svg role="img" aria-label="{alt}" viewBox="0 0 9 9" fill="currentColor">{body}</svg>'
    return f'<figure class="companion-figure">{svg}</figure>'


@pytest.fixture
def show(good):
    """Keep an executed notebook whose fourth cell has the output given, and apply a rule."""

    def apply(rule, **output) -> list[str]:
        (page,) = good.book.notebooks
        notebook = notebooks.notebook(page, good.book)
        notebook.metadata["companion"] = {
            "key": execute.key(page, Package(good.root)),
            "seconds": 61,
        }
        notebook.cells[3].outputs = [nbformat.v4.new_output(**output)]
        good.write("_build/executed/one/page.ipynb", nbformat.writes(notebook))
        shown = output_rules.outputs(output_rules.executed(good.book))
        assert len(shown) == 1
        return [str(violation) for violation in rule(shown)]

    return apply


def html(text: str) -> dict[str, object]:
    return {"output_type": "display_data", "data": {"text/html": text, "text/plain": "x"}}


@pytest.mark.parametrize("rule", checks.OUTPUT_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize(
    "output",
    [
        html(figure()),
        html("<table></table>"),
        {"output_type": "stream", "name": "stdout", "text": "a"},
    ],
)
def test_the_rule_is_silent_on_good_outputs(show, rule, output):
    assert show(rule, **output) == []


@pytest.mark.parametrize(
    ("rule", "output", "sentence"),
    [
        (
            output_rules.nothing_is_warned_of,
            {"output_type": "stream", "name": "stderr", "text": "Warning: x\ny"},
            "writes to standard error: Warning: x",
        ),
        (
            output_rules.nothing_is_warned_of,
            {"output_type": "stream", "name": "stderr", "text": " \n"},
            "writes to standard error: white space",
        ),
        (
            output_rules.figures_come_from_display,
            {"output_type": "display_data", "data": {"image/png": "AAAA"}},
            "shows a image/png that does not come from companion.display",
        ),
        (
            output_rules.figures_come_from_display,
            {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}},
            "shows a image/svg+xml that",
        ),
        (output_rules.figures_come_from_display, html('<img alt="a">'), "shows a picture that"),
        (output_rules.figures_have_alt, html(figure(alt=" ")), "shows a figure without alt text"),
        (output_rules.figures_have_alt, html("<img>"), "shows a figure without alt text"),
        (
            output_rules.figures_are_readable_in_the_dark,
            html(figure('<text fill="#222">a</text>')),
            "is hard to read in light or dark mode: text or markers in #222",
        ),
    ],
)
def test_the_rule_fires_on_bad_outputs(show, rule, output, sentence):
    (violation,) = show(rule, **output)
    assert violation.startswith(f"{PAGE}:4: {sentence}")


def test_outputs_of_an_outdated_execution_are_not_looked_at(good, show):
    show(output_rules.figures_have_alt, **html("<img>"))
    good.change(PAGE, "print(middle)", "print(middle + 0)")
    assert output_rules.executed(good.book) == []


def test_the_command_line_is_silent_on_a_good_book(good, capsys):
    capsys.readouterr()
    assert checks.main([], good.root) == 0
    assert capsys.readouterr().out == "2 pages, 0 of 1 notebooks executed, 0 violations\n"


def test_the_command_line_names_violations_and_slow_pages(good, show, capsys):
    show(output_rules.figures_have_alt, **html("<img>"))
    good.write("_toc.yml", "root: book/index\n")
    capsys.readouterr()
    assert checks.main([], good.root) == 1
    out = capsys.readouterr().out
    assert "_toc.yml: does not list book/one/page\n" in out
    assert f"{PAGE}:4: shows a figure without alt text\n" in out
    assert f"note: {PAGE} took 61 s; the budget is 60 s\n" in out
    assert out.endswith("2 pages, 1 of 1 notebooks executed, 3 violations\n")
