import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.preprocessing.audio import (
    mix_at_snr,
    segmental_signal_to_noise,
    signal_to_noise,
)


@given(st.floats(-60, 60), st.integers(1, 200), st.integers(0, 2**32))
def test_the_ratio_is_the_one_that_was_mixed(snr, samples, seed):
    x, noise = np.random.default_rng(seed).standard_normal((2, samples))
    assert signal_to_noise(x, mix_at_snr(x, noise, snr)) == pytest.approx(snr, abs=1e-6)


def test_a_perfect_estimate_has_an_infinite_ratio():
    assert signal_to_noise(np.ones(3), np.ones(3)) == np.inf
    assert signal_to_noise(np.ones(3), np.zeros(3)) == 0


def test_the_segmental_ratio_is_the_mean_of_the_bounded_ratios_of_frames(rng):
    clean, estimate = rng.standard_normal((2, 1000))
    estimate = clean + estimate * np.geomspace(1e-4, 10, 1000)
    parts = zip(clean[:960].reshape(15, 64), estimate[:960].reshape(15, 64), strict=True)
    expected = np.mean([np.clip(signal_to_noise(a, b), -10, 35) for a, b in parts])
    assert segmental_signal_to_noise(clean, estimate, 64) == pytest.approx(expected)


def test_silent_frames_count_as_the_lower_bound():
    clean = np.concatenate([np.zeros(64), np.ones(64)])
    assert segmental_signal_to_noise(clean, clean, 64) == (35 - 10) / 2
    assert segmental_signal_to_noise(np.zeros(64), np.ones(64), 64) == -10


def test_bad_arguments_are_refused(bad_signal):
    signal, message = bad_signal
    for ratio in (signal_to_noise, segmental_signal_to_noise):
        with pytest.raises(ValueError, match=message.replace("signal ", "clean ", 1)):
            ratio(signal, np.zeros(9))
        with pytest.raises(ValueError, match="must be equally long, got 600 and 601"):
            ratio(np.zeros(600), np.zeros(601))
    with pytest.raises(ValueError, match="clean must not be silent"):
        signal_to_noise(np.zeros(9), np.ones(9))
    with pytest.raises(ValueError, match="at least one frame of 512 samples, got 9"):
        segmental_signal_to_noise(np.ones(9), np.ones(9))
    with pytest.raises(ValueError, match="low must be below high, got 3 and 3"):
        segmental_signal_to_noise(np.ones(9), np.ones(9), 3, 3, 3)
