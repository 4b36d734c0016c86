import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.preprocessing.audio import (
    denoise,
    leading_noise,
    mix_at_snr,
    quantile_noise,
    signal_to_noise,
    stft,
    subtraction_gain,
    wiener_gain,
)

GAINS = [subtraction_gain, wiener_gain]


def bursts(rng, snr, samples=32000):
    """Return tones with pauses between them, the same in white noise, and the noise."""
    t = np.arange(samples) / 16000
    clean = np.sin(2 * np.pi * 440 * t) + 0.5 * np.sin(2 * np.pi * 1330 * t)
    clean *= (t % 0.5 > 0.25) & (t > 0.3)
    noisy = mix_at_snr(clean, rng.standard_normal(samples), snr)
    return clean, noisy


def power_of(x):
    return np.abs(stft(x, 512, 128)) ** 2


@pytest.mark.parametrize("gain", GAINS)
@pytest.mark.parametrize("snr", [-5, 0, 10])
def test_denoising_raises_the_ratio_of_signal_to_noise(gain, snr, rng):
    clean, noisy = bursts(rng, snr)
    noise = leading_noise(power_of(noisy), 30)
    assert signal_to_noise(clean, denoise(noisy, noise, gain)) > snr + 4


@pytest.mark.parametrize("estimate", [lambda P: leading_noise(P, 400), quantile_noise])
@pytest.mark.parametrize("scale", [1e-3, 1.0])
def test_the_power_of_gaussian_noise_is_found(estimate, scale, rng):
    x = scale * rng.standard_normal(128 * 600)
    expected = scale**2 * np.square(np.hanning(513)[:-1]).sum()
    found = estimate(power_of(x))
    assert found.shape == (257,)
    assert found[1:-1].mean() == pytest.approx(expected, rel=0.03)


@given(st.floats(0.2, 0.8), st.integers(0, 2**32))
def test_every_quantile_of_an_exponential_says_the_same_mean(q, seed):
    P = np.random.default_rng(seed).exponential(3.0, (4, 20000))
    np.testing.assert_allclose(quantile_noise(P, q), 3, rtol=0.06)


def test_a_quantile_finds_the_noise_under_speech_and_the_mean_does_not(rng):
    _, noisy = bursts(rng, 0)
    _, quiet = power_of(noisy), power_of(noisy)[:, :30].mean()
    P = power_of(noisy)
    assert quantile_noise(P, 0.3).mean() == pytest.approx(quiet, rel=0.25)
    assert P.mean() > 1.5 * quiet


def test_subtraction_takes_the_mean_magnitude_away(rng):
    P, noise = rng.exponential(size=(9, 20)), rng.exponential(size=9)
    magnitude = np.sqrt(P) * subtraction_gain(P, noise, over=1.5, floor=0.1)
    expected = np.sqrt(P) - 1.5 * np.sqrt(np.pi * noise[:, None] / 4)
    np.testing.assert_allclose(magnitude, np.maximum(expected, 0.1 * np.sqrt(P)))


def test_the_mean_magnitude_of_gaussian_noise_is_what_is_subtracted(rng):
    x = rng.standard_normal(128 * 600)
    magnitude = np.abs(stft(x, 512, 128))[1:-1]
    assert magnitude.mean() == pytest.approx(
        np.sqrt(np.pi / 4 * np.square(magnitude).mean()), rel=0.01
    )


def test_the_wiener_gain_follows_the_paper_step_by_step(rng):
    P, noise, a = rng.exponential(size=(5, 12)) * 4, rng.exponential(size=5) + 0.1, 0.9
    expected = np.zeros_like(P)
    for k in range(5):
        for t in range(12):
            gamma = P[k, t] / noise[k]
            before = expected[k, t - 1] ** 2 * P[k, t - 1] / noise[k] if t else max(gamma - 1, 0)
            xi = a * before + (1 - a) * max(gamma - 1, 0)
            expected[k, t] = max(xi / (1 + xi), 0.02)
    np.testing.assert_allclose(wiener_gain(P, noise, a, 0.02), expected)


def test_without_smoothing_it_is_wieners_filter_with_power_subtraction(rng):
    P, noise = rng.exponential(size=(5, 12)), rng.exponential(size=5)
    expected = np.maximum(1 - noise[:, None] / P, 0)
    np.testing.assert_allclose(wiener_gain(P, noise, 0, 0), expected, atol=1e-12)


@given(st.sampled_from(GAINS), st.integers(0, 2**32), st.floats(0, 1), st.floats(-20, 20))
def test_gains_lie_between_the_floor_and_one(gain, seed, floor, log_noise):
    rng = np.random.default_rng(seed)
    G = gain(rng.exponential(size=(3, 7)), np.full(3, np.exp(log_noise)), floor=floor)
    assert floor <= G.min() <= G.max() <= 1


@pytest.mark.parametrize("gain", GAINS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_without_noise_nothing_changes_and_types_stay(gain, dtype, rng):
    x = rng.standard_normal(3000).astype(dtype)
    out = denoise(x, np.zeros(257), gain)
    assert out.dtype == dtype
    np.testing.assert_allclose(out, x, atol=1e-5)


@pytest.mark.parametrize("gain", GAINS)
def test_silence_and_one_sample_stay(gain):
    assert not denoise(np.zeros(1000), np.ones(257), gain).any()
    assert denoise(np.ones(1), np.zeros(257), gain).shape == (1,)
    assert np.isfinite(gain(np.zeros((3, 2)), np.zeros(3))).all()


def test_bad_signals_are_refused(bad_signal):
    signal, message = bad_signal
    with pytest.raises(ValueError, match=message):
        denoise(signal, np.ones(257))


@pytest.mark.parametrize("gain", GAINS)
def test_bad_powers_are_refused(gain):
    for P, noise, message in (
        (np.ones((3, 2)), np.ones(2), r"noise must have shape \(3,\).*got \(2,\)"),
        (np.ones((3, 2)), -np.ones(3), "power and noise must be finite and 0 or more"),
        (-np.ones((3, 2)), np.ones(3), "power and noise must be finite and 0 or more"),
        (np.ones((3, 2)), np.full(3, np.nan), "power and noise must be finite"),
        (np.full((3, 2), np.nan), np.ones(3), "power must be finite, got nan"),
        (np.ones((0, 2)), np.ones(0), r"power must have shape \(bins, frames\)"),
    ):
        with pytest.raises(ValueError, match=message):
            gain(P, noise)
    with pytest.raises(ValueError, match=r"floor must be from 0 to 1, got 1\.5"):
        gain(np.ones((3, 2)), np.ones(3), floor=1.5)


def test_bad_settings_are_refused():
    P = np.ones((3, 2))
    for call, message in (
        (lambda: leading_noise(P, 3), "frames must be from 1 to 2, got 3"),
        (lambda: leading_noise(P, 0), "frames must be a whole number of at least 1, got 0"),
        (lambda: quantile_noise(P, 1), "q must be between 0 and 1, got 1"),
        (lambda: subtraction_gain(P, np.ones(3), over=-1), "over must be 0 or more, got -1"),
        (lambda: wiener_gain(P, np.ones(3), smoothing=1), "smoothing must be from 0 to below 1"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
