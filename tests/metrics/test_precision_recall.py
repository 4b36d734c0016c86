"""Precision, recall and F against scikit-learn, and the article's formula beside them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as peer

from companion.metrics import (
    class_scores,
    f1_as_printed,
    f_score,
    precision,
    recall,
)

AVERAGES = ["binary", "macro", "weighted", "micro"]


def draw(seed, average):
    rng = np.random.default_rng(seed)
    classes = 2 if average == "binary" else rng.integers(1, 9)
    n = rng.integers(1, 60)
    return rng.integers(0, classes, n), rng.integers(0, classes, n)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("seed", range(20))
def test_averages_equal_scikit_learn(seed, average):
    true, predicted = draw(seed, average)
    beta = float(np.random.default_rng(seed).uniform(0.1, 4))
    options = {"average": average, "zero_division": 0}
    assert precision(true, predicted, average) == pytest.approx(
        peer.precision_score(true, predicted, **options), abs=1e-12
    )
    assert recall(true, predicted, average) == pytest.approx(
        peer.recall_score(true, predicted, **options), abs=1e-12
    )
    assert f_score(true, predicted, beta, average) == pytest.approx(
        peer.fbeta_score(true, predicted, beta=beta, **options), abs=1e-12
    )


@pytest.mark.parametrize("seed", range(10))
def test_scores_of_classes_equal_scikit_learn(seed):
    true, predicted = draw(seed, "macro")
    expected = peer.precision_recall_fscore_support(
        true, predicted, labels=range(12), zero_division=0
    )
    for ours, theirs in zip(class_scores(true, predicted, classes=12), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_E17_the_printed_f1_is_not_f1():
    # 10 positives in 1,000; 5 found, 20 false alarms.
    true = np.repeat([1, 0], [10, 990])
    predicted = np.concatenate([np.repeat([1, 0], [5, 5]), np.repeat([1, 0], [20, 970])])
    assert precision(true, predicted) == pytest.approx(0.20)
    assert recall(true, predicted) == pytest.approx(0.50)
    assert f_score(true, predicted) == pytest.approx(2 / 7)
    assert f1_as_printed(true, predicted) == pytest.approx(0.661, abs=5e-4)
    assert peer.f1_score(true, predicted) == pytest.approx(f_score(true, predicted))


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40))
def test_f1_lies_between_precision_and_recall(pairs):
    true, predicted = np.array(pairs).T
    p, r, f = precision(true, predicted), recall(true, predicted), f_score(true, predicted)
    assert min(p, r) - 1e-12 <= f <= max(p, r) + 1e-12
    assert f_score(predicted, true) == pytest.approx(f)


def test_a_high_beta_asks_for_recall():
    true, predicted = [1, 1, 1, 1, 0, 0], [1, 0, 0, 0, 0, 0]
    assert f_score(true, predicted, beta=100) == pytest.approx(recall(true, predicted), rel=1e-3)
    assert f_score(true, predicted, beta=0.01) == pytest.approx(1, rel=1e-3)


def test_nothing_predicted_and_nothing_there_give_zero():
    assert precision([1, 1], [0, 0]) == 0
    assert recall([0, 0], [1, 1]) == 0
    assert f_score([0, 0], [0, 0]) == 0
    assert f1_as_printed([1, 1], [0, 0]) == 0


@pytest.mark.parametrize("function", [precision, recall, f_score, f1_as_printed])
@pytest.mark.parametrize(
    ("true", "predicted", "message"),
    [
        ([], [], r"true must have shape \(examples,\) and not be empty"),
        ([0, 1], [0], "true and predicted must be equally long, got 2 and 1"),
        ([0, np.nan], [0, 1], "true must hold whole numbers, got nan"),
    ],
)
def test_bad_labels_are_named(function, true, predicted, message):
    with pytest.raises(ValueError, match=message):
        function(true, predicted)


def test_bad_options_are_named():
    with pytest.raises(ValueError, match="average must be binary, macro, weighted or micro"):
        precision([0, 1], [0, 1], "samples")
    with pytest.raises(ValueError, match="beta must be above 0 and finite, got 0"):
        f_score([0, 1], [0, 1], beta=0)
    with pytest.raises(ValueError, match="class numbers from 0 to 1, got 0 to 2"):
        recall([0, 2], [0, 1])


@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
def test_class_numbers_may_be_far_apart(average):
    rng = np.random.default_rng(4)
    names = np.array([0, 7, 10**6, 2**40])
    true, predicted = names[rng.integers(0, 4, (2, 50))]
    expected = peer.f1_score(true, predicted, average=average)
    assert f_score(true, predicted, average=average) == pytest.approx(expected)
    assert precision(true, predicted, average) == pytest.approx(
        peer.precision_score(true, predicted, average=average)
    )
