"""Calibration against scikit-learn and SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import softmax as scipy_softmax
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from companion.metrics import (
    brier_score,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    reliability_curve,
    softmax,
)

SCORES = (brier_score, negative_log_likelihood, expected_calibration_error, reliability_curve)


def sample(seed: int, examples: int = 300, classes: int = 4, scale: float = 2.0):
    """Labels drawn from the softmax of logits, which are then scaled: true temperature = scale."""
    rng = np.random.default_rng(seed)
    logits = 1.5 * rng.normal(size=(examples, classes))
    p = scipy_softmax(logits, axis=1)
    true = np.array([rng.choice(classes, p=row) for row in p])
    return true, scale * logits


@pytest.mark.parametrize("bins", [1, 5, 10, 15])
@pytest.mark.parametrize("seed", range(3))
def test_reliability_curve_equals_scikit_learn(seed, bins):
    true, logits = sample(seed)
    p = softmax(logits)
    share, confidence = calibration_curve(p.argmax(1) == true, p.max(1), n_bins=bins)
    curve = reliability_curve(true, p, bins)
    filled = curve.counts > 0
    np.testing.assert_allclose(curve.accuracy[filled], share, rtol=1e-12)
    np.testing.assert_allclose(curve.confidence[filled], confidence, rtol=1e-12)
    assert curve.counts.sum() == len(true)
    assert np.isnan(curve.accuracy[~filled]).all()


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    curve = reliability_curve([0, 0], [[0.5, 0.5], [1.0, 0.0]], bins=2)
    np.testing.assert_array_equal(curve.counts, [1, 1])


@pytest.mark.parametrize("seed", range(3))
def test_expected_calibration_error_is_the_weighted_gap(seed):
    true, logits = sample(seed)
    p = softmax(logits)
    confidence, right = p.max(1), p.argmax(1) == true
    expected = 0.0
    for low in np.arange(10) / 10:  # as the paper writes it
        inside = (confidence > low) & (confidence <= low + 0.1)
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert expected_calibration_error(true, p) == pytest.approx(expected, rel=1e-9)


def test_probabilities_that_keep_their_word_have_no_calibration_error():
    p = np.tile([0.75, 0.25], (4, 1))
    assert expected_calibration_error([0, 0, 0, 1], p) == pytest.approx(0)
    assert expected_calibration_error([1, 1, 1, 1], p) == pytest.approx(0.75)


@pytest.mark.parametrize("classes", [2, 5])
def test_brier_score_equals_scikit_learn(classes):
    true, logits = sample(0, classes=classes)
    p = softmax(logits)
    expected = brier_score_loss(true, p, labels=range(classes), scale_by_half=False)
    assert brier_score(true, p) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("classes", [2, 5])
def test_negative_log_likelihood_equals_scikit_learn(classes):
    true, logits = sample(1, classes=classes)
    p = softmax(logits)
    expected = log_loss(true, p, labels=range(classes))
    assert negative_log_likelihood(true, p) == pytest.approx(expected, rel=1e-12)


def test_certain_and_wrong_costs_without_bound():
    assert negative_log_likelihood([1], [[1.0, 0.0]]) == np.inf
    assert brier_score([1], [[1.0, 0.0]]) == 2
    assert negative_log_likelihood([0], [[1.0, 0.0]]) == 0


def test_one_class_alone_is_always_right():
    true, p = [0, 0], [[1.0], [1.0]]
    assert brier_score(true, p) == 0
    assert expected_calibration_error(true, p) == 0


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    ("true", "probabilities", "message"),
    [
        ([], np.zeros((0, 2)), "probabilities must have shape"),
        ([0], [0.5, 0.5], "probabilities must have shape"),
        ([0], [[0.5, 0.4]], "must sum to 1 in each row, got 0.9 in row 0"),
        ([0], [[1.5, -0.5]], r"must be in \[0, 1\], got -0.5 to 1.5"),
        ([0], [[np.nan, 1]], "must be finite, got nan"),
        ([2], [[0.5, 0.5]], "class numbers from 0 to 1"),
        ([0, 1], [[0.5, 0.5]], "equally long, got 2 and 1"),
    ],
)
def test_scores_refuse_bad_input(score, true, probabilities, message):
    with pytest.raises(ValueError, match=message):
        score(true, probabilities)


def test_single_precision_probabilities_pass():
    p = softmax(sample(2)[1]).astype(np.float32)
    assert negative_log_likelihood(sample(2)[0], p) > 0


def test_reliability_curve_needs_a_bin():
    with pytest.raises(ValueError, match="bins must be at least 1, got 0"):
        reliability_curve([0], [[1.0]], bins=0)


@given(st.integers(0, 1000), st.floats(0.05, 20))
def test_softmax_equals_scipy(seed, temperature):
    logits = 30 * np.random.default_rng(seed).normal(size=(7, 5))
    expected = scipy_softmax(logits / temperature, axis=1)
    np.testing.assert_allclose(softmax(logits, temperature), expected, rtol=1e-10, atol=1e-300)


def test_softmax_of_huge_logits_is_finite():
    np.testing.assert_array_equal(softmax([[1e308, 0.0]]), [[1.0, 0.0]])
    np.testing.assert_array_equal(softmax([[1e308, -1e308]]), [[1.0, 0.0]])
    np.testing.assert_array_equal(softmax([[1000.0, 0.0]], 1e-306), [[1.0, 0.0]])


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_softmax_refuses_a_temperature_that_is_not_positive(temperature):
    with pytest.raises(ValueError, match="temperature must be above 0"):
        softmax([[0.0, 1.0]], temperature)


@pytest.mark.parametrize("scale", [0.2, 1.0, 3.0])
@pytest.mark.parametrize("seed", range(3))
def test_fit_temperature_equals_scipy(seed, scale):
    true, logits = sample(seed, scale=scale)
    found = minimize_scalar(
        lambda log_t: negative_log_likelihood(true, softmax(logits, np.exp(log_t))),
        bounds=(-5, 5),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert fit_temperature(true, logits) == pytest.approx(np.exp(found.x), rel=1e-5)


def test_fit_temperature_finds_the_temperature_that_made_the_labels():
    true, logits = sample(0, examples=20_000, scale=3.0)
    temperature = fit_temperature(true, logits)
    assert temperature == pytest.approx(3.0, rel=0.05)
    before = expected_calibration_error(true, softmax(logits))
    assert expected_calibration_error(true, softmax(logits, temperature)) < before / 5


def test_probabilities_that_a_float32_sum_rounded_above_one_are_one():
    p = np.array([[np.nextafter(np.float32(1), np.float32(2)), 0]], dtype=np.float32)
    assert brier_score([0], p) == expected_calibration_error([0], p) == 0
    assert negative_log_likelihood([0], p) == 0
    with pytest.raises(ValueError, match=r"must be in \[0, 1\], got 0 to 1.0001"):
        brier_score([0], [[1.0001, 0.0]])


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e307])
def test_fit_temperature_scales_with_the_logits(scale):
    true, logits = sample(3)
    expected = scale * fit_temperature(true, logits)
    assert fit_temperature(true, scale * logits) == pytest.approx(expected, rel=1e-9, abs=0)


def test_fit_temperature_takes_log_probabilities_for_logits():
    true, logits = sample(1)
    from_logs = fit_temperature(true, np.log(softmax(logits)))
    assert from_logs == pytest.approx(fit_temperature(true, logits), rel=1e-9)


@pytest.mark.parametrize(
    ("true", "logits", "message"),
    [
        ([0, 1], [[2.0, 0.0], [0.0, 1.0]], "T would be 0"),
        ([1, 0], [[2.0, 0.0], [0.0, 1.0]], "T would be infinite"),
        ([0], [[np.inf, 0.0]], "logits must be finite, got inf"),
        ([0, 1], [[1.0, 0.0]], "equally long"),
        ([], np.zeros((0, 3)), "logits must have shape"),
    ],
)
def test_fit_temperature_refuses_bad_input(true, logits, message):
    with pytest.raises(ValueError, match=message):
        fit_temperature(true, logits)


def test_fit_temperature_of_the_largest_and_smallest_numbers():
    true, logits = [0, 1, 0], np.array([[1, -1], [1, 0.0], [1, 0]])
    expected = fit_temperature(true, logits)
    assert fit_temperature(true, 1e308 * logits) / 1e308 == pytest.approx(expected)
    assert fit_temperature(true, 1e-310 * logits) / 1e-310 == pytest.approx(expected)
