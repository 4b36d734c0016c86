"""Words with their vectors: neighbours, analogies, files."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


class WordVectors:
    """Words with a vector each.

    Parameters
    ----------
    words
        No word twice.
    vectors
        Shape ``(words, size)``, finite. float32 stays float32.
    contexts
        The vectors of the same words as neighbours, where a method has such; same shape.

    Raises
    ------
    ValueError
        If a word occurs twice, a shape does not fit, or a number is not finite.
    """

    def __init__(
        self, words: Sequence[str], vectors: ArrayLike, contexts: ArrayLike | None = None
    ) -> None:
        self.words = tuple(words)
        self.vectors = _checked(vectors, "vectors", len(self.words))
        self.contexts = None
        if contexts is not None:
            self.contexts = _checked(contexts, "contexts", len(self.words))
            if self.contexts.shape != self.vectors.shape:
                raise ValueError(
                    f"contexts must have the shape of vectors, {self.vectors.shape}, got "
                    f"{self.contexts.shape}"
                )
        self.index = {word: number for number, word in enumerate(self.words)}
        if len(self.index) < len(self.words):
            twice = next(w for n, w in enumerate(self.words) if self.index[w] != n)
            raise ValueError(f"words must differ, got {twice!r} more than once")

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> Array:
        """Return the vector of a word, shape ``(size,)``."""
        vector: Array = self.vectors[self._number(word)]
        return vector

    @cached_property
    def unit(self) -> Array:
        """The vectors divided by their lengths; a vector of length 0 stays 0."""
        # Scaled first, so that squares of very large or small numbers cannot leave the range.
        largest = np.abs(self.vectors).max(axis=1, keepdims=True)
        scaled = self.vectors / np.where(largest == 0, 1, largest)
        unit: Array = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1)
        return unit

    def similarity(self, first: str, second: str) -> float:
        """Return the cosine of the angle between the vectors of two words."""
        return float(self.unit[self._number(first)] @ self.unit[self._number(second)])

    def most_similar(self, word: str, count: int = 10) -> list[tuple[str, float]]:
        """Return the words whose vectors have the largest cosines with that of a word.

        Parameters
        ----------
        word
            Itself left out of the answer.
        count
            How many to return; fewer if there are not so many.

        Returns
        -------
        list of tuple
            Words and cosines, the most similar first.

        Raises
        ------
        KeyError
            If the word has no vector.
        ValueError
            If `count` is below 1.
        """
        return self._nearest(self.unit[self._number(word)], [word], count)

    def analogy(self, a: str, b: str, c: str, count: int = 1) -> list[tuple[str, float]]:
        r"""Answer "a is to b as c is to …" (3CosAdd).

        The words d, other than the three, with the largest cosine of :math:`d` and
        :math:`\hat b - \hat a + \hat c`, where a hat divides a vector by its length. T. Mikolov,
        W. Yih, G. Zweig, "Linguistic regularities in continuous space word representations",
        NAACL 2013, section 4; the name is O. Levy's and Y. Goldberg's (CoNLL 2014).

        Parameters
        ----------
        a, b, c
            Words with vectors.
        count
            How many answers to return.

        Returns
        -------
        list of tuple
            Words and cosines, the best first.

        Raises
        ------
        KeyError
            If a word has no vector.
        ValueError
            If `count` is below 1.
        """
        first, second, third = (self.unit[self._number(word)] for word in (a, b, c))
        target = second - first + third
        length = np.linalg.norm(target)
        return self._nearest(target / (length or 1), [a, b, c], count)

    def mean(self, words: Iterable[str]) -> Array:
        """Return the mean of the vectors of a text's words, shape ``(size,)``.

        Words without a vector are left out; a text without any other has the zero vector.
        """
        numbers = [self.index[word] for word in words if word in self.index]
        mean: Array = self.vectors[numbers].sum(axis=0) / max(len(numbers), 1)
        return mean

    def save(self, path: str | Path) -> None:
        """Write a ``.npz`` file, or, under any other name, the text format of word2vec.c.

        The text format has neither `contexts` nor words with spaces.

        Parameters
        ----------
        path
            Where to write; what is there is overwritten.

        Raises
        ------
        ValueError
            If a word is empty or holds white space and the format is text.
        """
        path = Path(path)
        if path.suffix == ".npz":
            arrays = {"words": np.array(self.words, dtype=np.str_), "vectors": self.vectors}
            if self.contexts is not None:
                arrays["contexts"] = self.contexts
            with path.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
            return
        for word in self.words:
            if not word or len(word.split()) != 1 or word != word.strip():
                raise ValueError(f"words must have no white space in a text file, got {word!r}")
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"{len(self)} {self.vectors.shape[1]}\n")
            for word, vector in zip(self.words, self.vectors, strict=True):
                file.write(f"{word} {' '.join(map(str, vector))}\n")

    @classmethod
    def load(cls, path: str | Path) -> "WordVectors":
        """Read a file that `save`, word2vec.c or gensim wrote; ``.npz`` by its name, else text.

        Parameters
        ----------
        path
            The file. Text holds a line with the number of words and the size of the vectors, then
            a word and its numbers on each line.

        Returns
        -------
        WordVectors
            From text in float32.

        Raises
        ------
        ValueError
            If the text is not of this format; the message has the line.
        """
        path = Path(path)
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                return cls(arrays["words"].tolist(), arrays["vectors"], arrays.get("contexts"))
        with path.open(encoding="utf-8", newline="\n") as file:
            head = file.readline().split()
            if len(head) != 2 or not all(number.isdecimal() for number in head):
                raise ValueError(f"{path.name}, line 1: must be two whole numbers, got {head}")
            count, size = map(int, head)
            words, vectors = [], []
            for number, line in enumerate(file):
                word, *numbers = line.rstrip().split(" ")
                if number >= count or len(numbers) != size:
                    raise ValueError(
                        f"{path.name}, line {number + 2}: must be one of {count} words with "
                        f"{size} numbers, got {line[:40]!r}"
                    )
                words.append(word)
                try:
                    vectors.append(np.array(numbers, np.float32))
                except ValueError as error:
                    raise ValueError(f"{path.name}, line {number + 2}: {error}") from None
        if len(words) != count:
            raise ValueError(
                f"{path.name}: must hold {count} words by its line 1, got {len(words)}"
            )
        return cls(words, vectors)

    def _number(self, word: str) -> int:
        if word not in self.index:
            raise KeyError(f"{word!r} has no vector")
        return self.index[word]

    def _nearest(self, direction: Array, without: list[str], count: int) -> list[tuple[str, float]]:
        if count < 1:
            raise ValueError(f"count must be at least 1, got {count}")
        cosines = self.unit @ direction
        order = np.argsort(-cosines, kind="stable")[: count + len(without)]
        answers = [(self.words[i], float(cosines[i])) for i in order]
        return [each for each in answers if each[0] not in without][:count]


def _checked(vectors: ArrayLike, name: str, count: int) -> Array:
    array = np.asarray(vectors)
    if array.dtype.kind != "f":
        array = array.astype(float)
    if array.ndim != 2 or len(array) != count or not array.size:
        raise ValueError(f"{name} must have the shape ({count} words, size), got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return array
