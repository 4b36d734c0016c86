"""ROUGE: how much of a reference summary's wording is in a summary."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from companion.metrics.bleu import ngrams


class Rouge(NamedTuple):
    """Precision, recall and their harmonic mean, each in [0, 1]."""

    precision: float
    recall: float
    f1: float


def tokenize_rouge(text: str) -> list[str]:
    """Return the runs of ASCII letters and digits of a text, in lower case, without stemming.

    Parameters
    ----------
    text
        A summary.

    Returns
    -------
    list of str
        Its words.
    """
    return re.findall("[a-z0-9]+", text.lower())


def rouge_n(reference: str, summary: str, n: int) -> Rouge:
    """Return the overlap in n-grams of a summary and a reference.

    C.-Y. Lin, "ROUGE: a package for automatic evaluation of summaries", ACL workshop 2004, section
    2.

    Parameters
    ----------
    reference
        A good summary.
    summary
        The one to judge.
    n
        Words an n-gram, at least 1.

    Returns
    -------
    Rouge
        0 where there is no n-gram.

    Raises
    ------
    ValueError
        If `n` is below 1.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    wanted, given = (ngrams(tokenize_rouge(text), n) for text in (reference, summary))
    return _rouge((wanted & given).total(), given.total(), wanted.total())


def rouge_l(reference: str, summary: str) -> Rouge:
    """Return the overlap by the longest common subsequence of words (Lin 2004, section 3.1).

    Parameters
    ----------
    reference
        A good summary.
    summary
        The one to judge.

    Returns
    -------
    Rouge
        0 where a text has no word.
    """
    wanted, given = tokenize_rouge(reference), tokenize_rouge(summary)
    return _rouge(len(_common_places(wanted, given)), len(given), len(wanted))


def rouge_l_summary(reference: str, summary: str) -> Rouge:
    """Return ROUGE-L of summaries of several sentences, each on a line of its own.

    Of every sentence of the reference those words count that are in its longest common subsequence
    with some sentence of the summary, and each word at most as often as it is in both texts (Lin
    2004, section 3.2).

    Parameters
    ----------
    reference
        A good summary.
    summary
        The one to judge.

    Returns
    -------
    Rouge
        0 where a text has no word.
    """
    wanted, given = (
        [words for line in text.split("\n") if (words := tokenize_rouge(line))]
        for text in (reference, summary)
    )
    left = [Counter(word for words in text for word in words) for text in (wanted, given)]
    sizes = [counts.total() for counts in left]
    hits = 0
    for words in wanted:
        places = set().union(*(_common_places(words, other) for other in given))
        for place in sorted(places):
            if all(counts[words[place]] > 0 for counts in left):
                hits += 1
                for counts in left:
                    counts[words[place]] -= 1
    return _rouge(hits, sizes[1], sizes[0])


def _common_places(first: Sequence[str], second: Sequence[str]) -> set[int]:
    """Return the places in `first` of the words of a longest common subsequence."""
    lengths = [[0] * (len(second) + 1)]
    for word in first:
        above, row = lengths[-1], [0]
        for j, other in enumerate(second):
            row.append(above[j] + 1 if word == other else max(above[j + 1], row[j]))
        lengths.append(row)
    places, i, j = set(), len(first), len(second)
    while i and j:
        if first[i - 1] == second[j - 1]:
            places.add(i - 1)
            i, j = i - 1, j - 1
        elif lengths[i][j - 1] > lengths[i - 1][j]:
            j -= 1
        else:
            i -= 1
    return places


def _rouge(hits: int, given: int, wanted: int) -> Rouge:
    precision, recall = hits / max(given, 1), hits / max(wanted, 1)
    return Rouge(precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0)
