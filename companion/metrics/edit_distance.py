"""How many changes turn one sequence into another, and the error rates that count them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from companion.metrics._checks import refuse_text


def edit_distance(reference: Sequence[Any], hypothesis: Sequence[Any]) -> int:
    r"""Return the least number of substitutions, deletions and insertions.

    .. math:: d_{i,j} = \min(d_{i-1,j-1} + [a_i \ne b_j],\; d_{i-1,j} + 1,\; d_{i,j-1} + 1)

    A row at a time: its insertions, each of which builds on the one before, are a running minimum
    of :math:`d_{i,j} - j`. R. A. Wagner, M. J. Fischer, "The string-to-string correction problem",
    JACM 21 (1974).

    Parameters
    ----------
    reference, hypothesis
        Two sequences of things that can be hashed: words, or the characters of a string.

    Returns
    -------
    int
        From 0 to the longer length.
    """
    numbers: dict[Any, int] = {}
    a, b = (
        np.array([numbers.setdefault(item, len(numbers)) for item in sequence], dtype=np.int64)
        for sequence in (reference, hypothesis)
    )
    places = np.arange(len(b) + 1)
    row = places
    for i, item in enumerate(a, start=1):
        without_insertions = np.append(i, np.minimum(row[:-1] + (b != item), row[1:] + 1))
        row = np.minimum.accumulate(without_insertions - places) + places
    return int(row[-1])


def word_error_rate(references: Sequence[str], hypotheses: Sequence[str]) -> float:
    """Return the word errors of all transcripts by the words of all references.

    Parameters
    ----------
    references
        What was said, one text an utterance; words are parted by white space.
    hypotheses
        What was recognised.

    Returns
    -------
    float
        0 if all is right; insertions can bring it above 1.

    Raises
    ------
    ValueError
        If the numbers of texts differ, or the references hold no word.
    """
    return _error_rate(references, hypotheses, str.split, "word")


def character_error_rate(references: Sequence[str], hypotheses: Sequence[str]) -> float:
    """Return the character errors of all transcripts by the characters of all references.

    Parameters
    ----------
    references
        What was said, one text an utterance; white space at the ends does not count.
    hypotheses
        What was recognised.

    Returns
    -------
    float
        0 if all is right; insertions can bring it above 1.

    Raises
    ------
    ValueError
        If the numbers of texts differ, or the references hold no character.
    """
    return _error_rate(references, hypotheses, str.strip, "character")


def _error_rate(
    references: Sequence[str],
    hypotheses: Sequence[str],
    divide: Callable[[str], Sequence[str]],
    unit: str,
) -> float:
    refuse_text(references, "references", "texts")
    refuse_text(hypotheses, "hypotheses", "texts")
    if len(references) != len(hypotheses):
        raise ValueError(
            f"references and hypotheses must be equally many, got {len(references)} and "
            f"{len(hypotheses)}"
        )
    said, heard = list(map(divide, references)), list(map(divide, hypotheses))
    length = sum(map(len, said))
    if length == 0:
        raise ValueError(f"references must hold a {unit}, got none")
    return sum(map(edit_distance, said, heard)) / length
