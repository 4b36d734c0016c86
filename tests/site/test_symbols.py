"""What the extension reads from the package's source is what Python finds when it imports it."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest
from booksite import docstrings, symbols

ROOT = Path(__file__).parents[2]
LIGHT = ["companion.metrics", "companion.datasets"]  # import no framework


@pytest.mark.parametrize("package", LIGHT)
def test_public_names_are_those_that_can_be_imported(package):
    module = importlib.import_module(package)
    found = symbols.public(package)
    assert found
    for name, symbol in found.items():
        value = getattr(module, name)
        if inspect.isroutine(value) or inspect.isclass(value):
            assert (value.__module__, value.__qualname__) == (symbol.module, symbol.name)


@pytest.mark.parametrize("package", LIGHT)
def test_lines_are_those_that_inspect_gives(package):
    module = importlib.import_module(package)
    for name, symbol in symbols.public(package).items():
        value = getattr(module, name)
        if inspect.isfunction(value):
            text, start = inspect.getsourcelines(value)
            assert symbols.lines(symbol) == (start, start + len(text) - 1)


def test_signatures_have_the_parameters_that_inspect_gives():
    module = importlib.import_module("companion.metrics")
    for name, symbol in symbols.public("companion.metrics").items():
        value = getattr(module, name)
        if inspect.isfunction(value):
            written = docstrings.signature(symbols.node_of(symbol))
            made = eval(f"lambda {written[1:-1]}: None")  # its own source, read above
            assert list(inspect.signature(made).parameters) == list(
                inspect.signature(value).parameters
            )


def test_every_symbol_of_the_package_is_on_one_page_of_the_reference():
    pages = (ROOT / "book" / "reference" / "api").glob("*.md")
    tops = [top for page in pages for top in re.findall(r"\{api\} (\S+)", page.read_text("utf-8"))]
    documented = [
        symbol
        for top in tops
        for members in symbols.documented(top).values()
        for symbol in members.values()
    ]
    open_modules = [module for module in symbols.modules() if "._" not in module]
    public = {symbol for module in open_modules for symbol in symbols.public(module).values()}
    assert len(documented) == len(set(documented))
    assert public == set(documented)


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("from companion.metrics import accuracy\naccuracy(1, 2)", "accuracy"),
        ("from companion.metrics import accuracy as a\nf(a)", "accuracy"),
        ("import companion.metrics\ncompanion.metrics.accuracy(1, 2)", "accuracy"),
        ("import companion.metrics as m\nm.accuracy", "accuracy"),
        ("from companion import metrics\nmetrics.accuracy", "accuracy"),
        ("from companion.metrics.classification import accuracy\n[accuracy]", "accuracy"),
    ],
)
def test_a_use_is_found_however_it_is_imported(code, path):
    tree = ast.parse(code)
    used = set(symbols.uses(tree, symbols.imports(tree)))
    assert used == {symbols.find(f"companion.metrics.{path}")}


def test_a_name_that_is_only_imported_is_not_used():
    tree = ast.parse("from companion.metrics import accuracy")
    assert set(symbols.uses(tree, symbols.imports(tree))) == set()


def test_symbols_are_reached_through_others():
    load = symbols.find("companion.datasets.mnist.load")
    assert symbols.find("companion.datasets.idx.read_idx") in symbols.reached([load])


def test_a_name_that_does_not_exist_is_not_found():
    assert symbols.find("companion.metrics.nothing") is None
    assert symbols.find("numpy.array") is None


def written(module, annotation):
    return docstrings.write_type(module, ast.parse(annotation, mode="eval").body)


def test_a_type_is_written_with_its_aliases_spelt_out():
    tensor = "~companion.nn.tensor.Tensor"
    array = "np.ndarray[Any, np.dtype[Any]]"
    assert written("companion.nn.sequential", "Tensor | None") == f"{tensor} | None"
    assert written("companion.nn.layers.dense", "str | activations.Activation") == (
        f"str | Callable[[{tensor}], {tensor}]"
    )
    assert written("companion.nn.losses", "Loss") == f"Callable[[{array}, {tensor}], {tensor}]"
    assert written("companion.nn.losses", "TensorLike").startswith(f"{tensor} | {array}")


def test_a_type_variable_stays_a_name():
    assert written("companion.nn.names", "str | T") == "str | T"
