"""The rules that every page keeps. ``python -m tools.checks`` names each place that breaks one.

The rules for outputs see the executed notebooks that are up to date: `tools.execute` makes them.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tools import cell_rules, diagram_rules, execute, file_rules, output_rules
from tools.book import Book
from tools.pages import ROOT
from tools.violations import Violations

BUDGET = 60  # seconds a page

PAGE_RULES: tuple[Callable[[Book], Violations], ...] = (
    file_rules.notebooks_are_in_step,
    file_rules.notebooks_hold_no_outputs,
    file_rules.contents_are_complete,
    file_rules.repository_is_named_alike,
    file_rules.parameter_files_fit,
    file_rules.pictures_in_text_have_alt,
    cell_rules.setup_cell_comes_first,
    cell_rules.parameters_are_declared,
    cell_rules.claims_are_checked,
    cell_rules.exercises_have_solutions,
    cell_rules.lines_fit_the_page,
    cell_rules.definitions_are_short,
    cell_rules.package_is_not_redefined,
    diagram_rules.diagrams_are_sound,
)
OUTPUT_RULES: tuple[Callable[[list[output_rules.Output]], Violations], ...] = (
    output_rules.nothing_is_warned_of,
    output_rules.figures_come_from_display,
    output_rules.figures_have_alt,
    output_rules.figures_are_readable_in_the_dark,
)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line."""
    argparse.ArgumentParser(prog="python -m tools.checks", description=__doc__).parse_args(
        arguments
    )
    book = Book(root)
    pages = output_rules.executed(book)
    shown = output_rules.outputs(pages)
    found = [violation for rule in PAGE_RULES for violation in rule(book)]
    found += [violation for rule in OUTPUT_RULES for violation in rule(shown)]
    for violation in found:
        print(violation)
    for page in pages:
        if (seconds := execute.kept(page)["seconds"]) > BUDGET:
            print(f"note: {page.path} took {seconds:.0f} s; the budget is {BUDGET} s")
    print(
        f"{len(book.pages)} pages, {len(pages)} of {len(book.notebooks)} notebooks executed, "
        f"{len(found)} violations"
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
