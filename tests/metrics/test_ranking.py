"""Metrics of orders against scikit-learn and against their definitions."""

import itertools

import numpy as np
import pytest
from sklearn import metrics as peer

from companion.metrics import (
    hit_rate,
    mean_average_precision,
    mean_reciprocal_rank,
    ndcg,
    precision_at,
    recall_at,
)


def draw(seed, ties):
    rng = np.random.default_rng(seed)
    queries, items = rng.integers(1, 8), rng.integers(2, 15)
    relevance = rng.integers(0, 4, (queries, items)) * rng.integers(0, 2, (queries, items))
    scores = rng.integers(0, 5, (queries, items)) if ties else rng.normal(size=(queries, items))
    return relevance, scores.astype(float), int(rng.integers(1, items + 1))


@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("seed", range(15))
def test_ndcg_equals_scikit_learn(seed, ties):
    relevance, scores, k = draw(seed, ties)
    assert ndcg(relevance, scores) == pytest.approx(peer.ndcg_score(relevance, scores))
    assert ndcg(relevance, scores, k) == pytest.approx(peer.ndcg_score(relevance, scores, k=k))


@pytest.mark.parametrize("seed", range(10))
def test_average_precision_of_the_whole_order_equals_scikit_learn(seed):
    relevance, scores, _ = draw(seed, ties=False)
    rows = relevance.any(axis=1)
    if not rows.any():
        relevance[0, 0], rows[0] = 1, True
    expected = np.mean(
        [
            peer.average_precision_score(r > 0, s)
            for r, s in zip(relevance[rows], scores[rows], strict=True)
        ]
    )
    assert mean_average_precision(relevance, scores) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(10))
def test_average_precision_of_labels_equals_scikit_learn(seed):
    relevance, scores, _ = draw(seed, ties=False)
    relevance[np.arange(len(relevance)), seed % relevance.shape[1]] = 1
    expected = peer.label_ranking_average_precision_score(relevance > 0, scores)
    assert mean_average_precision(relevance, scores) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(10))
def test_of_equal_scores_the_worse_item_comes_first(seed):
    """The worst over all orders that the scores allow, each judged by its definition."""
    rng = np.random.default_rng(seed)
    relevance, scores = rng.integers(0, 2, (1, 6)), rng.integers(0, 3, (1, 6)).astype(float)
    relevance[0, seed % 6], k = 1, int(rng.integers(1, 7))
    found = {"hits": [], "precision": [], "recall": [], "reciprocal": [], "average": []}
    for order in itertools.permutations(range(6)):
        if (np.diff(scores[0, list(order)]) > 0).any():
            continue
        places = relevance[0, list(order)]
        found["hits"].append(places[:k].any())
        found["precision"].append(places[:k].mean())
        found["recall"].append(places[:k].sum() / places.sum())
        found["reciprocal"].append(1 / (1 + places.argmax()))
        at = [places[: i + 1].mean() for i in range(k) if places[i]]
        found["average"].append(sum(at) / min(k, places.sum()))
    worst = {name: min(values) for name, values in found.items()}
    assert hit_rate(relevance, scores, k) == worst["hits"]
    assert precision_at(relevance, scores, k) == pytest.approx(worst["precision"])
    assert recall_at(relevance, scores, k) == pytest.approx(worst["recall"])
    assert mean_reciprocal_rank(relevance, scores) == pytest.approx(worst["reciprocal"])
    assert mean_average_precision(relevance, scores, k) == pytest.approx(worst["average"])


@pytest.mark.parametrize("seed", range(10))
def test_the_first_places_are_counted_as_defined(seed):
    relevance, scores, k = draw(seed, ties=False)
    relevance[0, 0] = 1
    hits, precisions, recalls, averages, ranks = [], [], [], [], []
    for row, s in zip(relevance, scores, strict=True):
        ordered = [row[i] > 0 for i in sorted(range(len(row)), key=lambda i: -s[i])]
        hits.append(any(ordered[:k]))
        precisions.append(sum(ordered[:k]) / k)
        ranks.append(1 / (ordered.index(True) + 1) if any(ordered) else 0)
        if any(ordered):
            recalls.append(sum(ordered[:k]) / sum(ordered))
            at = [sum(ordered[: i + 1]) / (i + 1) for i in range(k) if ordered[i]]
            averages.append(sum(at) / min(k, sum(ordered)))
    assert hit_rate(relevance, scores, k) == pytest.approx(np.mean(hits))
    assert precision_at(relevance, scores, k) == pytest.approx(np.mean(precisions))
    assert recall_at(relevance, scores, k) == pytest.approx(np.mean(recalls))
    assert mean_average_precision(relevance, scores, k) == pytest.approx(np.mean(averages))
    assert mean_reciprocal_rank(relevance, scores) == pytest.approx(np.mean(ranks))


def test_scores_that_are_all_equal_earn_nothing():
    relevance, scores = [[1, 0, 0], [0, 0, 1]], np.zeros((2, 3))
    assert hit_rate(relevance, scores, 2) == 0
    assert mean_reciprocal_rank(relevance, scores) == pytest.approx(1 / 3)
    discounts = 1 / np.log2([2, 3, 4])
    assert ndcg(relevance, scores) == pytest.approx(discounts.mean())


def test_queries_without_an_answer():
    relevance, scores = [[0, 0], [0, 1]], [[2.0, 1.0], [2.0, 1.0]]
    assert recall_at(relevance, scores, 2) == 1
    assert mean_average_precision(relevance, scores) == 0.5
    assert mean_reciprocal_rank(relevance, scores) == 0.25
    with pytest.raises(ValueError, match="relevance must be above 0 for some item, got none"):
        recall_at([[0, 0]], [[1.0, 2.0]], 1)


@pytest.mark.parametrize(
    ("relevance", "scores", "k", "message"),
    [
        ([], [], 1, r"relevance must have shape \(queries, items\) and not be empty"),
        ([[1, 0]], [[1.0]], 1, "scores must have the shape of relevance"),
        ([[1, 0]], [[1.0, np.nan]], 1, "scores must be finite, got nan"),
        ([[1, -1]], [[1.0, 2.0]], 1, "relevance must be at least 0 and finite, got -1"),
        ([[1, 0]], [[1.0, 2.0]], 3, "k must be from 1 to 2 items, got 3"),
        ([[1, 0]], [[1.0, 2.0]], 0, "k must be from 1 to 2 items, got 0"),
    ],
)
def test_bad_input_is_named(relevance, scores, k, message):
    for function in (hit_rate, precision_at, recall_at, mean_average_precision, ndcg):
        with pytest.raises(ValueError, match=message):
            function(relevance, scores, k)
