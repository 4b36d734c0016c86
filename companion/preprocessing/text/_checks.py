"""Refusing a text where several are meant."""

from collections.abc import Iterable


def refuse_one_text(**arguments: Iterable[str] | None) -> None:
    """Raise ValueError if an argument is one text, which would be taken for texts of one letter."""
    for name, value in arguments.items():
        if isinstance(value, str):
            raise ValueError(f"{name} must be several texts, got one text: {value[:40]!r}")
