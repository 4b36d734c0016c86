"""Which words stand near which, how often, and how much more often than by chance."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.embeddings.rows import Floats, sum_rows
from companion.embeddings.vocabulary import Corpus

_BLOCK = 512  # rows that are made dense at a time


class SparseMatrix(NamedTuple):
    """The entries of a square matrix that are not zero, row by row.

    ``rows``, ``columns`` and ``values`` have shape ``(entries,)``; rows never fall, and columns
    rise within a row. ``size`` is the number of rows, and of columns.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    size: int

    def dense(self, first: int = 0, last: int | None = None) -> NDArray[np.float32]:
        """Return the rows from `first` up to, without, `last` with their zeros."""
        last = self.size if last is None else min(last, self.size)
        part = slice(*self.rows.searchsorted([first, last]))
        block = np.zeros((last - first, self.size), np.float32)
        block[self.rows[part] - first, self.columns[part]] = self.values[part]
        return block

    def times(self, matrix: Floats) -> Floats:
        """Return the product with a dense matrix of shape ``(size, columns)``."""
        starts = range(0, self.size, _BLOCK)
        return np.concatenate([self.dense(start, start + _BLOCK) @ matrix for start in starts])

    def transposed_times(self, matrix: Floats) -> Floats:
        """Return the product of the transpose with a dense matrix."""
        product = np.zeros_like(matrix)
        for start in range(0, self.size, _BLOCK):
            stop = start + _BLOCK
            product += self.dense(start, stop).T @ matrix[start:stop]
        return product


def count_pairs(corpus: Corpus, size: int, weights: ArrayLike) -> SparseMatrix:
    r"""Add up, for every two words, a weight for each time they stand near each other.

    .. math:: X_{wc} = \sum_{d=1}^{D} \text{weight}_d \cdot
              \#\{\text{places where c stands d words after or before w}\}

    The weights :math:`1/d` are GloVe's (J. Pennington, R. Socher, C. Manning, "GloVe: global
    vectors for word representation", EMNLP 2014, section 4.2); :math:`(D + 1 - d) / D` is how often
    the windows of word2vec, drawn from 1 to D, reach d far.

    Parameters
    ----------
    corpus
        Word numbers and sentences; no pair reaches from one sentence into another.
    size
        Number of words of the vocabulary.
    weights
        For the distances 1, 2, …, D, shape ``(D,)``, all above 0.

    Returns
    -------
    SparseMatrix
        Symmetric, shape ``(word, neighbour)``.

    Raises
    ------
    ValueError
        If a weight is not above 0, a word number is not below `size`, or no two words stand near
        each other.
    """
    factors = np.asarray(weights, dtype=float)
    if factors.ndim != 1 or not factors.size or not ((factors > 0) & (factors < np.inf)).all():
        raise ValueError(f"weights must be one or more numbers above 0, got {weights!r}")
    words, sentences = corpus.words.astype(np.int64), corpus.sentences
    if words.size and not 0 <= words.min() <= words.max() < size:
        wrong = words[(words < 0) | (words >= size)][0]
        raise ValueError(
            f"corpus must hold numbers below size = {size} and not below 0, got {wrong}"
        )
    cells, sums = [], []
    for distance, factor in enumerate(factors, start=1):
        together = sentences[distance:] == sentences[:-distance]
        left, right = words[:-distance][together], words[distance:][together]
        cell, count = np.unique(left * size + right, return_counts=True)
        cells += [cell, cell % size * size + cell // size]
        sums += [factor * count, factor * count]
    cell, total = sum_rows(np.concatenate(cells), np.concatenate(sums))
    if not cell.size:
        raise ValueError("corpus must hold two words of one sentence, got none")
    return SparseMatrix(
        (cell // size).astype(np.int32),
        (cell % size).astype(np.int32),
        total.astype(np.float32),
        size,
    )


def positive_pmi(counts: SparseMatrix, power: float = 0.75, negatives: float = 1.0) -> SparseMatrix:
    r"""Return by how much two words occur together more often than by chance, or 0.

    .. math:: \max\Bigl(0, \log \frac{X_{wc}}{X_{w\cdot} \, P(c)} - \log k\Bigr), \qquad
              P(c) \propto X_{\cdot c}^{0.75}

    With k negatives, skip-gram with negative sampling drives :math:`v_w \cdot u_c` towards the
    logarithm less log k (O. Levy, Y. Goldberg, "Neural word embedding as implicit matrix
    factorization", NIPS 27 (2014), equation 12). The power of the noise distribution in the
    denominator is from O. Levy, Y. Goldberg, I. Dagan, "Improving distributional similarity with
    lessons learned from word embeddings", TACL 3 (2015), section 3.2.

    Parameters
    ----------
    counts
        X, as from `count_pairs`.
    power
        1 for plain pointwise mutual information.
    negatives
        k, at least 1.

    Returns
    -------
    SparseMatrix
        Its positive entries.

    Raises
    ------
    ValueError
        If `negatives` is below 1.
    """
    if not negatives >= 1:
        raise ValueError(f"negatives must be at least 1, got {negatives}")
    rows, columns, values, size = counts
    x = values.astype(float)
    of_word = np.bincount(rows, x, size)
    of_context = np.bincount(columns, x, size) ** power
    chance = of_word[rows] * of_context[columns] / of_context.sum()
    pmi = np.log(x / chance) - np.log(negatives)
    above = pmi > 0
    return SparseMatrix(rows[above], columns[above], pmi[above].astype(np.float32), size)


def truncated_svd(
    matrix: SparseMatrix, size: int, seed: int, iterations: int = 3
) -> tuple[Floats, Floats, Floats]:
    r"""Return the largest singular values and their vectors, by random projections.

    :math:`M \approx U \operatorname{diag}(s) V^T`. A random matrix is multiplied by :math:`M` and,
    a few times, by :math:`M M^T`, and made orthonormal; its columns then nearly span the leading
    singular vectors (N. Halko, P. Martinsson, J. Tropp, "Finding structure with randomness", SIAM
    Review 53 (2011), algorithms 4.4 and 5.1).

    Parameters
    ----------
    matrix
        M, of any kind.
    size
        How many, from 1 to the matrix's size.
    seed
        Of the random matrix.
    iterations
        The more, the more exact.

    Returns
    -------
    u, s, v : tuple of ndarray
        Shapes ``(words, size)``, ``(size,)`` falling, ``(words, size)``; float32.

    Raises
    ------
    ValueError
        If `size` is out of range.
    """
    if not 1 <= size <= matrix.size:
        raise ValueError(f"size must be from 1 to {matrix.size}, got {size}")
    columns = min(size + 10, matrix.size)  # ten more than are kept
    start = np.random.default_rng(seed).standard_normal((matrix.size, columns), np.float32)
    q = np.linalg.qr(matrix.times(start)).Q
    for _ in range(iterations):
        q = np.linalg.qr(matrix.transposed_times(q)).Q
        q = np.linalg.qr(matrix.times(q)).Q
    u, s, vt = np.linalg.svd(matrix.transposed_times(q).T, full_matrices=False)
    return (q @ u)[:, :size], s[:size], vt[:size].T
