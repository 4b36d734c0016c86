"""List, fetch and verify data sets: ``python -m companion.datasets --help``."""

import argparse
import sys
from collections.abc import Sequence

from companion.datasets import DATASETS, Dataset, DataUnavailableError, cache, find

_EPILOG = """\
environment variables:
  COMPANION_DATA    the cache folder, instead of one in the user's cache
  COMPANION_MIRROR  a folder that is asked before the network: a copy of somebody's cache

exit codes:
  0  done
  1  a data set could not be fetched, or a file is missing or damaged
  2  the command line is wrong
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments
        The words after the program's name; those of this process by default.

    Returns
    -------
    int
        0, or 1 when a data set could not be fetched or a file is missing or damaged.
    """
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m companion.datasets",
        description="The data sets of the book: fetch them ahead of time, check them, find them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    command = commands.add_parser("list", help="show every data set and whether it is here")
    command.set_defaults(run=_list)
    command = commands.add_parser("fetch", help="fetch data sets and print their folders")
    command.add_argument("names", metavar="NAME", nargs="+", type=_dataset)
    command.set_defaults(run=_fetch)
    command = commands.add_parser("verify", help="check the digest of every file")
    command.add_argument(
        "names", metavar="NAME", nargs="*", type=_dataset, help="default: all that are here"
    )
    command.set_defaults(run=_verify)
    command = commands.add_parser("path", help="print the folder of the cache or of a data set")
    command.add_argument("name", metavar="NAME", nargs="?", type=_dataset)
    command.set_defaults(run=_path)
    return parser


def _dataset(name: str) -> Dataset:
    try:
        return find(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _list(_: argparse.Namespace) -> int:
    for dataset in DATASETS.values():
        size = sum(file.size for file in dataset.files) / 1e6
        here = f"{cache.count_files(dataset)} of {len(dataset.files)} files here"
        print(f"{dataset.name}  {size:.1f} MB, {here}\n  {dataset.title}\n  {dataset.licence}")
        for source in dataset.sources:
            print(f"  from {source}")
    return 0


def _fetch(chosen: argparse.Namespace) -> int:
    failed = 0
    for dataset in chosen.names:
        try:
            cache.fetch(dataset)
            print(cache.cache_folder() / dataset.name)
        except DataUnavailableError as error:
            print(error, file=sys.stderr)
            failed = 1
    return failed


def _verify(chosen: argparse.Namespace) -> int:
    failed = 0
    datasets = chosen.names or list(filter(cache.count_files, DATASETS.values()))
    if not datasets:
        print("no data set is here")
    for dataset in datasets:
        faults = cache.verify(dataset)
        for file in dataset.files:
            print(f"{dataset.name}/{file.name}: {faults.get(file.name, 'OK')}")
        failed |= bool(faults)
    return failed


def _path(chosen: argparse.Namespace) -> int:
    folder = cache.cache_folder()
    print(folder / chosen.name.name if chosen.name else folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
