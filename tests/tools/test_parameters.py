import pytest

from tools.pages import Cell
from tools.parameters import faults, fits, parameters


def cell(source: str) -> Cell:
    return Cell(1, "code", source)


GOOD = """\
# Passes over the data.
epochs: int = 3
rate: float = 1e-3  # step
sizes: list[int] = [1, 2]  # of the layers
seed: int | None = None  # None: drawn
"""


def test_parameters_are_read_with_type_and_value():
    found = parameters(cell(GOOD))
    assert {name: (p.annotation, p.value) for name, p in found.items()} == {
        "epochs": ("int", 3),
        "rate": ("float", 0.001),
        "sizes": ("list[int]", [1, 2]),
        "seed": ("int | None", None),
    }


def test_a_well_formed_cell_has_no_faults():
    assert faults(cell(GOOD)) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("epochs = 3  # a", "'epochs = 3' is no typed assignment"),
        ("epochs: int = 1 + n  # a", "'epochs: int = 1 + n' has no literal value"),
        ("epochs: int  # a", "'epochs: int' has no literal value"),
        ("epochs: int = 3", "'epochs: int = 3' has no comment"),
        ("epochs: int = 3.5  # a", "epochs is no int"),
        ("import os  # a", "'import os' is no typed assignment"),
        ("a: int = 1  # of a alone\nb: int = 2", "'b: int = 2' has no comment"),
        ("a: Foo = 1  # a", "'a: Foo = 1' has a type that is not made of built-in ones"),
        ("a: list[Foo] = [1]  # a", "has a type that is not made of"),
        ("a: [int] = [1]  # a", "has a type that is not made of"),
        ("a: dict[str] = {}  # a", "has a type that is not made of"),
        ("a: int.real.x = 1  # a", "has a type that is not made of"),
        ("a: dict[str, int] = {[]: 1}  # a", "has no literal value"),
    ],
)
def test_faults_are_named(source, fault):
    (sentence,) = faults(cell(source))
    assert fault in sentence


@pytest.mark.parametrize(
    ("value", "annotation"),
    [
        (1, "int"),
        (1, "float"),
        (1.5, "float"),
        ("a", "str"),
        (True, "bool"),
        (None, "int | None"),
        (3, "int | None"),
        ([1, 2], "list[int]"),
        ([1, 2], "tuple[int, ...]"),
        ([1, "a"], "tuple[int, str]"),
        ([], "tuple[()]"),
        ([[1, 2.5]], "list[tuple[int, float]]"),
        ({"a": 1}, "dict[str, float]"),
        ("a", "Literal['a', 'b']"),
    ],
)
def test_values_that_fit(value, annotation):
    assert fits(value, annotation)


@pytest.mark.parametrize(
    ("value", "annotation"),
    [
        (1.5, "int"),
        (True, "int"),
        (1, "bool"),
        ("1", "float"),
        (None, "int"),
        ("a", "int | None"),
        ([1, "a"], "list[int]"),
        (1, "list[int]"),
        (["a", 1], "tuple[int, str]"),
        ([1], "tuple[int, str]"),
        ({"a": "b"}, "dict[str, float]"),
        ("c", "Literal['a', 'b']"),
    ],
)
def test_values_that_do_not_fit(value, annotation):
    assert not fits(value, annotation)
