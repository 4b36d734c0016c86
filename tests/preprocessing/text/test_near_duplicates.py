"""MinHash and LSH against exact similarities and against datasketch."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.preprocessing.text import (
    MinHash,
    candidate_pairs,
    candidate_probability,
    choose_bands,
    estimated_jaccard,
    first_of_each,
    jaccard,
    near_duplicate_pairs,
    shingles,
    standard_error,
)
from companion.preprocessing.text.near_duplicates import Pair

sets_of_words = st.sets(st.text(max_size=3), max_size=20)


def overlapping(rng, similarity, size=400):
    """Two sets of random words with nearly the given similarity."""
    common = round(2 * size * similarity / (1 + similarity))
    words = [str(each) for each in rng.integers(0, 2**60, 2 * size - common)]
    return set(words[:size]), set(words[size - common :])


def documents(rng, count=60):
    """Texts of which some are copies with a few words changed."""
    originals = [[str(w) for w in rng.integers(0, 500, 80)] for _ in range(count // 3)]
    texts = list(originals)
    for _ in range(count - len(texts)):
        copy = list(originals[rng.integers(len(originals))])
        for place in rng.integers(0, 80, rng.integers(0, 12)):
            copy[place] = "changed"
        texts.append(copy)
    return [shingles(text, 2) for text in texts]


@given(sets_of_words, sets_of_words)
def test_jaccard_equals_the_counts_of_a_truth_table(a, b):
    elements = a | b
    both = sum(each in a and each in b for each in elements)
    assert jaccard(a, b) == (both / len(elements) if elements else 1.0)
    assert jaccard(a, b) == jaccard(b, a)


@given(st.text(max_size=30), st.integers(1, 6))
def test_shingles_are_all_runs_of_characters(text, size):
    runs = {text[i : i + size] for i in range(len(text)) if i + size <= len(text)}
    assert shingles(text, size) == (runs or ({text} if text else set()))


def test_shingles_of_words_are_joined_by_spaces():
    words = ["a", "rose", "is", "a", "rose", "is", "a", "rose"]
    assert shingles(words, 4) == {
        "a rose is a",
        "rose is a rose",
        "is a rose is",
    }
    assert shingles(["one"], 3) == {"one"}
    assert shingles([], 3) == set()


@pytest.mark.parametrize("similarity", [0.0, 0.1, 0.3, 0.5, 0.8, 0.95, 1.0])
def test_the_estimate_has_the_mean_and_the_standard_error_of_theory(similarity):
    rng = np.random.default_rng(round(100 * similarity))
    k, trials = 64, 200
    a, b = overlapping(rng, similarity)
    exact = jaccard(a, b)
    estimates = []
    for seed in range(trials):
        left, right = MinHash(k, seed).signatures([a, b])
        estimates.append(float(estimated_jaccard(left, right)))
    error = standard_error(exact, k)
    assert np.mean(estimates) == pytest.approx(exact, abs=4 * error / np.sqrt(trials) + 1e-12)
    assert np.std(estimates) == pytest.approx(error, rel=0.25, abs=1e-12)


def test_the_estimate_is_as_good_as_that_of_datasketch():
    datasketch = pytest.importorskip("datasketch")
    rng = np.random.default_rng(1)
    ours, theirs = [], []
    for seed in range(60):
        a, b = overlapping(rng, 0.6, 150)
        left, right = MinHash(128, seed).signatures([a, b])
        ours.append(float(estimated_jaccard(left, right)) - jaccard(a, b))
        pair = [datasketch.MinHash(128, seed) for _ in range(2)]
        for signature, elements in zip(pair, (a, b), strict=True):
            signature.update_batch([each.encode() for each in elements])
        theirs.append(pair[0].jaccard(pair[1]) - jaccard(a, b))
    assert np.std(ours) == pytest.approx(np.std(theirs), rel=0.35)
    assert np.std(ours) == pytest.approx(standard_error(0.6, 128), rel=0.3)


def test_signatures_do_not_depend_on_what_else_is_hashed_or_in_which_order():
    sets = documents(np.random.default_rng(2), 9)
    together = MinHash(32).signatures(sets)
    for place, one in enumerate(sets):
        np.testing.assert_array_equal(MinHash(32).signatures([one])[0], together[place])
    assert together.dtype == np.uint32
    assert not np.array_equal(MinHash(32, seed=1).signatures(sets), together)


def test_a_long_document_is_hashed_block_by_block(monkeypatch):
    from companion.preprocessing.text import min_hash as module

    elements = {str(i) for i in range(1000)}
    whole = MinHash(16).signatures([elements])
    monkeypatch.setattr(module, "_BLOCK", 16 * 7)
    np.testing.assert_array_equal(MinHash(16).signatures([elements]), whole)


@pytest.mark.parametrize(
    "elements",
    [
        list("abcdefghijk"),
        [str(i) for i in range(64)],
        ["a" * i for i in range(1, 20)],
        [chr(0x4E00 + i) for i in range(40)],
        [format(i, "08b") for i in range(64)],
    ],
    ids=["letters", "numbers", "runs", "ideographs", "bits"],
)
def test_each_element_of_a_set_is_the_first_equally_often(elements):
    """What the law of the estimate rests on, for shingles that are much alike."""
    stats = pytest.importorskip("scipy.stats")
    signatures = MinHash(20_000).signatures([{each} for each in elements])
    first = np.bincount(signatures.argmin(axis=0), minlength=len(elements))
    assert stats.chisquare(first).pvalue > 0.001


@pytest.mark.parametrize("similarity", [0.2, 0.5, 0.7])
def test_the_places_that_agree_are_binomial(similarity):
    stats = pytest.importorskip("scipy.stats")
    a, b = overlapping(np.random.default_rng(5), similarity, 100)
    left, right = MinHash(40_000, seed=9).signatures([a, b])
    agreeing = (left == right).reshape(-1, 20).sum(axis=1)
    law = stats.binom(20, jaccard(a, b))
    edges = law.ppf([0.1, 0.3, 0.5, 0.7, 0.9])
    found = np.bincount(np.searchsorted(edges, agreeing), minlength=6)
    expected = len(agreeing) * np.diff([0, *law.cdf(edges), 1])
    assert stats.chisquare(found, expected).pvalue > 0.001


def test_hash_values_of_two_shingles_are_independent_and_uniform():
    k = 20_000
    values = MinHash(k).signatures([{"one"}, {"two"}]) / 2**32
    assert values.mean(axis=1) == pytest.approx(0.5, abs=0.01)
    assert values.var(axis=1) == pytest.approx(1 / 12, abs=0.003)
    assert np.corrcoef(values)[0, 1] == pytest.approx(0, abs=0.03)


def test_empty_sets_are_duplicates_of_each_other_and_of_nothing_else():
    empty, other = MinHash(16).signatures([set(), {"a"}])
    assert (empty == 2**32 - 1).all()
    assert estimated_jaccard(empty, other) == 0
    pairs = near_duplicate_pairs([set(), {"a"}, set()])
    assert pairs == [Pair(0, 2, 1.0)]


def test_lone_surrogates_are_hashed():
    assert MinHash(8).signatures([{"\ud800"}]).shape == (1, 8)


def test_no_documents_have_no_duplicates():
    assert MinHash(8).signatures([]).shape == (0, 8)
    assert near_duplicate_pairs([]) == []
    assert first_of_each(0, []) == []


@pytest.mark.parametrize(("bands", "rows"), [(1, 1), (4, 3), (20, 5), (32, 4), (1, 128)])
def test_the_probability_of_a_candidate_is_that_of_a_simulation(bands, rows):
    rng = np.random.default_rng(bands)
    for similarity in (0.0, 0.3, 0.7, 0.95, 1.0):
        agree = rng.random((4000, bands, rows)) < similarity
        share = agree.all(axis=2).any(axis=1).mean()
        assert float(candidate_probability(similarity, bands, rows)) == pytest.approx(
            share, abs=0.03
        )


@pytest.mark.parametrize("permutations", [1, 2, 16, 100, 128])
@pytest.mark.parametrize("threshold", [0.1, 0.35, 0.5, 0.8, 0.95])
def test_bands_and_rows_are_those_of_datasketch(threshold, permutations):
    lsh = pytest.importorskip("datasketch.lsh")
    assert choose_bands(threshold, permutations) == lsh._optimal_param(
        threshold, permutations, 0.5, 0.5
    )


@pytest.mark.parametrize("seed", range(5))
def test_candidates_are_the_pairs_that_agree_in_a_band(seed):
    rng = np.random.default_rng(seed)
    signatures = rng.integers(0, 3, (30, 12), np.uint32)
    bands, rows = [(3, 4), (6, 2), (4, 3), (2, 5), (12, 1)][seed]
    expected = [
        (i, j)
        for i, j in itertools.combinations(range(30), 2)
        if any(
            (signatures[i, b * rows : (b + 1) * rows] == signatures[j, b * rows : (b + 1) * rows])
            .all()
            for b in range(bands)
        )
    ]  # fmt: skip
    assert [tuple(pair) for pair in candidate_pairs(signatures, bands, rows)] == expected


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("threshold", [0.4, 0.6, 0.8])
def test_pairs_found_are_those_of_comparing_each_with_each(seed, threshold):
    sets = documents(np.random.default_rng(seed))
    exact = {
        (i, j): jaccard(sets[i], sets[j]) for i, j in itertools.combinations(range(len(sets)), 2)
    }
    found = {
        (p.first, p.second): p.similarity for p in near_duplicate_pairs(sets, threshold, 256, seed)
    }
    assert all(exact[pair] == similarity >= threshold for pair, similarity in found.items())
    bands, rows = choose_bands(threshold, 256)
    wanted = [pair for pair, similarity in exact.items() if similarity >= threshold]
    missed = [1 - candidate_probability(exact[pair], bands, rows) for pair in wanted]
    assert len(set(wanted) - set(found)) <= sum(missed) + 4 * np.sqrt(sum(missed)) + 1


def test_one_of_each_group_is_kept():
    pairs = [Pair(1, 4, 0.9), Pair(4, 5, 0.9), Pair(2, 3, 0.8), Pair(0, 1, 0.8)]
    assert first_of_each(7, pairs) == [0, 2, 6]
    assert first_of_each(3, []) == [0, 1, 2]


@given(st.integers(1, 20), st.data())
def test_groups_are_those_of_scipy(count, data):
    sparse = pytest.importorskip("scipy.sparse")
    ends = st.integers(0, count - 1)
    edges = data.draw(st.lists(st.tuples(ends, ends), max_size=25))
    pairs = [Pair(min(edge), max(edge), 1.0) for edge in edges if edge[0] != edge[1]]
    graph = sparse.coo_array(
        (np.ones(len(pairs)), ([p.first for p in pairs], [p.second for p in pairs])),
        shape=(count, count),
    )
    _, labels = sparse.csgraph.connected_components(graph, directed=False)
    assert first_of_each(count, pairs) == np.unique(labels, return_index=True)[1].tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shingles("abc", 0), "size must be at least 1, got 0"),
        (lambda: MinHash(0), "permutations must be at least 1, got 0"),
        (lambda: choose_bands(1.0, 128), r"threshold must be in \(0, 1\), got 1.0"),
        (lambda: choose_bands(float("nan"), 128), "threshold must be in"),
        (lambda: choose_bands(0.5, 0), "permutations must be at least 1, got 0"),
        (
            lambda: candidate_pairs(np.zeros((2, 8), np.uint32), 3, 3),
            r"bands \* rows must be at most 8 permutations, got 3 \* 3",
        ),
        (
            lambda: candidate_pairs(np.zeros((2, 8), np.uint32), 3, 0),
            "bands and rows must be at least 1, got 3 and 0",
        ),
        (
            lambda: estimated_jaccard(np.zeros((2, 8), np.uint32), np.zeros((2, 1), np.uint32)),
            "a and b must be equally long, got 8 and 1",
        ),
        (lambda: standard_error(1.5, 8), r"similarity must be in \[0, 1\], got 1.5"),
        (lambda: standard_error(float("nan"), 8), "similarity must be in .* got nan"),
        (lambda: standard_error(0.5, 0), "permutations must be at least 1, got 0"),
    ],
)
def test_arguments_out_of_range_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
