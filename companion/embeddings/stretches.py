"""A corpus cut into stretches of words with their windows, and random draws from it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from companion.embeddings.rows import Integers
from companion.embeddings.vocabulary import Corpus


class Stretch(NamedTuple):
    """Consecutive words of a corpus, with what stands around them.

    ``words`` (words,) and ``neighbours`` (words + 2 windows,) are numbers of words; ``pairs``, of
    shape (words, neighbours), is 1 where a neighbour lies in the window of a word, else 0.
    """

    words: Integers
    neighbours: Integers
    pairs: NDArray[np.float32]


def thin(corpus: Corpus, keep: NDArray[np.float64], rng: np.random.Generator) -> Corpus:
    """Leave out occurrences of words at random.

    Parameters
    ----------
    corpus
        Word numbers and sentences.
    keep
        The probability of each word to stay, shape ``(words of the vocabulary,)``.
    rng
        What decides.

    Returns
    -------
    Corpus
        What stays; windows reach across the gaps.
    """
    stays = rng.random(len(corpus.words)) < keep[corpus.words]
    return Corpus(corpus.words[stays], corpus.sentences[stays])


def draw(
    probabilities: NDArray[np.float64], shape: tuple[int, ...], rng: np.random.Generator
) -> Integers:
    """Draw numbers with given probabilities, by search in their cumulative sums.

    Parameters
    ----------
    probabilities
        Shape ``(numbers,)``, with the sum 1.
    shape
        How many to draw.
    rng
        What decides.

    Returns
    -------
    numpy.ndarray
        Numbers from 0, of the shape asked for.
    """
    cumulative = np.cumsum(probabilities)
    # Scaled, so that rounding of the sum cannot lead beyond the last number.
    drawn: Integers = cumulative.searchsorted(rng.random(shape) * cumulative[-1], side="right")
    return drawn


def stretches(
    corpus: Corpus, window: int, size: int, rng: np.random.Generator
) -> Iterator[Stretch]:
    """Cut a corpus into stretches, with a window drawn for each word.

    A word's window reaches 1 to `window` words to each side, all equally likely, and ends where
    its sentence does.

    Parameters
    ----------
    corpus
        Word numbers and sentences.
    window
        The widest reach.
    size
        Words of a stretch; the last may be shorter.
    rng
        What draws the windows.

    Yields
    ------
    Stretch
        In the order of the corpus, so that each word is in one stretch's ``words``.
    """
    words, sentences = corpus
    places = np.arange(len(words))
    reach = rng.integers(1, window + 1, len(words))
    left = np.minimum(reach, places - sentences.searchsorted(sentences))[:, None]
    right = np.minimum(reach, sentences.searchsorted(sentences, "right") - 1 - places)[:, None]
    padded = np.pad(words, window)  # what is added has no pairs
    # How far each neighbour (column) stands to the right of each word (row).
    offsets = np.arange(size + 2 * window) - window - np.arange(size)[:, None]
    for start in range(0, len(words), size):
        stop = min(start + size, len(words))
        offset = offsets[: stop - start, : stop - start + 2 * window]
        inside = (offset >= -left[start:stop]) & (offset <= right[start:stop]) & (offset != 0)
        yield Stretch(
            words[start:stop], padded[start : stop + 2 * window], inside.astype(np.float32)
        )
