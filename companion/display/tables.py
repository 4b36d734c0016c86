"""Show a table: HTML in a notebook, aligned text in a terminal."""

from collections.abc import Mapping, Sequence
from html import escape
from numbers import Integral, Real

import numpy as np

from companion.display.output import Output

# The selectors outweigh those of notebooks and of the book's theme, which assume a light page.
_CSS = """<style>
div table.companion-table {color: inherit; border-collapse: collapse; table-layout: auto;
  margin: 1em 0; font-variant-numeric: tabular-nums}
div table.companion-table caption {caption-side: top; text-align: left; color: inherit}
div table.companion-table tbody tr, div table.companion-table tbody tr:nth-child(odd)
  {background: transparent}
div table.companion-table tr > * {border: 0; padding: .3em .8em; text-align: left;
  font-weight: inherit; border-bottom: 1px solid rgb(128 128 128 / .35)}
div table.companion-table thead tr > * {font-weight: 600; border-bottom: 1px solid currentColor}
div table.companion-table tr > .number {text-align: right; white-space: nowrap}
</style>"""


def table(
    rows: Sequence[Sequence[object]],
    columns: Sequence[str],
    caption: str | None = None,
    formats: Mapping[str, str] | None = None,
) -> None:
    """Show rows of values as a table; columns of numbers are aligned on the right.

    Parameters
    ----------
    rows
        One sequence of cells a row, as long as `columns`; the first cell names the row.
        None is shown as a dash.
    columns
        Headings.
    caption
        One sentence above the table.
    formats
        Format specification of the numbers of a column, by its heading: ``".2%"``, ``",.1f"``.
        Otherwise whole numbers get thousands separators and others four significant digits.

    Raises
    ------
    ValueError
        If there is no column, a row is not as long as `columns`, or `formats` names another column.
    """
    formats = formats or {}
    if not columns:
        raise ValueError("columns must not be empty, got none")
    if unknown := sorted(set(formats) - set(columns)):
        raise ValueError(f"formats must name columns, got {unknown} for {list(columns)}")
    for number, row in enumerate(rows):
        if len(row) != len(columns):
            raise ValueError(f"rows[{number}] must have {len(columns)} cells, got {len(row)}")
    cells = [
        [_text(cell, formats.get(column)) for cell, column in zip(row, columns, strict=True)]
        for row in rows
    ]
    numeric = [
        any(map(_is_number, cells_of)) and all(c is None or _is_number(c) for c in cells_of)
        for cells_of in zip(*rows, strict=True)
    ] or [False] * len(columns)
    Output(
        "text/html",
        _html(cells, columns, numeric, caption),
        _plain(cells, columns, numeric, caption),
    ).emit()


def _is_number(cell: object) -> bool:
    return isinstance(cell, Real) and not isinstance(cell, bool)


def _text(cell: object, spec: str | None) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, bool | np.bool):
        return "yes" if cell else "no"
    if not isinstance(cell, Real):
        return str(cell)
    return format(cell, spec or ("," if isinstance(cell, Integral) else ".4g"))


def _html(
    cells: list[list[str]], columns: Sequence[str], numeric: list[bool], caption: str | None
) -> str:
    kinds = [' class="number"' if number else "" for number in numeric]
    head = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>'
        for name, kind in zip(columns, kinds, strict=True)
    )
    body = ""
    for first, *others in cells:
        body += f'\n<tr><th scope="row"{kinds[0]}>{escape(first)}</th>'
        body += "".join(
            f"<td{kind}>{escape(text)}</td>" for text, kind in zip(others, kinds[1:], strict=True)
        )
        body += "</tr>"
    title = f"\n<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div style="overflow-x: auto">{_CSS}\n<table class="companion-table">{title}\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{body}\n</tbody>\n</table></div>"
    )


def _plain(
    cells: list[list[str]], columns: Sequence[str], numeric: list[bool], caption: str | None
) -> str:
    lines = [list(columns), *cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [
        "  ".join(
            f"{cell:{'>' if number else '<'}{width}}"
            for cell, number, width in zip(line, numeric, widths, strict=True)
        ).rstrip()
        for line in lines
    ]
    text.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(([caption, ""] if caption else []) + text)
