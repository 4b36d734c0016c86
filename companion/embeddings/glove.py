r"""GloVe: vectors whose products are the logarithms of how often words stand together.

.. math:: J = \frac12 \sum_{X_{ij} > 0} f(X_{ij})
              \bigl(w_i \cdot \tilde w_j + b_i + \tilde b_j - \log X_{ij}\bigr)^2, \qquad
          f(x) = \min\bigl(1, (x / x_\text{max})^{0.75}\bigr)

J. Pennington, R. Socher, C. Manning, "GloVe: global vectors for word representation", EMNLP 2014,
equations 8 and 9; half of it, as in the authors' program. A word's bias is kept behind its vector.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from companion.embeddings.cooccurrence import SparseMatrix, count_pairs
from companion.embeddings.rows import Floats, Integers, sum_rows
from companion.embeddings.vocabulary import Sentences, build_vocabulary
from companion.embeddings.word_vectors import WordVectors


def glove_weight(x: Floats, x_max: float = 100.0, power: float = 0.75) -> Floats:
    """Return f(x), which rises with x to 1 at `x_max`."""
    weight: Floats = np.minimum(x / x_max, 1) ** power
    return weight


def glove_residual(word: Floats, context: Floats, x: Floats) -> Floats:
    """Return w · w̃ + b + b̃ − log x for each pair.

    Parameters
    ----------
    word, context
        w and b, w̃ and b̃: vectors with the bias behind, shape ``(pairs, size + 1)``.
    x
        Counts above 0, shape ``(pairs,)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(pairs,)``.
    """
    products = np.einsum("ps,ps->p", word[:, :-1], context[:, :-1])
    residual: Floats = products + word[:, -1] + context[:, -1] - np.log(x)
    return residual


def glove_loss(word: Floats, context: Floats, x: Floats, x_max: float = 100.0) -> float:
    """Return J for some pairs.

    Parameters
    ----------
    word, context, x
        As in `glove_residual`.
    x_max
        Counts above it weigh no more.

    Returns
    -------
    float
        The sum over the pairs.
    """
    return float((glove_weight(x, x_max) * glove_residual(word, context, x) ** 2).sum() / 2)


def glove_gradients(
    word: Floats, context: Floats, x: Floats, x_max: float = 100.0
) -> tuple[Floats, Floats]:
    """Return the gradients of `glove_loss` with respect to `word` and `context`.

    Parameters
    ----------
    word, context, x, x_max
        As in `glove_loss`.

    Returns
    -------
    dword, dcontext : tuple of ndarray
        Shape ``(pairs, size + 1)`` both.
    """
    error = (glove_weight(x, x_max) * glove_residual(word, context, x))[:, None]
    one = np.ones_like(error)  # the derivative of the residual with respect to a bias
    return (
        error * np.concatenate([context[:, :-1], one], axis=1),
        error * np.concatenate([word[:, :-1], one], axis=1),
    )


@dataclass(frozen=True)
class GloVe:
    """The settings of GloVe; `train` learns vectors with them.

    Each step takes a batch of pairs in random order. AdaGrad divides the step of every single
    parameter by the root of 1 plus the sum of its squared gradients (J. Duchi, E. Hazan, Y. Singer,
    JMLR 12 (2011); the authors' program starts the sum at 1, too). A batch differs from their
    program in that a word's gradients of the batch are added before they are squared.

    Parameters
    ----------
    size
        Length of a vector.
    window
        Neighbours on each side; one at a distance d counts 1 / d.
    min_count
        Rarer words get no vector.
    x_max
        Counts above it weigh no more.
    learning_rate
        Of AdaGrad.
    epochs
        Passes over the pairs.
    batch
        Pairs of a step.

    Raises
    ------
    ValueError
        If a setting is out of its range.
    """

    size: int = 100
    window: int = 10
    min_count: int = 5
    x_max: float = 100.0
    learning_rate: float = 0.05
    epochs: int = 15
    batch: int = 1024

    def __post_init__(self) -> None:
        for name in ("size", "window", "min_count", "epochs", "batch"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("x_max", "learning_rate"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be above 0, got {getattr(self, name)}")

    def train(
        self, sentences: Sentences, seed: int, report: Callable[[int, float], None] | None = None
    ) -> WordVectors:
        """Learn vectors from a corpus.

        Parameters
        ----------
        sentences
            Each a sequence of words; read twice, so not a generator.
        seed
            The same seed and settings give the same vectors.
        report
            Called after each epoch with its number and the mean loss of a pair, taken before the
            step on it.

        Returns
        -------
        WordVectors
            The sums w + w̃ without biases, in float32, as in section 4.2 of the paper.
        """
        vocabulary = build_vocabulary(sentences, self.min_count)
        weights = 1 / np.arange(1, self.window + 1)
        counts = count_pairs(vocabulary.encode(sentences), len(vocabulary), weights)
        words, contexts = self.fit(counts, seed, report)
        return WordVectors(vocabulary.words, (words + contexts)[:, :-1])

    def fit(
        self, counts: SparseMatrix, seed: int, report: Callable[[int, float], None] | None = None
    ) -> tuple[Floats, Floats]:
        """Learn from counted pairs.

        Parameters
        ----------
        counts
            X, as from :func:`~companion.embeddings.cooccurrence.count_pairs`.
        seed, report
            As in `train`.

        Returns
        -------
        words, contexts : tuple of ndarray
            Vectors with the bias behind, shape ``(words, size + 1)``, in float32.
        """
        rng = np.random.default_rng(seed)
        shape = counts.size, self.size + 1
        words, contexts = (rng.random((2, *shape), np.float32) - np.float32(0.5)) / shape[1]
        squares = np.ones((2, *shape), np.float32)
        rate = np.float32(self.learning_rate)
        for epoch in range(self.epochs):
            order = rng.permutation(len(counts.values))
            loss = 0.0
            for start in range(0, len(order), self.batch):
                pairs = order[start : start + self.batch]
                i, j, x = counts.rows[pairs], counts.columns[pairs], counts.values[pairs]
                w, c = words[i], contexts[j]
                loss += glove_loss(w, c, x, self.x_max)
                dw, dc = glove_gradients(w, c, x, self.x_max)
                _adagrad(words, squares[0], i, dw, rate)
                _adagrad(contexts, squares[1], j, dc, rate)
            if report:
                report(epoch, loss / len(order))
        return words, contexts


def _adagrad(
    parameters: Floats, squares: Floats, numbers: Integers, gradients: Floats, rate: np.float32
) -> None:
    """Step the rows that `numbers` name, in place."""
    rows, g = sum_rows(numbers, gradients)
    total = squares[rows] + g * g
    squares[rows] = total
    parameters[rows] -= rate * g / np.sqrt(total)
