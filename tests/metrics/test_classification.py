"""Accuracy, confusions and intervals against scikit-learn, statsmodels and SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from sklearn.metrics import accuracy_score, top_k_accuracy_score
from sklearn.metrics import confusion_matrix as sklearn_confusion_matrix
from statsmodels.stats.proportion import proportion_confint

from companion.metrics import (
    accuracy,
    confusion_matrix,
    mean_interval,
    top_k_accuracy,
    wilson_interval,
)


@st.composite
def predictions(draw):
    size = draw(st.integers(1, 60))
    labels = arrays(np.int64, size, elements=st.integers(0, 6))
    return draw(labels), draw(labels)


@given(predictions())
def test_accuracy_equals_scikit_learn(case):
    assert accuracy(*case) == pytest.approx(accuracy_score(*case), abs=1e-15)


@given(predictions())
def test_confusion_matrix_equals_scikit_learn(case):
    expected = sklearn_confusion_matrix(*case, labels=range(7))
    np.testing.assert_array_equal(confusion_matrix(*case, classes=7), expected)


@given(predictions())
def test_confusion_matrix_counts_every_example_once(case):
    counts = confusion_matrix(*case)
    assert counts.sum() == len(case[0])
    assert np.trace(counts) / counts.sum() == pytest.approx(accuracy(*case))
    assert counts.shape == (max(map(max, case)) + 1,) * 2


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32])
def test_labels_of_any_whole_dtype_are_counted(dtype):
    true = np.array([200, 3, 200], dtype=dtype)  # 200 * 201 would overflow a byte
    assert confusion_matrix(true, true)[200, 200] == 2


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_accuracy_equals_scikit_learn(k):
    rng = np.random.default_rng(k)
    scores, true = rng.normal(size=(200, 5)), rng.integers(0, 5, 200)
    expected = top_k_accuracy_score(true, scores, k=k, labels=range(5)) if k < 5 else 1.0
    assert top_k_accuracy(true, scores, k) == pytest.approx(expected, abs=1e-15)


def test_top_k_accuracy_counts_ties_against_the_classifier():
    assert top_k_accuracy([0, 1], np.zeros((2, 4)), k=3) == 0
    assert top_k_accuracy([0, 1], np.zeros((2, 4)), k=4) == 1


@pytest.mark.parametrize(
    ("true", "predicted", "message"),
    [
        ([], [], "true must have shape"),
        ([[0]], [[0]], "true must have shape"),
        ([0, 1], [0], "equally long, got 2 and 1"),
        ([0, 1.5], [0, 1], "true must hold whole numbers, got 1.5"),
        ([0, float("nan")], [0, 1], "true must hold whole numbers, got nan"),
        ([0, -1], [0, 1], "true must hold class numbers from 0, got -1 to 0"),
        ([1e300], [2e300], r"true must hold class numbers below 2\*\*63, got 1e\+300"),
        (np.array([2**63], np.uint64), [0], r"true must hold class numbers below 2\*\*63"),
        ([0, 1], ["a", "b"], "predicted must hold whole numbers"),
    ],
)
def test_accuracy_refuses_what_are_no_class_numbers(true, predicted, message):
    with pytest.raises(ValueError, match=message):
        accuracy(true, predicted)


def test_infinite_labels_are_refused():
    with pytest.raises(ValueError, match="true must hold"):
        accuracy([np.inf], [0])


def test_confusion_matrix_refuses_labels_out_of_range():
    with pytest.raises(
        ValueError, match="predicted must hold class numbers from 0 to 1, got 0 to 2"
    ):
        confusion_matrix([0, 1], [0, 2], classes=2)


@pytest.mark.parametrize(
    ("true", "scores", "k", "message"),
    [
        ([0], [0.5], 1, "scores must have shape"),
        ([0], [[0.5, np.nan]], 1, "scores must be finite, got nan"),
        ([2], [[0.5, 0.5]], 1, "true must hold class numbers from 0 to 1"),
        ([0], [[0.5, 0.5]], 3, "k must be from 1 to 2 classes, got 3"),
        ([0, 1], [[0.5, 0.5]], 1, "true and scores must be equally long"),
    ],
)
def test_top_k_accuracy_refuses_bad_input(true, scores, k, message):
    with pytest.raises(ValueError, match=message):
        top_k_accuracy(true, scores, k)


@given(st.integers(1, 20000), st.floats(0, 1), st.floats(0.01, 0.999))
def test_wilson_interval_equals_statsmodels(trials, share, confidence):
    successes = round(share * trials)
    low, high = proportion_confint(successes, trials, alpha=1 - confidence, method="wilson")
    interval = wilson_interval(successes, trials, confidence)
    assert interval.estimate == successes / trials
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-10)


def test_wilson_interval_takes_small_integers_of_numpy():
    assert wilson_interval(np.int8(100), np.int8(120)) == wilson_interval(100, 120)


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_interval_holds_the_share_and_stays_in_range(trials, share):
    estimate, low, high = wilson_interval(round(share * trials), trials)
    assert 0 <= low <= estimate <= high <= 1


def test_wilson_interval_covers_as_often_as_promised():
    n, p = 100, 0.95
    successes = np.arange(n + 1)
    intervals = np.array([wilson_interval(int(s), n)[1:] for s in successes])
    covered = (intervals[:, 0] <= p) & (p <= intervals[:, 1])
    assert stats.binom.pmf(successes, n, p)[covered].sum() == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 0), "trials must be at least 1, got 0"),
        ((3, 2), "successes must be from 0 to 2 trials, got 3"),
        ((-1, 2), "successes"),
        ((1, 2, 1.0), "confidence must be above 0 and at most 1 - 1e-11, got 1.0"),
        ((1, 2, 1 - 2**-53), "confidence must be above 0 and at most 1 - 1e-11, got 0.99999"),
        ((1, 2, float("nan")), "confidence"),
    ],
)
def test_wilson_interval_refuses_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        wilson_interval(*arguments)


@given(
    arrays(float, st.integers(2, 12), elements=st.floats(-1e3, 1e3)),
    st.floats(0.5, 0.999),
)
def test_mean_interval_equals_scipy(values, confidence):
    interval = mean_interval(values, confidence)
    error = stats.sem(values)
    reach = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * error
    expected = (values.mean(), values.mean() - reach, values.mean() + reach)
    assert interval == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_mean_interval_of_equal_values_has_no_width():
    assert mean_interval([0.1, 0.1, 0.1]) == pytest.approx((0.1, 0.1, 0.1), abs=1e-15)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "two or more"),
        ([1.0], "two or more"),
        ([[1.0, 2.0]], "shape"),
        ([1.0, np.nan], "values must be finite, got nan"),
    ],
)
def test_mean_interval_refuses_bad_input(values, message):
    with pytest.raises(ValueError, match=message):
        mean_interval(values)


def test_truth_values_are_the_classes_0_and_1():
    true = np.array([True, False, True])
    assert accuracy(true, [1, 0, 0]) == pytest.approx(2 / 3)
    assert confusion_matrix(true, true).tolist() == [[1, 0], [0, 2]]
