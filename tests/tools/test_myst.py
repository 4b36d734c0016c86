import pytest

from tools import myst


def test_blocks_join_to_their_source():
    source = "a\n\n```python\n:::{note}\n```\n\n::::{note}\n:::{tip}\nx\n:::\n::::\nend"
    parts = list(myst.blocks(source))
    assert "".join(part.source for part in parts) == source
    assert [type(part).__name__ for part in parts] == ["Text", "Fence", "Text", "Fence", "Text"]


def test_what_stands_in_a_code_fence_is_no_directive():
    source = "````md\n```{note}\n```\n````\n"
    assert list(myst.directives(source)) == []


def test_nested_directives_are_found_with_arguments_and_options():
    source = "::::{note}\n:class: big\n\n:::{figure} a.png\n:alt: A dog\nHere.\n:::\n::::\n"
    note, figure = myst.directives(source)
    assert (note.name, note.argument, note.options) == ("note", "", {"class": "big"})
    assert (figure.name, figure.argument) == ("figure", "a.png")
    assert figure.options == {"alt": "A dog"}
    assert figure.body == "Here.\n"


def test_options_may_be_a_yaml_block():
    (table,) = myst.directives("```{list-table} T\n---\nheader-rows: 1\n---\n* - a\n```\n")
    assert table.options == {"header-rows": "1"}
    assert table.body == "* - a\n"


def test_a_fence_in_a_list_loses_its_indent():
    _, fence = myst.blocks("- item\n\n  ```python\n  x = 1\n    y\n  ```\n")
    assert fence.body == "x = 1\n  y\n"
    assert fence.indent == "  "


def test_a_longer_line_closes_a_fence_and_a_shorter_does_not():
    first, rest = myst.blocks("~~~~\n~~~\n~~~~~\nafter")
    assert first.body == "~~~\n"
    assert rest.source == "after"


def test_texts_skip_code_mathematics_and_diagrams():
    note = ":::{note}\ntwo\n\n```{math}\nx\n```\n:::\n"
    source = f"one\n\n```python\ncode\n```\n\n{note}\n```mermaid\nA\n```\n"
    assert "".join(myst.texts(source)).split() == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("a", "> a"), ("a\n\nb\n", "> a\n>\n> b"), ("> a\n>\n> b", "> > a\n> >\n> > b")],
)
def test_quotes_nest(text, quoted):
    assert myst.quote(text) == quoted
