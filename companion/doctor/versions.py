"""Whether a version meets a requirement, as far as package metadata need it."""

import re

_CLAUSE = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*([0-9.]+?)(\.\*)?\s*")


def release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: ``(2, 13, 0)`` for ``"2.13.0+cpu"``.

    Parameters
    ----------
    version
        Such as ``"3.11.7"``; what follows the numbers is left out.

    Returns
    -------
    tuple of int
        Without zeros at the end, so that 2.0 equals 2.

    Raises
    ------
    ValueError
        If it does not begin with a number.
    """
    if not (match := re.match(r"\d+(\.\d+)*", version)):
        raise ValueError(f"version must begin with a number, got {version!r}")
    numbers = [int(part) for part in match[0].split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def satisfies(version: str, requirement: str) -> bool:
    """Say whether a release meets a requirement such as ``">=3.10,<3.14,!=3.11.*"``.

    Pre-releases count as the release that they lead to, and a clause that cannot be read counts as
    met. Python packaging guide, "Version specifiers".

    Parameters
    ----------
    version
        Such as ``"3.11.7"``.
    requirement
        Clauses joined by commas; an empty one is always met.

    Returns
    -------
    bool
        Whether every clause holds.
    """
    clauses = [clause.strip() for clause in requirement.split(",") if clause.strip()]
    return all(_holds(version, clause) for clause in clauses)


def _holds(version: str, clause: str) -> bool:
    if not (match := _CLAUSE.fullmatch(clause)):
        return True
    operator, text, star = match.groups()
    have, want = release(version), release(text)
    if (
        star and operator in ("==", "!=")
    ) or operator == "~=":  # the first numbers as they are written, zeros too
        written = tuple(map(int, text.split(".")))
        prefix = written if star else written[:-1]
        padded = have + (0,) * len(prefix)
        same = padded[: len(prefix)] == prefix
        return (same and have >= want) if operator == "~=" else same == (operator == "==")
    return {
        ">=": have >= want,
        "<=": have <= want,
        "==": have == want,
        "!=": have != want,
        ">": have > want,
        "<": have < want,
    }[operator]
