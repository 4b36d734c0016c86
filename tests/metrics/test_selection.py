"""Choosing among models, against the exact expectation for models that guess."""

import numpy as np
import pytest
from scipy.stats import binom

from companion.metrics import mean_interval, select


def repeated(correct, tried, examples, repeats, rng):
    return np.array([select(correct, tried, examples, rng) for _ in range(repeats)])


@pytest.mark.parametrize(("tried", "examples"), [(1, 10), (5, 20), (20, 50)])
def test_E78_the_best_score_of_guessers_is_too_high_by_the_expected_maximum(tried, examples):
    rng = np.random.default_rng(tried)
    found = []
    for _ in range(2_000):  # fresh coins each time: the scores are independent
        coins = rng.random((tried, 2 * examples)) < 0.5
        found.append(select(coins, tried, examples, rng))
    chosen_on, elsewhere = np.array(found).T
    heads = np.arange(examples)
    expected = examples - (binom.cdf(heads, examples, 0.5) ** tried).sum()  # E max, of all heads
    _, low, high = mean_interval(chosen_on, confidence=0.9999)
    assert low < expected / examples < high
    _, low, high = mean_interval(elsewhere, confidence=0.9999)
    assert low < 0.5 < high


def test_E78_the_more_models_are_tried_the_more_the_score_promises_too_much():
    rng = np.random.default_rng(0)
    correct = rng.random((40, 600)) < 0.9
    promised = [
        np.subtract(*repeated(correct, tried, 100, 400, rng).T).mean() for tried in (1, 5, 40)
    ]
    assert abs(promised[0]) < 0.01
    assert promised[0] < promised[1] < promised[2]
    assert promised[2] > 0.03


def test_a_model_that_is_always_right_is_chosen_over_all_others():
    rng = np.random.default_rng(1)
    correct = np.vstack([np.ones(50, bool), np.zeros((9, 50), bool)])
    assert (repeated(correct, 10, 5, 20, rng) == 1).all()


def test_of_equals_each_is_chosen_equally_often():
    rng = np.random.default_rng(2)
    correct = np.ones((2, 1001), dtype=bool)
    correct[1, 0] = False  # the two differ in one example, mostly out of sight
    elsewhere = repeated(correct, 2, 1, 400, rng)[:, 1]
    assert 0.4 < (elsewhere < 1).mean() < 0.6


def test_one_example_may_be_left_and_one_chosen_by():
    rng = np.random.default_rng(3)
    correct = np.array([[True, True, True]])
    assert select(correct, 1, 2, rng) == (1.0, 1.0)
    assert select(correct, 1, 1, rng) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("correct", "tried", "examples", "sentence"),
    [
        (np.ones(3, bool), 1, 1, "correct must be a boolean matrix"),
        (np.ones((2, 3)), 1, 1, "correct must be a boolean matrix, got float64"),
        (np.ones((2, 3), bool), 0, 1, "tried must be from 1 to 2 models, got 0"),
        (np.ones((2, 3), bool), 3, 1, "tried must be from 1 to 2 models, got 3"),
        (np.ones((2, 3), bool), 1, 3, "examples must be from 1 to 2, got 3"),
        (np.ones((2, 3), bool), 1, 0, "examples must be from 1 to 2, got 0"),
    ],
)
def test_bad_arguments_are_named(correct, tried, examples, sentence):
    with pytest.raises(ValueError, match=sentence):
        select(correct, tried, examples, np.random.default_rng(0))
