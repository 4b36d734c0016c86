"""``python -m companion.doctor``: say whether this machine is ready for the notebooks."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import get_args

from companion.doctor import Imports, report

_MARKS = {"ok": "ok     ", "warning": "WARNING", "problem": "PROBLEM"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report.

    Parameters
    ----------
    arguments
        The command line's; by default the process's own.

    Returns
    -------
    int
        Exit code: 1 when there is a problem, otherwise 0.
    """
    parser = argparse.ArgumentParser(prog="python -m companion.doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--imports",
        choices=get_args(Imports),
        default="all",
        help="frameworks to import: all, only the backend of Keras, or none (default: all)",
    )
    options = parser.parse_args(arguments)
    facts, checks = report(options.imports)
    if options.json:
        rows = {"facts": [f._asdict() for f in facts], "checks": [c._asdict() for c in checks]}
        print(json.dumps(rows, indent=2))
    else:
        width = max(len(fact.subject) for fact in facts)
        for fact in facts:
            print(f"{fact.subject:{width}}  {fact.value}")
        print()
        width = max(len(check.subject) for check in checks)
        for check in checks:
            print(f"{_MARKS[check.verdict]}  {check.subject:{width}}  {check.advice}")
    return int(any(check.verdict == "problem" for check in checks))


if __name__ == "__main__":
    sys.exit(main())
