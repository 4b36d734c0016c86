import warnings

import numpy as np
import pytest
import scipy.fft
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import savgol_filter

from companion.preprocessing.audio import dct, delta, mel_spectrogram, mfcc


def drawn(rng):
    n_fft = 2 * int(rng.integers(100, 1100))
    n_mels = int(rng.integers(1, 129))
    return {
        "n_mfcc": int(rng.integers(1, n_mels + 1)),
        "lifter": float(rng.choice([0, 1, 22, 30.5])),
        "n_fft": n_fft,
        "hop_length": int(rng.integers(50, n_fft)),
        "win_length": int(rng.integers(n_fft // 2, n_fft + 1)),
        "window": str(rng.choice(["hann", "hamming", "blackman"])),
        "center": bool(rng.integers(2)),
        "power": float(rng.choice([1.0, 2.0])),
        "n_mels": n_mels,
        "fmin": float(rng.choice([0, 20, 300.5])),
        "fmax": float(rng.uniform(4000, 8000)) if rng.integers(2) else None,
        "htk": bool(rng.integers(2)),
        "mel_norm": "slaney" if rng.integers(2) else None,
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_mfcc_equals_librosa_under_random_flags(librosa, dtype, rng):
    for _ in range(15):
        settings = drawn(rng)
        loudness = 10 ** rng.uniform(-3, 0)
        x = (loudness * rng.standard_normal(int(rng.integers(2500, 9000)))).astype(dtype)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of empty filters
            theirs = librosa.feature.mfcc(y=x, sr=16000, **settings)
        ours = mfcc(x, 16000, **settings)
        assert ours.dtype == dtype
        assert ours.shape == theirs.shape
        scale = max(1.0, np.abs(theirs).max())
        np.testing.assert_allclose(ours / scale, theirs / scale, atol=1e-5)


def test_mfcc_equals_librosa_to_one_ten_thousandth_by_default(librosa, rng):
    x = rng.standard_normal(22050)
    np.testing.assert_allclose(mfcc(x, 22050), librosa.feature.mfcc(y=x, sr=22050), atol=1e-4)


def test_the_natural_logarithm_is_decibels_in_another_unit(rng):
    x = rng.standard_normal(8000)
    natural, decibels = mfcc(x, 16000, log="natural"), mfcc(x, 16000, top_db=None)
    np.testing.assert_allclose(natural, decibels * np.log(10) / 10, atol=1e-9)


def test_all_coefficients_hold_the_whole_mel_spectrum(rng):
    x = rng.standard_normal(8000)
    bands = scipy.fft.idct(mfcc(x, 16000, 40, n_mels=40, log="natural"), axis=0, norm="ortho")
    np.testing.assert_allclose(np.exp(bands), mel_spectrogram(x, 16000, n_mels=40), rtol=1e-9)


@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 2**32))
def test_the_cosine_transform_equals_scipy(bands, frames, seed):
    x = np.random.default_rng(seed).standard_normal((bands, frames))
    expected = scipy.fft.dct(x, axis=0, norm="ortho")
    np.testing.assert_allclose(dct(x), expected, atol=1e-12)
    np.testing.assert_allclose(dct(x, 1), expected[:1], atol=1e-12)


@pytest.mark.parametrize("mode", ["interp", "nearest"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_deltas_equal_librosa_and_scipy(librosa, order, mode, rng):
    for width in (5, 9, 15):
        x = rng.standard_normal((4, int(rng.integers(width, 60))))
        ours = delta(x, width, order, mode)
        theirs = librosa.feature.delta(x, width=width, order=order, mode=mode)
        np.testing.assert_allclose(ours, theirs, atol=1e-10)
        theirs = savgol_filter(x, width, order, deriv=order, mode=mode)
        np.testing.assert_allclose(ours, theirs, atol=1e-10)


def test_the_delta_of_a_ramp_is_its_slope():
    ramp = np.arange(30, dtype=np.float32)[None] * 0.5
    slopes = delta(ramp)
    assert slopes.dtype == np.float32
    np.testing.assert_allclose(slopes, 0.5, atol=1e-6)


def test_silence_and_one_sample_have_coefficients():
    silent = mfcc(np.zeros(16000), 16000)
    assert np.isfinite(silent).all()
    np.testing.assert_allclose(silent[0], -100 * np.sqrt(128))
    np.testing.assert_allclose(silent[1:], 0, atol=1e-10)
    assert mfcc(np.ones(1), 16000).shape == (20, 1)
    np.testing.assert_allclose(delta(silent), 0, atol=1e-12)
    assert delta(silent[:, :1], mode="nearest").shape == (20, 1)


def test_bad_signals_are_refused(bad_signal):
    signal, message = bad_signal
    with pytest.raises(ValueError, match=message):
        mfcc(signal, 16000)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_mfcc": 129}, "n_mfcc must be from 1 to n_mels = 128, got 129"),
        ({"n_mfcc": 0}, "n_mfcc must be a whole number of at least 1, got 0"),
        ({"log": "log2"}, "log must be 'db' or 'natural', got 'log2'"),
        ({"lifter": -1}, "lifter must be 0 or more and finite, got -1"),
        ({"lifter": np.inf}, "lifter must be 0 or more and finite, got inf"),
        ({"hop_length": 0}, "hop_length must be a whole number of at least 1, got 0"),
        ({"rate": -8000}, "rate must be above 0 and finite, got -8000"),
    ],
)
def test_bad_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        mfcc(**{"signal": np.ones(900), "rate": 16000} | settings)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((2, 8)),), "at least width = 9 frames for mode 'interp', got 8"),
        ((np.ones((2, 20)), 4), "width must be odd and above the order 1, got 4"),
        ((np.ones((2, 20)), 3, 3), "width must be odd and above the order 3, got 3"),
        ((np.ones((2, 20)), 9, 0), "order must be a whole number of at least 1, got 0"),
        ((np.ones((2, 20)), 9, 1, "wrap"), "mode must be 'interp' or 'nearest', got 'wrap'"),
        ((np.ones(20),), r"features must have shape \(bins, frames\)"),
    ],
)
def test_bad_deltas_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        delta(*arguments)
