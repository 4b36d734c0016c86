"""What a rule of the book finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Violation:
    """A place that breaks a rule; cells count from 1."""

    path: Path
    cell: int | None
    sentence: str

    def __str__(self) -> str:
        place = self.path.as_posix() if self.cell is None else f"{self.path.as_posix()}:{self.cell}"
        return f"{place}: {self.sentence}"


Violations = Iterator[Violation]
