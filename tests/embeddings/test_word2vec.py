from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import special

from companion.datasets import lee
from companion.embeddings.cooccurrence import count_pairs
from companion.embeddings.negative_sampling import negative_sampling_gradients
from companion.embeddings.stretches import stretches
from companion.embeddings.vocabulary import Corpus, build_vocabulary, noise_distribution
from companion.embeddings.word2vec import Word2Vec, cbow_batch, skip_gram_batch

WORDS, SIZE = 12, 4
models = pytest.mark.parametrize("model", ["skip-gram", "cbow"])
seeds = pytest.mark.parametrize("seed", range(5))


def random_stretch(seed):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, 3)
    corpus = Corpus(
        rng.integers(0, WORDS, lengths.sum()).astype(np.int32), np.repeat(np.arange(3), lengths)
    )
    (stretch,) = stretches(corpus, int(rng.integers(1, 4)), 30, rng)
    return stretch, rng.normal(size=(WORDS, SIZE)), rng.normal(size=(WORDS, SIZE)), rng


def batch_gradients(batch, inputs, outputs):
    """Gradients of a batch, put into matrices of all words."""
    v, u = inputs[batch.inputs], outputs[batch.outputs]
    h = v if batch.mean is None else batch.mean @ v
    dh, du = negative_sampling_gradients(h, u, batch.positive, batch.negative)
    found = np.zeros_like(inputs), np.zeros_like(outputs)
    found[0][batch.inputs] = dh if batch.mean is None else batch.mean.T @ dh
    found[1][batch.outputs] = du
    return found


def gradients_pair_by_pair(model, stretch, inputs, outputs, noise, weights):
    """The formula as it stands: for each prediction one neighbour, and weighted negatives."""
    d_in, d_out = np.zeros_like(inputs), np.zeros_like(outputs)

    def predict(given, answer):
        h = inputs[given].mean(axis=0)
        targets = [(answer, 1.0, 1.0), *((n, 0.0, w) for n, w in zip(noise, weights, strict=True))]
        for c, y, weight in targets:
            error = weight * (special.expit(outputs[c] @ h) - y)
            for word in given:
                d_in[word] += error * outputs[c] / len(given)
            d_out[c] += error * h

    for word, row in zip(stretch.words, stretch.pairs, strict=True):
        near = stretch.neighbours[row > 0].tolist()
        if model == "cbow" and near:
            predict(near, word)
        if model == "skip-gram":
            for other in near:
                predict([word], other)
    return d_in, d_out


def batch_of(model, stretch, noise, negatives):
    return {"skip-gram": skip_gram_batch, "cbow": cbow_batch}[model](stretch, noise, negatives)


@models
@seeds
def test_the_gradient_of_a_stretch_equals_the_sum_over_its_pairs(model, seed):
    stretch, inputs, outputs, rng = random_stretch(seed)
    noise = rng.integers(0, WORDS, 7)
    batch = batch_of(model, stretch, noise, 3)
    expected = gradients_pair_by_pair(model, stretch, inputs, outputs, noise, np.full(7, 3 / 7))
    for ours, theirs in zip(batch_gradients(batch, inputs, outputs), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@models
@seeds
def test_shared_noise_has_the_expected_gradient_of_separate_draws(model, seed):
    # Gradients are linear in the noise: with each word drawn as often as it is expected to be,
    # that of the shared noise is its expectation. Separately k are drawn for each prediction.
    stretch, inputs, outputs, rng = random_stretch(seed)
    times = rng.integers(1, 5, WORDS)
    probabilities, k = times / times.sum(), 3
    batch = batch_of(model, stretch, np.repeat(np.arange(WORDS), times), k)
    expected = gradients_pair_by_pair(
        model, stretch, inputs, outputs, np.arange(WORDS), k * probabilities
    )
    for ours, theirs in zip(batch_gradients(batch, inputs, outputs), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@models
def test_a_stretch_without_pairs_has_no_gradient(model):
    stretch, inputs, outputs, _ = random_stretch(0)
    empty = stretch._replace(pairs=np.zeros_like(stretch.pairs))
    batch = batch_of(model, empty, np.arange(5), 2)
    for gradient in batch_gradients(batch, inputs, outputs):
        assert (gradient == 0).all()


def texts():
    return [text.lower().split() for text in lee.load()]


@models
def test_training_is_deterministic_and_follows_its_seed(model):
    settings = Word2Vec(model=model, size=8, epochs=1)
    first, again, other = (settings.train(texts()[:60], seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.vectors, again.vectors)
    assert first.vectors.dtype == first.contexts.dtype == np.float32
    assert (first.vectors != other.vectors).any()
    assert np.isfinite(first.vectors).all()


@models
def test_the_loss_falls_from_that_of_guessing(model):
    epochs = []
    Word2Vec(model=model, size=20, learning_rate=0.1, epochs=6).train(texts(), 0, epochs.append)
    losses = [epoch.loss for epoch in epochs]
    assert losses[0] < 6 * np.log(2)  # k + 1 coins
    assert all(later < earlier for earlier, later in pairwise(losses))
    assert [epoch.number for epoch in epochs] == list(range(6))
    assert all(epoch.words_per_second > 0 for epoch in epochs)


def test_neighbours_overlap_with_those_of_gensim():
    word2vec = pytest.importorskip("gensim.models.word2vec")
    sentences = texts()
    settings = Word2Vec(size=50, epochs=10)
    ours = [settings.train(sentences, seed) for seed in (1, 2)]
    theirs = word2vec.Word2Vec(
        sentences, vector_size=50, epochs=10, sg=1, workers=1, seed=1, window=5, min_count=5
    ).wv
    frequent = ours[0].words[50:150]

    def overlap(first, second):
        shares = [len({w for w, _ in first(f)} & {w for w, _ in second(f)}) for f in frequent]
        return np.mean(shares) / 10

    with_gensim = overlap(ours[0].most_similar, theirs.most_similar)
    with_itself = overlap(ours[0].most_similar, ours[1].most_similar)
    by_chance = 10 / len(ours[0])
    assert with_gensim > 20 * by_chance
    assert with_gensim > 0.7 * with_itself  # as alike as two seeds


def test_skip_gram_nears_the_shifted_pmi_of_levy_and_goldberg():
    # Few words, vectors as long as there are words: the optimum is log X / (X_w. P(c) k).
    rng = np.random.default_rng(0)
    affinity = rng.dirichlet(np.full(12, 0.7), 12)  # from a word to the next
    text = [0]
    for _ in range(20_000):
        text.append(int(rng.choice(12, p=affinity[text[-1]])))
    sentences = [[f"w{number}" for number in text]]
    settings = Word2Vec(size=12, window=2, negatives=2, sample=0, epochs=12, learning_rate=0.05)
    vectors = settings.train(sentences, 0)
    vocabulary = build_vocabulary(sentences)
    x = count_pairs(vocabulary.encode(sentences), 12, [1.0, 0.5]).dense().astype(float)
    noise = noise_distribution(vocabulary.counts)
    optimum = np.log(x / (x.sum(axis=1, keepdims=True) * noise * 2))
    learnt = vectors.vectors @ vectors.contexts.T
    likely = x > 200  # rare pairs are slow to arrive
    assert likely.sum() > 80
    assert np.corrcoef(learnt[likely], optimum[likely])[0, 1] > 0.98
    assert np.abs(learnt[likely] - optimum[likely]).mean() < 0.15


@seeds
def test_the_gradient_vanishes_at_the_shifted_pmi(seed):
    rng = np.random.default_rng(seed)
    x = rng.random((6, 6)) + 0.1
    negative = 3 * x.sum(axis=1, keepdims=True) * rng.dirichlet(np.ones(6))
    optimum = np.log(x / negative)
    for gradient in negative_sampling_gradients(np.eye(6), optimum.T, x, negative):
        np.testing.assert_allclose(gradient, 0, atol=1e-12)


@models
def test_a_corpus_of_one_word_is_learnt_without_trouble(model):
    losses = []
    settings = Word2Vec(model=model, size=3, min_count=1, sample=0)
    vectors = settings.train([["a"]], 0, losses.append)
    assert len(vectors) == 1
    assert np.isnan(losses[0].loss)  # there is no pair


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("model", "glove"),
        ("size", 0),
        ("window", 0),
        ("negatives", 0),
        ("epochs", 0),
        ("stretch", 0),
        ("noise_words", 0),
        ("learning_rate", 0),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("min_count", 0),
        ("sample", -1e-3),
        ("sample", float("nan")),
    ],
)
def test_settings_out_of_range_are_named(setting, value):
    with pytest.raises(ValueError, match=f"{setting} must be"):
        replace(Word2Vec(), **{setting: value})
