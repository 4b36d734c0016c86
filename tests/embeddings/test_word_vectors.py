import numpy as np
import pytest

from companion.embeddings.word_vectors import WordVectors

seeds = pytest.mark.parametrize("seed", range(4))


def random_vectors(seed, dtype=np.float32):
    rng = np.random.default_rng(seed)
    words, size = int(rng.integers(5, 60)), int(rng.integers(2, 9))
    return WordVectors(
        [f"wörd{number}" for number in range(words)],
        (rng.normal(size=(words, size)) * 10.0 ** rng.integers(-6, 6)).astype(dtype),
    )


@seeds
def test_neighbours_similarities_and_analogies_equal_gensim(seed, tmp_path):
    models = pytest.importorskip("gensim.models")
    ours = random_vectors(seed)
    ours.save(tmp_path / "vectors.txt")
    theirs = models.KeyedVectors.load_word2vec_format(tmp_path / "vectors.txt")
    np.testing.assert_array_equal(ours.vectors, theirs.vectors, strict=True)
    assert list(ours.words) == theirs.index_to_key
    a, b, c = ours.words[:3]
    assert ours.similarity(a, b) == pytest.approx(theirs.similarity(a, b), abs=1e-6)
    answers = [
        (ours.most_similar(a, 5), theirs.most_similar(a, topn=5)),
        (ours.most_similar(a, 99), theirs.most_similar(a, topn=99)),
        (ours.analogy(a, b, c, 4), theirs.most_similar(positive=[b, c], negative=[a], topn=4)),
    ]
    for mine, expected in answers:
        assert [word for word, _ in mine] == [word for word, _ in expected]
        np.testing.assert_allclose(
            [cosine for _, cosine in mine], [cosine for _, cosine in expected], atol=1e-6
        )


@seeds
def test_a_file_that_gensim_wrote_is_read(seed, tmp_path):
    models = pytest.importorskip("gensim.models")
    ours = random_vectors(seed)
    theirs = models.KeyedVectors(ours.vectors.shape[1])
    theirs.add_vectors(list(ours.words), ours.vectors)
    theirs.save_word2vec_format(tmp_path / "vectors.vec")
    read = WordVectors.load(tmp_path / "vectors.vec")
    assert read.words == ours.words
    np.testing.assert_array_equal(read.vectors, ours.vectors, strict=True)


@seeds
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_npz_gives_back_the_same_words_and_vectors(seed, dtype, tmp_path):
    ours = random_vectors(seed, dtype)
    ours.save(tmp_path / "vectors.npz")
    read = WordVectors.load(tmp_path / "vectors.npz")
    assert read.words == ours.words
    np.testing.assert_array_equal(read.vectors, ours.vectors, strict=True)
    assert read.contexts is None


def test_npz_keeps_context_vectors(tmp_path):
    vectors = np.arange(6.0).reshape(2, 3)
    WordVectors(["a b", "c"], vectors, -vectors).save(tmp_path / "vectors.npz")
    read = WordVectors.load(str(tmp_path / "vectors.npz"))
    np.testing.assert_array_equal(read.contexts, -vectors)
    assert read.words == ("a b", "c")


@pytest.mark.parametrize("word", ["", "two words", "tab\t", "line\n"])
def test_text_files_take_no_white_space_in_words(word, tmp_path):
    with pytest.raises(ValueError, match="no white space"):
        WordVectors([word], [[1.0]]).save(tmp_path / "vectors.txt")
    assert not (tmp_path / "vectors.txt").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: must be two whole numbers"),
        ("two 3\n", "line 1: must be two whole numbers"),
        ("1 2\nword 0.5\n", "line 2: must be one of 1 words with 2 numbers"),
        ("1 1\na 1\nb 1\n", "line 3: must be one of 1 words"),
        ("3 1\na 1\n", "must hold 3 words by its line 1, got 1"),
        ("2 1\na 1\na 1\n", "words must differ, got 'a' more than once"),
        ("1 1\na nan\n", "vectors must be finite, got nan"),
        ("1 1\na b\n", "line 2: could not convert"),
        ("99999999999999 99999\na 1\n", "line 2: must be one of"),
    ],
)
def test_damaged_text_files_are_refused(text, message, tmp_path):
    (tmp_path / "vectors.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        WordVectors.load(tmp_path / "vectors.txt")


@pytest.mark.parametrize("vectors", [[[1.0]], [1.0, 2.0], np.zeros((2, 0)), [[1.0], [np.inf]]])
def test_vectors_that_do_not_fit_are_refused(vectors):
    with pytest.raises(ValueError, match="vectors must"):
        WordVectors(["a", "b"], vectors)
    with pytest.raises(ValueError, match="contexts must"):
        WordVectors(["a", "b"], [[1.0], [2.0]], vectors)


def test_contexts_have_the_size_of_the_vectors():
    with pytest.raises(ValueError, match=r"contexts must have the shape of vectors, \(1, 2\)"):
        WordVectors(["a"], [[1.0, 2.0]], [[1.0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@seeds
def test_directions_of_very_long_and_very_short_vectors_are_seen(seed, dtype):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(6, 5))
    limits = np.finfo(dtype)
    scales = [1, limits.max / 10, limits.tiny * 10, 1e20, 1e-20, 1]
    scaled = WordVectors("abcdef", (vectors * np.array(scales)[:, None]).astype(dtype))
    expected = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert scaled.unit.dtype == dtype
    np.testing.assert_allclose(scaled.unit, expected, atol=1e-6)


def test_words_are_found_by_name():
    vectors = WordVectors(["a", "b"], [[3, 4], [0, 0]])
    assert len(vectors) == 2
    assert "a" in vectors
    assert "c" not in vectors
    assert vectors["a"].tolist() == [3.0, 4.0]
    with pytest.raises(KeyError, match="'c' has no vector"):
        vectors["c"]
    with pytest.raises(KeyError, match="'c' has no vector"):
        vectors.most_similar("c")
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        vectors.most_similar("a", 0)


def test_a_vector_of_length_zero_is_like_nothing():
    vectors = WordVectors(["a", "b"], [[3.0, 4.0], [0.0, 0.0]])
    assert vectors.similarity("a", "b") == 0
    assert vectors.most_similar("b") == [("a", 0.0)]
    assert vectors.analogy("a", "a", "b") == []


def test_an_analogy_finds_the_fourth_corner_of_a_parallelogram():
    corners = {"man": [1, 0, 1], "woman": [1, 1, 1], "king": [3, 0, 1], "queen": [3, 1, 1]}
    vectors = WordVectors([*corners, "far"], [*corners.values(), [-1, -1, 5]])
    assert vectors.analogy("man", "woman", "king")[0][0] == "queen"


def test_a_text_has_the_mean_of_the_vectors_of_its_words():
    vectors = WordVectors(["a", "b"], np.array([[1, 2], [3, 6]], np.float32))
    assert vectors.mean(["a", "b", "unknown", "a"]).tolist() == pytest.approx([5 / 3, 10 / 3])
    assert vectors.mean(iter("b")).dtype == np.float32
    assert vectors.mean([]).tolist() == vectors.mean(["unknown"]).tolist() == [0, 0]
