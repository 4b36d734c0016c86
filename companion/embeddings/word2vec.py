"""word2vec: vectors of words from the words around them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from companion.embeddings.negative_sampling import (
    negative_sampling_gradients,
    negative_sampling_loss,
)
from companion.embeddings.rows import Floats, Integers
from companion.embeddings.stretches import Stretch, draw, stretches, thin
from companion.embeddings.vocabulary import (
    Corpus,
    Sentences,
    Vocabulary,
    build_vocabulary,
    keep_probability,
    noise_distribution,
)
from companion.embeddings.word_vectors import WordVectors

_LOSS_EVERY = 50  # steps; the loss is watched, not needed


class Epoch(NamedTuple):
    """What one pass over the corpus came to.

    The loss, taken at every 50th step, is in nats: of a pair in skip-gram, of a word in continuous
    bag of words; not a number where there is no pair. Words are
    those in the vocabulary, counted before frequent ones are thinned.
    """

    number: int
    loss: float
    words_per_second: float


@dataclass(frozen=True)
class Word2Vec:
    """The settings of word2vec; `train` learns vectors with them.

    Training is stochastic gradient descent on the loss of
    :mod:`companion.embeddings.negative_sampling`, with the numbers of word2vec.c: windows of 1 to
    `window` words to each side, drawn anew for each word; thinned frequent words; noise words
    drawn by the power 0.75 of their counts; a learning rate that falls linearly to a
    ten-thousandth of itself. What is different:

    - A step takes a stretch of words at once, with the vectors as they were before it.
    - word2vec.c draws k negatives for every pair. Here all pairs of a stretch share a larger draw
      of m noise words, each with the weight k / m. The expected gradient is the same, and the work
      becomes products of matrices (S. Ji, N. Satish, S. Li, P. Dubey, "Parallelizing word2vec in
      shared and distributed memory", arXiv:1604.04661, section 3).
    - A noise word that is also the neighbour counts, as in the formula; word2vec.c skips it.
    - The sigmoid is exact, not a table cut off at ±6.
    - In skip-gram the word in the middle predicts those around it, as in the paper; in word2vec.c
      they predict it, which are the same pairs in the mean.
    - In continuous bag of words a neighbour gets its share, 1 / neighbours, of the gradient of the
      mean. word2vec.c and gensim leave the factor out; to learn as fast, a larger learning rate is
      needed here (O. İrsoy, A. Benton, K. Stratos, "Corrected CBOW performs as well as skip-gram",
      Insights 2021).

    Parameters
    ----------
    model
        "skip-gram", where a word predicts its neighbours, or "cbow", where they predict it.
    size
        Length of a vector.
    window
        Neighbours on each side, at most.
    negatives
        k, negatives of a pair (of a word in CBOW).
    sample
        See :func:`~companion.embeddings.vocabulary.keep_probability`; 0 keeps all words.
    min_count
        Rarer words get no vector.
    learning_rate
        Of the first step.
    epochs
        Passes over the corpus.
    stretch
        Words of a step. A word that occurs in it a dozen times takes a dozen steps at once, which
        may overshoot if it is long.
    noise_words
        m, noise words that the pairs of a stretch share.

    Raises
    ------
    ValueError
        If a setting is out of its range.
    """

    model: Literal["skip-gram", "cbow"] = "skip-gram"
    size: int = 100
    window: int = 5
    negatives: int = 5
    sample: float = 1e-3
    min_count: int = 5
    learning_rate: float = 0.025
    epochs: int = 5
    stretch: int = 64
    noise_words: int = 64

    def __post_init__(self) -> None:
        if self.model not in ("skip-gram", "cbow"):
            raise ValueError(f"model must be 'skip-gram' or 'cbow', got {self.model!r}")
        whole = ("size", "window", "negatives", "min_count", "epochs", "stretch", "noise_words")
        for name in whole:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 < self.learning_rate < np.inf:
            raise ValueError(f"learning_rate must be above 0, got {self.learning_rate}")
        if not self.sample >= 0:
            raise ValueError(f"sample must be 0 or more, got {self.sample}")

    def train(
        self, sentences: Sentences, seed: int, report: Callable[[Epoch], None] | None = None
    ) -> WordVectors:
        """Learn vectors from a corpus.

        Parameters
        ----------
        sentences
            Each a sequence of words; read twice, so not a generator.
        seed
            The same seed and settings give the same vectors.
        report
            Called after each epoch.

        Returns
        -------
        WordVectors
            The input vectors, in float32; `contexts` are the output vectors.
        """
        vocabulary = build_vocabulary(sentences, self.min_count)
        corpus = vocabulary.encode(sentences)
        rng = np.random.default_rng(seed)
        shape = len(vocabulary), self.size
        inputs = (rng.random(shape, np.float32) - np.float32(0.5)) / np.float32(self.size)
        outputs = np.zeros(shape, np.float32)
        for epoch in range(self.epochs):
            start = perf_counter()
            losses = list(self._epoch(epoch, inputs, outputs, vocabulary, corpus, rng))
            if report:
                seconds = perf_counter() - start
                loss = float(np.mean(losses)) if losses else float("nan")
                report(Epoch(epoch, loss, len(corpus.words) / seconds))
        return WordVectors(vocabulary.words, inputs, outputs)

    def _epoch(
        self,
        epoch: int,
        inputs: Floats,
        outputs: Floats,
        vocabulary: Vocabulary,
        corpus: Corpus,
        rng: np.random.Generator,
    ) -> Iterator[float]:
        """Change the vectors in place; yield the loss now and then."""
        thinned = thin(corpus, keep_probability(vocabulary.counts, self.sample), rng)
        steps = -(-len(thinned.words) // self.stretch)
        shape = steps, self.noise_words
        noise_words = draw(noise_distribution(vocabulary.counts), shape, rng)
        batch_of = skip_gram_batch if self.model == "skip-gram" else cbow_batch
        for step, stretch in enumerate(stretches(thinned, self.window, self.stretch, rng)):
            batch = batch_of(stretch, noise_words[step], self.negatives)
            v, u = inputs[batch.inputs], outputs[batch.outputs]
            h = v if batch.mean is None else batch.mean @ v
            if step % _LOSS_EVERY == 0 and (predictions := batch.positive.sum()):
                yield negative_sampling_loss(h, u, batch.positive, batch.negative) / predictions
            dh, du = negative_sampling_gradients(h, u, batch.positive, batch.negative)
            dv = dh if batch.mean is None else batch.mean.T @ dh
            left = max(1 - (epoch + step / steps) / self.epochs, 1e-4)
            rate = np.float32(self.learning_rate * left)
            inputs[batch.inputs] = v - rate * dv
            outputs[batch.outputs] = u - rate * du


class Batch(NamedTuple):
    """What a step needs to know: which words, and who meets whom.

    ``inputs`` (inputs,) and ``outputs`` (columns,) are numbers of words, none twice; ``positive``
    and ``negative`` are P and N, shape (rows, columns). ``mean`` makes rows of input vectors, shape
    (rows, inputs); without it they are the rows.
    """

    inputs: Integers
    outputs: Integers
    positive: Floats
    negative: Floats
    mean: Floats | None


def skip_gram_batch(stretch: Stretch, noise: Integers, negatives: int) -> Batch:
    """Count in a stretch how often each word meets each other as neighbour and as negative.

    Parameters
    ----------
    stretch
        Words, and which of their neighbours each is to predict.
    noise
        Noise words that all pairs share, shape ``(noise words,)``.
    negatives
        k: together the noise words weigh as much as this many for each pair.

    Returns
    -------
    Batch
        A row for each different word of the stretch.
    """
    inputs = np.unique(stretch.words)
    outputs = np.unique(np.concatenate([stretch.neighbours, noise]))
    pairs = _one_hot(stretch.words, inputs).T @ stretch.pairs  # (rows, neighbours)
    positive = pairs @ _one_hot(stretch.neighbours, outputs)
    drawn = _one_hot(noise, outputs).sum(axis=0) * np.float32(negatives / len(noise))
    return Batch(inputs, outputs, positive, pairs.sum(axis=1, keepdims=True) * drawn, None)


def cbow_batch(stretch: Stretch, noise: Integers, negatives: int) -> Batch:
    """Note for each word of a stretch the mean of which words is to predict it.

    Parameters
    ----------
    stretch, noise, negatives
        As in `skip_gram_batch`.

    Returns
    -------
    Batch
        A row for each word of the stretch; empty where a word has no neighbours.
    """
    inputs = np.unique(stretch.neighbours)
    outputs = np.unique(np.concatenate([stretch.words, noise]))
    neighbours = stretch.pairs.sum(axis=1, keepdims=True)
    some = np.minimum(neighbours, 1)  # 1 or 0: whether there is anything to predict from
    mean = stretch.pairs @ _one_hot(stretch.neighbours, inputs) / np.maximum(neighbours, 1)
    drawn = _one_hot(noise, outputs).sum(axis=0) * np.float32(negatives / len(noise))
    return Batch(inputs, outputs, some * _one_hot(stretch.words, outputs), some * drawn, mean)


def _one_hot(numbers: Integers, among: Integers) -> NDArray[np.float32]:
    same: NDArray[np.bool_] = numbers[:, None] == among
    return same.astype(np.float32)
