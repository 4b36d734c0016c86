"""The source of functions as Markdown."""

import ast
import functools
import inspect
import math
import re

import pytest

from companion import metrics
from companion.display import code, source
from companion.metrics import classification


def sample(x):
    """Say nothing.

    A fence inside: ```
    """
    # kept

    def inner():
        """Gone as well."""
        return "not a docstring"

    return x, inner()  # kept too


def empty():
    """Only a docstring."""


def test_source_is_fenced_python_below_the_dotted_path(shown):
    source(metrics.wilson_interval)
    (output,) = shown
    assert output.mime == "text/markdown"
    text = inspect.getsource(metrics.wilson_interval).rstrip("\n")
    lines = len(text.splitlines())
    assert output.content == (
        f"`companion.metrics.classification.wilson_interval` · {lines} lines\n\n"
        f"```python\n{text}\n```"
    )
    assert output.plain == f"# companion.metrics.classification.wilson_interval\n{text}"


def test_source_shows_several_things_in_order(shown):
    source(metrics.accuracy, metrics.Interval, classification)
    places = [
        shown[0].content.index(name)
        for name in ("accuracy`", "Interval`", "`companion.metrics.classification` ·")
    ]
    assert places == sorted(places)
    assert "class Interval(NamedTuple):" in shown[0].content


def test_source_without_docstring_keeps_comments_and_everything_else(shown):
    source(sample, docstring=False)
    text = shown[0].content
    assert "Say nothing" not in text
    assert "Gone as well" not in text
    assert "# kept\n" in text
    assert "# kept too" in text
    assert '"not a docstring"' in text
    assert "· 7 lines" in text


def test_a_fence_is_longer_than_any_inside(shown):
    source(sample)
    assert "\n````python\n" in shown[0].content
    assert shown[0].content.endswith("\n````")


def test_a_body_of_nothing_but_a_docstring_becomes_an_ellipsis(shown):
    source(empty, docstring=False)
    assert "def empty():\n    ...\n" in shown[0].content


@pytest.mark.parametrize("module", [code, classification, inspect, ast])
def test_stripping_docstrings_changes_nothing_else(module):
    def bare(text):
        tree = ast.parse(text)
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if (
                isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                and body
                and ast.get_docstring(node) is not None
            ):
                node.body = body[1:] or [ast.Expr(ast.Constant(...))]
        return ast.dump(tree)

    text = inspect.getsource(module)
    assert bare(code.strip_docstrings(text)) == bare(text)
    comments = [line for line in text.splitlines() if line.strip().startswith("#")]
    assert len(comments) >= code.strip_docstrings(text).count("\n    # ") > 0


def test_a_docstring_beside_its_def_stays():
    assert code.strip_docstrings('def f(): "doc"\n') == 'def f(): "doc"\n'


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ('def f():\n    """Doc."""  # why\n    return 1\n', "def f():\n    # why\n    return 1\n"),
        ('def f():\n    """Döc."""; x = 1\n    return x\n', "def f():\n    x = 1\n    return x\n"),
        ('def f():\n    """Doc."""  # why\n', "def f():\n    ...  # why\n"),
        (
            '\f\nx = "a\fb"\n\n\ndef f():\n    """Doc."""\n\n    return 1\n',
            '\f\nx = "a\fb"\n\n\ndef f():\n    return 1\n',
        ),
        ('def f():\n    """Doc.\n\n    More.\n    """\n    return 1', "def f():\n    return 1"),
    ],
)
def test_only_the_docstring_goes(text, bare):
    assert code.strip_docstrings(text) == bare


@pytest.mark.parametrize("obj", [math.sqrt, functools.partial(print), 3, property(len), int])
def test_source_refuses_what_is_not_written_in_python(obj):
    with pytest.raises(TypeError, match=re.escape(f"obj must be written in Python, got {obj!r}")):
        source(obj)
