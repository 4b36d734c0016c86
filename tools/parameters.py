"""The cell of a page that papermill overwrites, and the YAML files that hold values for it."""

import ast
import io
import tokenize
import types
import typing
from dataclasses import dataclass
from typing import Any

from tools.imports import parse_cell
from tools.pages import Cell


@dataclass(frozen=True)
class Parameter:
    """One assignment of a parameters cell."""

    name: str
    annotation: str
    value: Any


def parameters(cell: Cell) -> dict[str, Parameter]:
    """Return the well-formed assignments of a parameters cell, by name."""
    found = {}
    for statement in parse_cell(cell.source).body:
        if not fault(statement):
            assert isinstance(statement, ast.AnnAssign)
            assert isinstance(statement.target, ast.Name)
            assert statement.value is not None
            value = ast.literal_eval(statement.value)
            name, annotation = statement.target.id, ast.unparse(statement.annotation)
            found[name] = Parameter(name, annotation, value)
    return found


def faults(cell: Cell) -> list[str]:
    """Say what is wrong with a parameters cell: all must be typed, literal and commented."""
    comments = [
        token
        for token in tokenize.generate_tokens(io.StringIO(cell.source).readline)
        if token.type == tokenize.COMMENT
    ]
    commented = {token.start[0] for token in comments}  # also the line below a comment of its own
    commented |= {t.start[0] + 1 for t in comments if not t.line[: t.start[1]].strip()}
    sentences = []
    for statement in parse_cell(cell.source).body:
        lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
        if sentence := fault(statement):
            sentences.append(sentence)
        elif not commented.intersection(lines):
            sentences.append(f"the parameter {ast.unparse(statement)!r} has no comment")
    for parameter in parameters(cell).values():
        if not fits(parameter.value, parameter.annotation):
            sentences.append(f"the parameter {parameter.name} is no {parameter.annotation}")
    return sentences


def fault(statement: ast.stmt) -> str:
    """Say why a statement is no typed assignment of a literal value; "" if it is one."""
    text = ast.unparse(statement)
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
        return f"{text!r} is no typed assignment, such as `epochs: int = 3`"
    if not _is_known(_hint(ast.unparse(statement.annotation))):
        return f"the parameter {text!r} has a type that is not made of built-in ones and Literal"
    try:
        if statement.value is not None:
            ast.literal_eval(statement.value)
            return ""
    except (ValueError, TypeError):  # no literal; one that cannot be made, such as {[]: 1}
        pass
    return f"the parameter {text!r} has no literal value"


def fits(value: Any, annotation: str) -> bool:
    """Whether a value has the type that an annotation of built-in types and Literal names."""
    return _fits(value, _hint(annotation))


def _hint(annotation: str) -> Any:
    """Return the type that an annotation names; Ellipsis, which is none, if it names none."""
    names = {"Literal": typing.Literal, "Optional": typing.Optional, "Any": Any}
    try:
        return eval(annotation, names)
    except (NameError, TypeError, AttributeError):
        return ...


def _is_known(hint: Any) -> bool:
    """Whether `_fits` can judge a type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return True
    if origin is tuple and arguments[1:] == (...,):
        return _is_known(arguments[0])
    if origin in {typing.Union, types.UnionType, dict, list, tuple}:
        count = {dict: 2, list: 1}.get(origin, len(arguments))
        return len(arguments) == count and all(map(_is_known, arguments))
    return hint in [Any, None, type(None), bool, int, float, str, dict, list, tuple]


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if origin in {typing.Union, types.UnionType}:
        return any(_fits(value, argument) for argument in arguments)
    if origin is typing.Literal:
        return value in arguments
    if origin is dict:
        return isinstance(value, dict) and all(
            _fits(k, arguments[0]) and _fits(v, arguments[1]) for k, v in value.items()
        )
    if origin is tuple and arguments[1:] != (...,):
        return (
            isinstance(value, list | tuple)
            and len(value) == len(arguments)
            and all(map(_fits, value, arguments))
        )
    if origin in {list, tuple}:  # YAML writes both as lists
        return isinstance(value, list | tuple) and all(_fits(v, arguments[0]) for v in value)
    if hint is None or hint is type(None):
        return value is None
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else hint)
