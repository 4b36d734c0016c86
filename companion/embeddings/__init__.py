"""Vectors of words: counting, word2vec, GloVe, and how well they agree with people."""

from companion.embeddings.cooccurrence import (
    SparseMatrix,
    count_pairs,
    positive_pmi,
    truncated_svd,
)
from companion.embeddings.evaluation import (
    AnalogyScore,
    SimilarityScore,
    analogy_accuracy,
    spearman,
    word_similarity,
)
from companion.embeddings.glove import GloVe
from companion.embeddings.negative_sampling import (
    negative_sampling_gradients,
    negative_sampling_loss,
)
from companion.embeddings.vocabulary import (
    Corpus,
    Vocabulary,
    build_vocabulary,
    keep_probability,
    noise_distribution,
)
from companion.embeddings.word2vec import Epoch, Word2Vec
from companion.embeddings.word_vectors import WordVectors

__all__ = [
    "AnalogyScore",
    "Corpus",
    "Epoch",
    "GloVe",
    "SimilarityScore",
    "SparseMatrix",
    "Vocabulary",
    "Word2Vec",
    "WordVectors",
    "analogy_accuracy",
    "build_vocabulary",
    "count_pairs",
    "keep_probability",
    "negative_sampling_gradients",
    "negative_sampling_loss",
    "noise_distribution",
    "positive_pmi",
    "spearman",
    "truncated_svd",
    "word_similarity",
]
