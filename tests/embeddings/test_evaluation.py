import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from companion.datasets import word_similarity as people
from companion.embeddings.evaluation import (
    analogy_accuracy,
    ranks,
    spearman,
    word_similarity,
)
from companion.embeddings.word_vectors import WordVectors

numbers = st.integers(-5, 5).map(float)
seeds = pytest.mark.parametrize("seed", range(3))


@given(arrays(float, st.integers(0, 30), elements=numbers))
def test_ranks_equal_scipy(values):
    np.testing.assert_array_equal(ranks(values), stats.rankdata(values))


@given(arrays(float, (2, 12), elements=numbers))
def test_spearman_equals_scipy(xy):
    x, y = xy
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert np.isnan(spearman(x, y).estimate)
        return
    r, low, high = spearman(x, y)
    assert r == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert -1 <= low <= r <= high <= 1


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.8])
def test_the_interval_covers_as_often_as_it_says(correlation):
    rng = np.random.default_rng(0)
    # Spearman's correlation of a normal pair, by its known relation to Pearson's.
    true = 6 / np.pi * np.arcsin(correlation / 2)
    x, e = rng.normal(size=(2, 2000, 60))
    y = correlation * x + np.sqrt(1 - correlation**2) * e
    found = [spearman(a, b) for a, b in zip(x, y, strict=True)]
    covered = np.mean([low <= true <= high for _, low, high in found])
    assert covered == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("y", [[1, 2, 3, 4], [4, 3, 2, 1]])
def test_a_perfect_order_has_an_interval_of_one_point(y):
    r, low, high = spearman([1, 2, 3, 4], y)
    assert r == low == high
    assert abs(r) == 1


@pytest.mark.parametrize(
    ("x", "y", "confidence", "message"),
    [
        ([1, 2, 3], [1, 2, 3], 0.95, "four or more"),
        ([1, 2, 3, 4], [1, 2, 3], 0.95, "one shape"),
        ([1, 2, 3, np.nan], [1, 2, 3, 4], 0.95, "must be finite"),
        ([1, 2, 3, 4], [1, 2, 3, 4], 1, "confidence must be"),
        ([1, 2, 3, 4], [1, 2, 3, 4], float("nan"), "confidence must be"),
    ],
)
def test_what_cannot_be_correlated_is_refused(x, y, confidence, message):
    with pytest.raises(ValueError, match=message):
        spearman(x, y, confidence)


def random_vectors(seed, words):
    rng = np.random.default_rng(seed)
    kept = rng.permutation(sorted(words))[: len(words) * 2 // 3].tolist()
    return WordVectors(kept, rng.normal(size=(len(kept), 20)).astype(np.float32))


def twin(vectors, tmp_path):
    models = pytest.importorskip("gensim.models")
    vectors.save(tmp_path / "vectors.txt")
    return models.KeyedVectors.load_word2vec_format(tmp_path / "vectors.txt")


@seeds
@pytest.mark.parametrize(
    ("name", "file"), [("wordsim353", "wordsim353.tsv"), ("simlex999", "simlex999.txt")]
)
def test_similarity_scores_equal_gensim(seed, name, file, tmp_path):
    pairs = people.load_ratings(name)
    vectors = random_vectors(seed, {word for a, b, _ in pairs for word in (a, b)})
    score = word_similarity(vectors, pairs)
    path = people.fetch(people.WORD_SIMILARITY)[file]
    _, theirs, unknown = twin(vectors, tmp_path).evaluate_word_pairs(
        str(path), case_insensitive=False
    )
    assert score.correlation.estimate == pytest.approx(theirs.statistic, abs=1e-6)
    assert score.pairs == len(pairs)
    assert 100 * (1 - score.covered / score.pairs) == pytest.approx(unknown)


@seeds
def test_analogies_equal_gensim_by_category(seed, tmp_path):
    questions = {name: asked[:300] for name, asked in people.load_analogies().items()}
    words = {word for asked in questions.values() for question in asked for word in question}
    vectors = random_vectors(seed, words)
    # Random vectors answer nothing rightly: draw some fourth words to where they should be.
    for asked in questions.values():
        for a, b, c, d in asked[:40]:
            if all(word in vectors for word in (a, b, c, d)):
                units = [vectors[word] / np.linalg.norm(vectors[word]) for word in (a, b, c)]
                vectors.vectors[vectors.index[d]] += units[1] - units[0] + units[2]
    lines = [
        line
        for name, asked in questions.items()
        for line in (f": {name}", *(" ".join(question) for question in asked))
    ]
    (tmp_path / "questions.txt").write_text("\n".join(lines), encoding="utf-8")
    _, sections = twin(vectors, tmp_path).evaluate_word_analogies(
        str(tmp_path / "questions.txt"), case_insensitive=False
    )
    expected = {each["section"]: each for each in sections}
    scores = analogy_accuracy(vectors, questions)
    for name, score in scores.items():
        right = len(expected[name]["correct"])
        assert (score.right, score.covered) == (right, right + len(expected[name]["incorrect"]))
        assert score.questions == len(questions[name])
    assert sum(score.right for score in scores.values()) > 9


@seeds
def test_analogies_in_one_product_equal_those_one_by_one(seed):
    words = [f"w{number}" for number in range(30)]
    rng = np.random.default_rng(seed)
    vectors = WordVectors(words, rng.normal(size=(30, 3)))
    asked = [tuple(rng.choice(words, 4, replace=False).tolist()) for _ in range(200)]
    right = sum(vectors.analogy(a, b, c)[0][0] == d for a, b, c, d in asked)
    score = analogy_accuracy(vectors, {"all": asked})["all"]
    assert (score.right, score.covered, score.questions) == (right, 200, 200)
    assert right > 0


def test_questions_in_blocks_are_all_counted():
    # More than one block of questions, the last one not full.
    words = [f"w{number}" for number in range(30)]
    rng = np.random.default_rng(0)
    vectors = WordVectors(words, rng.normal(size=(30, 3)))
    asked = [tuple(rng.choice(words, 4, replace=False).tolist()) for _ in range(600)]
    right = sum(vectors.analogy(a, b, c)[0][0] == d for a, b, c, d in asked)
    assert analogy_accuracy(vectors, {"all": asked})["all"] == (right, 600, 600)


@pytest.mark.parametrize("rating", [float("nan"), float("inf")])
def test_a_rating_that_is_no_number_is_named(rating):
    vectors = WordVectors(["a", "b"], [[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match=r"pairs must have finite ratings, got \('a', 'b', "):
        word_similarity(vectors, [("a", "b", rating)])


def test_words_without_vectors_are_left_out_and_counted():
    vectors = WordVectors(["a", "b"], [[1.0, 0.0], [0.0, 1.0]])
    score = word_similarity(vectors, [("a", "b", 1.0), ("a", "c", 2.0)])
    assert np.isnan(score.correlation.estimate)
    assert (score.covered, score.pairs) == (1, 2)
    assert analogy_accuracy(vectors, {"x": [("a", "b", "c", "d")]})["x"] == (0, 0, 1)
    assert analogy_accuracy(vectors, {"x": []})["x"] == (0, 0, 0)
