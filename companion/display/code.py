"""Show the source of functions, classes and modules."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from types import ModuleType

from companion.display.output import Output

Shown = Callable[..., object] | type | ModuleType


def source(obj: Shown, *more: Shown, docstring: bool = True) -> None:
    """Show the source of functions, classes or modules below their dotted paths.

    Parameters
    ----------
    obj, *more
        What to show, in this order.
    docstring
        Whether docstrings stay. Without them the algorithm stands alone; comments always stay.

    Raises
    ------
    TypeError
        If the source of an argument is not written in Python.
    """
    parts = [(_text(each, docstring), _path(each)) for each in (obj, *more)]
    markdown = "\n\n".join(_markdown(path, text) for text, path in parts)
    plain = "\n\n".join(f"# {path}\n{text}" for text, path in parts)
    Output("text/markdown", markdown, plain).emit()


def strip_docstrings(code: str) -> str:
    """Remove every docstring from Python source; all other text, comments too, stays.

    Parameters
    ----------
    code
        Source of a module, a class or a function, not indented.

    Returns
    -------
    str
        The source without docstrings. A body that was a docstring alone becomes ``...``; one that
        shares the line of its ``def`` stays.
    """
    lines = code.split("\n")  # as the parser counts: splitlines breaks at form feeds as well
    scopes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(ast.parse(code)) if isinstance(node, scopes)]
    # From the end, so that the line numbers above stay right.
    for body in sorted(filter(None, bodies), key=lambda body: -body[0].lineno):
        first = body[0]
        if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
            continue
        start, end = first.lineno - 1, first.end_lineno or first.lineno
        alone = not lines[start][: first.col_offset].strip()
        if not isinstance(first.value.value, str) or not alone:
            continue
        indent = " " * first.col_offset
        rest = lines[end - 1].encode()[first.end_col_offset :].decode().lstrip(" \t;")
        if len(body) == 1:
            lines[start:end] = [f"{indent}...  {rest}".rstrip()]
            continue
        if rest:
            lines[start:end] = [indent + rest]
            continue
        while end < len(lines) and not lines[end].strip():
            end += 1
        del lines[start:end]
    return "\n".join(lines)


def _path(obj: Shown) -> str:
    if isinstance(obj, ModuleType):
        return obj.__name__
    return f"{obj.__module__}.{obj.__qualname__}"


def _text(obj: Shown, docstring: bool) -> str:
    try:
        code = textwrap.dedent(inspect.getsource(obj))
    except (OSError, TypeError) as error:
        raise TypeError(f"obj must be written in Python, got {obj!r}") from error
    return (code if docstring else strip_docstrings(code)).strip("\n")


def _markdown(path: str, text: str) -> str:
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)  # longer than any run of backticks inside
    count = text.count("\n") + 1
    return f"`{path}` · {count} line{'s' * (count > 1)}\n\n{fence}python\n{text}\n{fence}"
