"""Rules of the whole package: what loads what, what knows what, what is written down."""

import ast
import json
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TREES = {
    ".".join(("companion", *path.relative_to(ROOT / "companion").with_suffix("").parts))
    .removesuffix(".__init__"): (path, ast.parse(path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "companion").rglob("*.py"))
}  # fmt: skip
NUMPY_ALONE = (
    "companion",
    "companion.data_quality",
    "companion.embeddings",
    "companion.linear_models",
    "companion.metrics",
    "companion.model_selection",
    "companion.nn",
    *(f"companion.preprocessing.{kind}" for kind in ("audio", "collecting", "images", "text")),
    "companion.preprocessing.tabular",
    "companion.training",  # in it GAN; the rest loads Keras when it is asked for
)
SHORT = 10  # lines of a function that needs no sections in its docstring
# Standing lower in the package, these know nothing of what stands above.
LOWER = (
    "nn",
    "linear_models",
    "metrics",
    "datasets",
    "preprocessing",
    "data_quality",
    "embeddings",
    "model_selection",
    "display",
    "doctor",
    "exercises",
)
UPPER = ("models", "training", "applications", "trust", "scaling", "workflow")


def imports(name: str) -> set[str]:
    """Dotted paths that a module imports, at its top or inside functions."""
    path, tree = TREES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            source = ".".join(filter(None, (base, node.module)))
            names = {f"{source}.{alias.name}" for alias in node.names}
            # A module imported from its package is the module, any other name is its package.
            found |= {each if each in TREES else source for each in names}
    return found


def part(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


@pytest.mark.parametrize("name", [name for name in NUMPY_ALONE if name in TREES])
def test_importing_loads_nothing_beyond_numpy(name):
    program = f"import sys, json, {name}; print(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    bare = subprocess.run(
        [sys.executable, "-I", "-c", "import sys, json; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {m.partition(".")[0] for m in json.loads(result.stdout)}
    loaded -= {m.partition(".")[0] for m in json.loads(bare.stdout)}  # .pth files of the venv
    third_party = {m for m in loaded if m not in sys.stdlib_module_names and m[0] != "_"}
    assert third_party <= {"companion", "numpy", "cython_runtime"}  # the last is numpy.random


def test_doctor_needs_the_standard_library_alone():
    for name in TREES:
        if part(name) == "doctor":
            tops = {each.partition(".")[0] for each in imports(name)}
            assert tops <= sys.stdlib_module_names | {"companion"}, name


@pytest.mark.parametrize("name", TREES)
def test_the_package_reads_from_the_bottom_up(name):
    known = {part(each) for each in imports(name) if each.startswith("companion.")}
    if part(name) in LOWER:
        assert not known & set(UPPER)
    if part(name) in set(LOWER) - {"display"}:
        assert "display" not in known
    if part(name) == "models":
        assert "applications" not in known


@pytest.mark.parametrize("name", TREES)
def test_the_package_knows_neither_tools_nor_book(name):
    tops = {each.partition(".")[0] for each in imports(name)}
    assert not tops & {"tools", "book", "booksite", "benchmarks", "tests"}


def test_no_imports_go_in_circles():
    graph = {name: {each for each in imports(name) if each in TREES} - {name} for name in TREES}
    TopologicalSorter(graph).prepare()  # raises CycleError


def public_functions():
    for name, (_, tree) in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
                yield from (
                    pytest.param(each, id=f"{name}.{node.name}.{each.name}")
                    for each in methods
                    if not each.name.startswith("_")
                )
            elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield pytest.param(node, id=f"{name}.{node.name}")


FUNCTIONS = list(public_functions())


def parameters(function: ast.FunctionDef) -> list[ast.arg]:
    given = function.args
    listed = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return [each for each in listed if each and each.arg not in ("self", "cls")]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_public_functions_are_annotated(function):
    assert function.returns is not None
    assert [each.arg for each in parameters(function) if each.annotation is None] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_public_functions_and_methods_say_what_they_do(function):
    assert (ast.get_docstring(function) or "").partition("\n")[0].endswith(".")


# A method may fulfil a contract that is written down where it comes from.
@pytest.mark.parametrize(
    "function", [each for each in FUNCTIONS if each.id.split(".")[-2].islower()]
)
def test_public_functions_say_what_they_take_give_and_raise(function):
    text = ast.get_docstring(function) or ""
    if function.end_lineno - function.body[1].lineno < SHORT and "\n---" not in text:
        return  # its docstring says it in a sentence, such as that of tanh
    if parameters(function):
        section = text.partition("Parameters\n----------\n")[2]
        assert [each.arg for each in parameters(function) if each.arg not in section] == []
    if ast.unparse(function.returns) not in ("None", "NoReturn"):
        assert "Returns\n-------\n" in text or "Yields\n------\n" in text
    if any(isinstance(node, ast.Raise) and node.exc for node in ast.walk(function)):
        assert "Raises\n------\n" in text


@pytest.mark.parametrize("name", TREES)
def test_every_module_says_what_it_is(name):
    assert ast.get_docstring(TREES[name][1])
