"""What a data set is: files with digests, and the sources that can deliver them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class DataUnavailableError(RuntimeError):
    """A data set is not in the cache and no source delivered it; the message says what to do."""


class SourceError(Exception):
    """A source did not deliver; the message says why in one line."""


@dataclass(frozen=True)
class File:
    """One file of a data set, byte for byte.

    Parameters
    ----------
    name
        Its name in the cache, without a folder.
    size
        Its length in bytes.
    sha256
        Its SHA-256 digest in hexadecimal digits.
    """

    name: str
    size: int
    sha256: str


class Source(Protocol):
    """A place that can deliver a data set; ``str(source)`` names it in reports."""

    def deliver(self, folder: Path) -> None:
        """Write the files of the data set, each under its name, into an empty folder.

        Files that are missing or wrong afterwards count as not delivered: digests are checked by
        the caller. Anything else in the folder is thrown away.

        Raises
        ------
        SourceError
            If the source cannot be reached or does not hold what is asked for.
        """


@dataclass(frozen=True)
class Dataset:
    """A data set: what its files must be, and where they come from.

    Parameters
    ----------
    name
        The name of its folder in the cache and on the command line.
    title
        What it is, in one line.
    licence
        The terms of the data.
    files
        The files that a loader reads.
    sources
        Where they come from, tried in this order.
    """

    name: str
    title: str
    licence: str
    files: tuple[File, ...]
    sources: tuple[Source, ...]
