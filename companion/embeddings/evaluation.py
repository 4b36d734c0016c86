"""How well vectors of words agree with people: similarity ratings and analogies."""

from collections.abc import Iterable, Mapping, Sequence
from math import atanh, isfinite, sqrt, tanh
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.embeddings.word_vectors import WordVectors
from companion.metrics import Interval

_BLOCK = 256  # questions at a time


class SimilarityScore(NamedTuple):
    """Spearman's correlation on the pairs whose words both have vectors, and how many those are."""

    correlation: Interval
    covered: int
    pairs: int


class AnalogyScore(NamedTuple):
    """Questions answered rightly, of those whose four words all have vectors, of all."""

    right: int
    covered: int
    questions: int


def ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Return the rank of each value from 1; equal values share the mean of theirs.

    Parameters
    ----------
    values
        Shape ``(values,)``, no NaN.

    Returns
    -------
    numpy.ndarray
        Shape ``(values,)``.
    """
    _, group, sizes = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    return (last - (sizes - 1) / 2)[group]


def spearman(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> Interval:
    r"""Return Spearman's rank correlation and its interval.

    The correlation r of the ranks; with the normal quantile z at (1 + confidence) / 2 the ends are

    .. math:: \tanh\Bigl(\operatorname{artanh} r \pm z \sqrt{\frac{1 + r^2 / 2}{n - 3}}\Bigr)

    (D. G. Bonett, T. A. Wright, "Sample size requirements for estimating Pearson, Kendall and
    Spearman correlations", Psychometrika 65 (2000), p. 23-28).

    Parameters
    ----------
    x, y
        Shape ``(pairs,)``, four or more, finite.
    confidence
        Share of such intervals that cover the true correlation, above 0 and below 1.

    Returns
    -------
    Interval
        The correlation and the ends; not a number where all of `x` or of `y` are equal.

    Raises
    ------
    ValueError
        If the lengths differ, there are fewer than four pairs, a value is not finite, or
        `confidence` is out of range.
    """
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if first.ndim != 1 or first.shape != second.shape or len(first) < 4:
        raise ValueError(
            f"x and y must have one shape (pairs,) of four or more, got {first.shape} and "
            f"{second.shape}"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("x and y must be finite, got NaN or infinity")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be above 0 and below 1, got {confidence}")
    a, b = (each - each.mean() for each in (ranks(first), ranks(second)))
    scale = sqrt((a @ a) * (b @ b))
    if scale == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    r = float(np.clip(a @ b / scale, -1, 1))
    if abs(r) == 1:
        return Interval(r, r, r)
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt((1 + r**2 / 2) / (len(a) - 3))
    return Interval(r, tanh(atanh(r) - reach), tanh(atanh(r) + reach))


def word_similarity(
    vectors: WordVectors, pairs: Iterable[tuple[str, str, float]], confidence: float = 0.95
) -> SimilarityScore:
    """Compare the cosines of pairs of words with what people say of their similarity.

    Pairs with a word that has no vector are left out, and counted: compare two sets of vectors on
    pairs that both cover.

    Parameters
    ----------
    vectors
        What is judged.
    pairs
        Two words and people's mean rating; see :mod:`companion.datasets.word_similarity`.
    confidence
        Of the interval.

    Returns
    -------
    SimilarityScore
        Not a number where fewer than four pairs are covered.

    Raises
    ------
    ValueError
        If a rating is not finite, or `confidence` is out of range.
    """
    pairs = list(pairs)
    if bad := next((pair for pair in pairs if not isfinite(pair[2])), None):
        raise ValueError(f"pairs must have finite ratings, got {bad}")
    covered = [(a, b, rating) for a, b, rating in pairs if a in vectors and b in vectors]
    if len(covered) < 4:
        nan = float("nan")
        return SimilarityScore(Interval(nan, nan, nan), len(covered), len(pairs))
    cosines = [vectors.similarity(a, b) for a, b, _ in covered]
    correlation = spearman(cosines, [rating for _, _, rating in covered], confidence)
    return SimilarityScore(correlation, len(covered), len(pairs))


def analogy_accuracy(
    vectors: WordVectors, questions: Mapping[str, Sequence[tuple[str, str, str, str]]]
) -> dict[str, AnalogyScore]:
    """Count by category the analogies that :meth:`WordVectors.analogy` completes rightly.

    Parameters
    ----------
    vectors
        What is judged.
    questions
        For each category four words a, b, c, d: a is to b as c is to d.

    Returns
    -------
    dict of str to AnalogyScore
        By category.
    """
    return {category: _score(vectors, asked) for category, asked in questions.items()}


def _score(vectors: WordVectors, asked: Sequence[tuple[str, str, str, str]]) -> AnalogyScore:
    covered = [question for question in asked if all(word in vectors for word in question)]
    numbers = np.array([[vectors.index[word] for word in question] for question in covered], int)
    blocks = (numbers[start : start + _BLOCK] for start in range(0, len(numbers), _BLOCK))
    return AnalogyScore(sum(_right(vectors, block) for block in blocks), len(covered), len(asked))


def _right(vectors: WordVectors, numbers: NDArray[np.integer]) -> int:
    """Count the right answers to some questions: `analogy`, as one product of matrices."""
    a, b, c = (vectors.unit[numbers[:, place]] for place in range(3))
    cosines = (b - a + c) @ vectors.unit.T  # (questions, words), up to a factor a row
    cosines[np.arange(len(numbers))[:, None], numbers[:, :3]] = -np.inf
    return int((cosines.argmax(axis=1) == numbers[:, 3]).sum())
