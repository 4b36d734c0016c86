"""The smallest language model worth the name: the next word depends on the last one alone.

F. Jelinek, R. L. Mercer, "Interpolated estimation of Markov source parameters from sparse data",
1980: probabilities of pairs are mixed with those of single words.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Text: TypeAlias = Sequence[int] | NDArray[np.integer[Any]]


class Bigram:
    r"""Estimated from texts by counting.

    .. math:: p(w \mid v) = \lambda \frac{c(v, w)}{c(v)} + (1 - \lambda) \frac{c(w)}{n}

    for c(v, w) pairs of neighbours among n, c(v) and c(w) words as their left and right parts. An
    end mark stands at both ends of each text.

    Parameters
    ----------
    texts
        Words as whole numbers from 0; at least one text.
    weight
        λ, in [0, 1].

    Raises
    ------
    ValueError
        If there is no text, a number is negative or `weight` is out of its range.
    """

    def __init__(self, texts: Sequence[Text], weight: float = 0.9) -> None:
        if not 0 <= weight <= 1:
            raise ValueError(f"weight must be in [0, 1], got {weight}")
        if not len(texts):
            raise ValueError("texts must hold one or more, got none")
        self.weight = weight
        words = np.concatenate(texts).astype(np.int64)
        if words.min(initial=0) < 0:
            raise ValueError(f"texts must hold whole numbers from 0, got {words.min()}")
        text_of = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        marked = np.full(len(words) + len(texts) + 1, _END)
        marked[np.arange(len(words)) + text_of + 1] = words
        left, self._right = marked[:-1], marked[1:]
        # The words that follow a word v stand together, from _first[v] to _first[v + 1].
        self._following = self._right[np.argsort(left, kind="stable")]
        self._first = np.searchsorted(np.sort(left), np.arange(_END, marked.max() + 2))

    def probability(self, word: int, after: int) -> float:
        """Return p(word | after); -1 is the end mark, for the beginning too.

        Parameters
        ----------
        word, after
            Words; one that the texts do not have has probability 0, and after one that they do not
            have single words decide.

        Returns
        -------
        float
            In [0, 1]; the sum over all words and the end mark is 1.
        """
        single = float(np.mean(self._right == word))
        if not self._known(after):
            return single
        start, end = self._first[after - _END], self._first[after - _END + 1]
        pair = float(np.mean(self._following[start:end] == word))
        return self.weight * pair + (1 - self.weight) * single

    def sample(
        self, count: int, rng: np.random.Generator, longest: int = 100
    ) -> list[NDArray[np.int64]]:
        """Write texts.

        With probability λ the next word is the one behind a random occurrence of the last word,
        otherwise the one at a random place of the texts; that is p.

        Parameters
        ----------
        count
            How many, at least 0.
        rng
            Draws the words.
        longest
            Where a text is cut that has not ended, at least 1.

        Returns
        -------
        list of numpy.ndarray
            Words of each text, without end marks.

        Raises
        ------
        ValueError
            If `count` or `longest` is out of its range.
        """
        if count < 0 or longest < 1:
            raise ValueError(f"count and longest must be at least 0 and 1, got {count}, {longest}")
        last = np.full(count, _END)
        written = np.full((count, longest), _END)
        running = np.ones(count, dtype=bool)
        for place in range(longest):
            start, end = self._first[last - _END], self._first[last - _END + 1]
            pair = self._following[start + (rng.random(count) * (end - start)).astype(np.int64)]
            single = self._right[rng.integers(len(self._right), size=count)]
            last = np.where(rng.random(count) < self.weight, pair, single)
            written[:, place] = last
            running &= last != _END
            if not running.any():
                break
        ended = written == _END
        ends = np.where(ended.any(axis=1), ended.argmax(axis=1), longest)
        return [row[:end] for row, end in zip(written, ends, strict=True)]

    def _known(self, word: int) -> bool:
        place = word - _END
        return 0 <= place < len(self._first) - 1 and self._first[place] < self._first[place + 1]


_END = -1


def generations(
    real: Sequence[Text],
    count: int,
    rng: np.random.Generator,
    *,
    real_share: float = 0.0,
    accumulate: bool = False,
) -> list[list[NDArray[np.int64]]]:
    """Train a bigram model on texts, the next one on its samples, and so on.

    The experiment of I. Shumailov et al., "AI models collapse when trained on recursively generated
    data", Nature 631, 2024, with the smallest of models; `accumulate` is the remedy of
    M. Gerstgrasser et al., "Is model collapse inevitable?", 2024.

    Parameters
    ----------
    real
        Texts, as `Bigram` takes them.
    count
        Generations of models, at least 1.
    rng
        Draws the samples.
    real_share
        Share of each generation's training texts that is drawn from the real ones, in [0, 1].
    accumulate
        Whether the texts of all earlier generations, the real ones first, stay in training.

    Returns
    -------
    list of list
        For each generation what its model wrote, as many texts as are real.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    if not 0 <= real_share <= 1:
        raise ValueError(f"real_share must be in [0, 1], got {real_share}")
    kept = round(real_share * len(real))
    training: list[Text] = list(real)
    written = []
    for _ in range(count):
        samples = Bigram(training).sample(len(real), rng)
        written.append(samples)
        chosen = [real[i] for i in rng.permutation(len(real))[:kept]]
        training = [*training, *samples] if accumulate else [*chosen, *samples[kept:]]
    return written
