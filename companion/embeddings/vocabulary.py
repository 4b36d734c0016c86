"""The words of a corpus, their counts, and what word2vec derives from the counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Sentences: TypeAlias = Iterable[Sequence[str]]
"""Texts that no window reaches across, each a sequence of words."""


class Corpus(NamedTuple):
    """The words of all sentences in a row: word numbers, and the sentence that each is from.

    Both have shape ``(places,)``; the numbers of the sentences never fall.
    """

    words: NDArray[np.int32]
    sentences: NDArray[np.int32]


@dataclass(frozen=True)
class Vocabulary:
    """Words in the order of falling counts; a word's number is its place.

    Parameters
    ----------
    words
        No word twice.
    counts
        How often each occurs, at least 1, shape ``(words,)``.
    """

    words: tuple[str, ...]
    counts: NDArray[np.int64]

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each word."""
        return {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, sentences: Sentences) -> Corpus:
        """Replace words by their numbers; words that are not in the vocabulary are left out.

        As in word2vec.c, a window then reaches across the gap.
        """
        number = self.index
        encoded = [[number[word] for word in each if word in number] for each in sentences]
        lengths = [len(each) for each in encoded]
        return Corpus(
            np.fromiter((word for each in encoded for word in each), np.int32, sum(lengths)),
            np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
        )


def build_vocabulary(sentences: Sentences, min_count: int = 5) -> Vocabulary:
    """Count the words of a corpus and keep those that occur often enough.

    Parameters
    ----------
    sentences
        Each a sequence of words; what reads them once only, such as a generator, is refused, since
        they are read again to be encoded.
    min_count
        Rarer words are dropped; from 1.

    Returns
    -------
    Vocabulary
        Words of equal count stand in the order in which they first occur.

    Raises
    ------
    ValueError
        If `min_count` is below 1, `sentences` is a generator, a sentence is a string, or no word is
        left.
    """
    if min_count < 1:
        raise ValueError(f"min_count must be at least 1, got {min_count}")
    if iter(sentences) is sentences:
        raise ValueError(f"sentences must be readable twice, such as a list, got {sentences}")
    found: Counter[str] = Counter()
    for sentence in sentences:
        if isinstance(sentence, str):
            raise ValueError(
                f"sentences must be sequences of words, got the text {sentence[:40]!r}"
            )
        found.update(sentence)
    kept = [(word, count) for word, count in found.most_common() if count >= min_count]
    if not kept:
        raise ValueError(
            f"sentences must hold a word {min_count} times (min_count), "
            f"got {len(found)} different words, all rarer"
        )
    words, counts = zip(*kept, strict=True)
    return Vocabulary(words, np.array(counts))


def keep_probability(counts: ArrayLike, sample: float) -> NDArray[np.float64]:
    r"""Return how likely an occurrence of each word is to stay in when frequent words are thinned.

    With the share :math:`f_w` of word w in the corpus and t = `sample`,

    .. math:: P_w = \min\Bigl(1, \sqrt{t / f_w} + t / f_w\Bigr)

    This is the form of word2vec.c and gensim. Equation 5 of T. Mikolov, I. Sutskever, K. Chen,
    G. Corrado, J. Dean, "Distributed representations of words and phrases and their
    compositionality", NIPS 26 (2013), has the first term alone.

    Parameters
    ----------
    counts
        Occurrences of each word, shape ``(words,)``.
    sample
        t; the smaller, the more is left out. 0 leaves everything in.

    Returns
    -------
    numpy.ndarray
        Shape ``(words,)``.

    Raises
    ------
    ValueError
        If `sample` is negative, or a count is not above 0.
    """
    occurrences = _positive(counts)
    if not sample >= 0:
        raise ValueError(f"sample must be 0 or more, got {sample}")
    if sample == 0:
        return np.ones(len(occurrences))
    ratio = sample / (occurrences / occurrences.sum())
    kept: NDArray[np.float64] = np.minimum(1, np.sqrt(ratio) + ratio)
    return kept


def noise_distribution(counts: ArrayLike, power: float = 0.75) -> NDArray[np.float64]:
    r"""Return the probability :math:`c_w^{0.75} / \sum_v c_v^{0.75}` of each word as a negative.

    Mikolov et al. 2013 ("Distributed representations…"), section 2.2: the power makes rare words
    likelier, and frequent ones less likely, than they are in the corpus.

    Parameters
    ----------
    counts
        c, occurrences of each word, shape ``(words,)``.
    power
        1 for the words' own distribution, 0 for equal probabilities.

    Returns
    -------
    numpy.ndarray
        Shape ``(words,)``, with the sum 1.

    Raises
    ------
    ValueError
        If a count is not above 0.
    """
    weights = _positive(counts) ** power
    probabilities: NDArray[np.float64] = weights / weights.sum()
    return probabilities


def _positive(counts: ArrayLike) -> NDArray[np.float64]:
    occurrences = np.asarray(counts, dtype=float)
    above = (occurrences > 0) & (occurrences < np.inf)
    if occurrences.ndim != 1 or not occurrences.size or not above.all():
        raise ValueError(f"counts must be one or more numbers above 0, got {counts!r}")
    return occurrences
