"""Easy data augmentation: four small random changes of a sentence.

J. Wei, K. Zou, "EDA: easy data augmentation techniques for boosting performance on text
classification tasks", EMNLP 2019, section 2. A sentence is a list of its words.
"""

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import numpy as np

from companion.preprocessing.text.stop_words import ENGLISH

Synonyms: TypeAlias = Callable[[str], Sequence[str]]


def synonym_replacement(
    words: Sequence[str],
    n: int,
    synonyms: Synonyms,
    rng: np.random.Generator,
    stop_words: Collection[str] = ENGLISH,
) -> list[str]:
    """Replace `n` random words, no stop words, by a random synonym of each.

    Parameters
    ----------
    words
        The sentence.
    n
        At least 0; words without synonyms are not chosen, so that fewer may be replaced.
    synonyms
        Gives the synonyms of a word; a synonym of several words counts as one.
    rng
        Chooses.
    stop_words
        In lower case.

    Returns
    -------
    list of str
        As many words.

    Raises
    ------
    ValueError
        If `n` is negative.
    """
    _check_count(n)
    choices = _choices(words, synonyms, stop_words)
    new = list(words)
    for place in rng.permutation(list(choices))[:n].tolist():
        new[place] = _one_of(choices[place], rng)
    return new


def random_insertion(
    words: Sequence[str],
    n: int,
    synonyms: Synonyms,
    rng: np.random.Generator,
    stop_words: Collection[str] = ENGLISH,
) -> list[str]:
    """Insert at a random place a random synonym of a random word, no stop word; `n` times.

    Parameters
    ----------
    words, n, synonyms, rng, stop_words
        As in `synonym_replacement`.

    Returns
    -------
    list of str
        `n` words more, in the order of the sentence; none if no word has a synonym.

    Raises
    ------
    ValueError
        If `n` is negative.
    """
    _check_count(n)
    choices = list(_choices(words, synonyms, stop_words).values())
    new = list(words)
    for _ in range(n if choices else 0):
        word = _one_of(choices[rng.integers(len(choices))], rng)
        new.insert(rng.integers(len(new) + 1), word)
    return new


def random_swap(words: Sequence[str], n: int, rng: np.random.Generator) -> list[str]:
    """Let two random words change places, `n` times.

    Parameters
    ----------
    words
        The sentence; one of fewer than two words stays.
    n
        At least 0.
    rng
        Chooses.

    Returns
    -------
    list of str
        The same words.

    Raises
    ------
    ValueError
        If `n` is negative.
    """
    _check_count(n)
    new = list(words)
    for _ in range(n if len(new) > 1 else 0):
        i, j = rng.choice(len(new), size=2, replace=False)
        new[i], new[j] = new[j], new[i]
    return new


def random_deletion(words: Sequence[str], p: float, rng: np.random.Generator) -> list[str]:
    """Leave out each word with probability `p`; if none is left, keep one.

    Parameters
    ----------
    words
        The sentence.
    p
        In [0, 1].
    rng
        Chooses.

    Returns
    -------
    list of str
        What is left, in its order.

    Raises
    ------
    ValueError
        If `p` is out of its range.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p must be in [0, 1], got {p}")
    kept = [word for word, u in zip(words, rng.random(len(words)), strict=True) if u >= p]
    return kept or ([_one_of(words, rng)] if words else [])


def easy_data_augmentation(
    words: Sequence[str],
    synonyms: Synonyms,
    rng: np.random.Generator,
    alpha: float = 0.1,
    stop_words: Collection[str] = ENGLISH,
) -> list[str]:
    """Change a sentence by one of the four operations, chosen at random.

    Of a sentence of l words n = max(1, ⌊α l⌋) are replaced, inserted or swapped, or each is left
    out with probability α.

    Parameters
    ----------
    words, synonyms, rng, stop_words
        As in `synonym_replacement`.
    alpha
        Share of the words to change, in [0, 1].

    Returns
    -------
    list of str
        The changed sentence; an empty one stays empty.

    Raises
    ------
    ValueError
        If `alpha` is out of its range.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be in [0, 1], got {alpha}")
    n = max(1, int(alpha * len(words)))
    operations: list[Callable[[], list[str]]] = [
        lambda: synonym_replacement(words, n, synonyms, rng, stop_words),
        lambda: random_insertion(words, n, synonyms, rng, stop_words),
        lambda: random_swap(words, n, rng),
        lambda: random_deletion(words, alpha, rng),
    ]
    return operations[rng.integers(len(operations))]()


def _choices(
    words: Sequence[str], synonyms: Synonyms, stop_words: Collection[str]
) -> dict[int, Sequence[str]]:
    """Return the synonyms of the words that have any and are no stop words, by place."""
    found = {
        place: synonyms(word) for place, word in enumerate(words) if word.lower() not in stop_words
    }
    return {place: others for place, others in found.items() if others}


def _one_of(words: Sequence[str], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def _check_count(n: int) -> None:
    if n < 0:
        raise ValueError(f"n must be at least 0, got {n}")
