import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.preprocessing.audio import (
    hz_to_mel,
    mel_filters,
    mel_spectrogram,
    mel_to_hz,
    power_to_db,
)


@pytest.mark.parametrize("htk", [False, True])
def test_the_scale_equals_librosa(librosa, htk, rng):
    f = np.concatenate([[0, 999.999, 1000, 1000.001], rng.uniform(0, 24000, 100)])
    np.testing.assert_allclose(hz_to_mel(f, htk), librosa.hz_to_mel(f, htk=htk), rtol=1e-12)
    m = hz_to_mel(f, htk)
    np.testing.assert_allclose(mel_to_hz(m, htk), librosa.mel_to_hz(m, htk=htk), rtol=1e-12)


@given(st.floats(0, 1e5), st.booleans())
def test_the_scale_and_its_inverse_undo_each_other(f, htk):
    assert mel_to_hz(hz_to_mel(f, htk), htk) == pytest.approx(f, rel=1e-9, abs=1e-9)


def test_one_thousand_hertz_have_their_published_mel():
    assert hz_to_mel(1000.0) == 15
    assert hz_to_mel(6400.0) == pytest.approx(42)
    assert hz_to_mel(1000.0, htk=True) == pytest.approx(999.985, abs=1e-3)


@pytest.mark.parametrize("norm", ["slaney", None])
@pytest.mark.parametrize("htk", [False, True])
def test_filters_equal_librosa_under_random_settings(librosa, htk, norm, rng):
    for _ in range(10):
        rate, n_fft = float(rng.integers(4000, 48000)), int(rng.integers(64, 3000))
        fmin = rng.uniform(0, rate / 5)
        settings = {
            "n_mels": int(rng.integers(1, 130)),
            "fmin": fmin,
            "fmax": None if rng.integers(2) else rng.uniform(fmin + 100, rate / 2),
            "htk": htk,
            "norm": norm,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of empty filters
            theirs = librosa.filters.mel(sr=rate, n_fft=n_fft, dtype=np.float64, **settings)
        np.testing.assert_allclose(
            mel_filters(rate, n_fft, **settings), theirs, rtol=1e-8, atol=1e-12
        )


def test_filters_without_a_norm_sum_to_one_between_their_middles():
    total = mel_filters(16000, 4096, 40, norm=None).sum(axis=0)
    middles = mel_to_hz(np.linspace(0, hz_to_mel(8000), 42))[[1, -2]]
    bins = np.fft.rfftfreq(4096, 1 / 16000)
    inside = (bins >= middles[0]) & (bins <= middles[1])
    np.testing.assert_allclose(total[inside], 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("power", [1.0, 2.0, 0.5])
def test_mel_spectrogram_equals_librosa(librosa, power, dtype, rng):
    for _ in range(5):
        n_fft = 2 * int(rng.integers(50, 700))
        settings = {
            "n_fft": n_fft,
            "hop_length": int(rng.integers(1, n_fft)),
            "win_length": int(rng.integers(20, n_fft + 1)),
            "window": str(rng.choice(["hann", "hamming", "blackman", "boxcar"])),
            "center": bool(rng.integers(2)),
            "power": power,
            "n_mels": int(rng.integers(1, 20)),
            "fmin": rng.uniform(0, 500),
            "htk": bool(rng.integers(2)),
            "norm": "slaney" if rng.integers(2) else None,
        }
        x = rng.standard_normal(int(rng.integers(1500, 4000))).astype(dtype)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = librosa.feature.melspectrogram(y=x, sr=16000, **settings)
        ours = mel_spectrogram(x, 16000, **settings)
        assert ours.dtype == dtype
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 * theirs.max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_decibels_equal_librosa(librosa, dtype, rng):
    P = (rng.exponential(size=(9, 30)) ** 8).astype(dtype)
    for ref, amin, top_db in ((1.0, 1e-10, 80.0), (P.max(), 1e-5, None), (0.1, 1e-10, 20.0)):
        ours = power_to_db(P, float(ref), amin, top_db)
        theirs = librosa.power_to_db(P, ref=ref, amin=amin, top_db=top_db)
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, theirs, atol=1e-4 if dtype == np.float32 else 1e-10)


def test_decibels_of_one_number_and_of_whole_numbers_equal_librosa(librosa):
    assert power_to_db(20.0) == pytest.approx(librosa.power_to_db(20.0))
    np.testing.assert_allclose(
        power_to_db(np.array([1, 10])), librosa.power_to_db(np.array([1.0, 10]))
    )


def test_silence_in_single_precision_is_finite_however_small_the_least_power():
    assert np.isfinite(power_to_db(np.zeros(3, np.float32), amin=1e-60)).all()


def test_silence_has_decibels():
    assert power_to_db(np.zeros((2, 2))).tolist() == [[-100, -100], [-100, -100]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 512), "rate must be above 0 and finite, got 0"),
        ((16000, 512, 0), "n_mels must be a whole number of at least 1, got 0"),
        ((16000, 512, 40, 100, 90), "must be in order between 0 and 8000 Hz, got 100 and 90"),
        ((16000, 512, 40, 0, 9000), "must be in order between 0 and 8000 Hz, got 0 and 9000"),
        ((16000, 512, 40, 8000 - 1e-11), "must leave room for 40 bands, got 7999"),
        ((16000, 512, 40, 0, None, False, "l2"), "norm must be 'slaney' or None, got 'l2'"),
    ],
)
def test_bad_settings_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        mel_filters(*arguments)


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match="frequencies must be finite and 0 or more"):
        hz_to_mel([-1.0])
    with pytest.raises(ValueError, match="mels must be finite and 0 or more"):
        mel_to_hz([np.nan])
    for power, message in (
        (np.array([3.0, -1]), "power must be finite and 0 or more, got -1.0 to 3.0"),
        (np.array([np.nan]), "power must be finite and 0 or more, got nan to nan"),
        (np.array([]), r"power must hold real numbers, got dtype float64, shape \(0,\)"),
        (np.array([1j]), "power must hold real numbers, got dtype complex128"),
    ):
        with pytest.raises(ValueError, match=message):
            power_to_db(power)
    with pytest.raises(ValueError, match="top_db must be 0 or more, or None, got -1"):
        power_to_db(np.ones(1), top_db=-1)
    with pytest.raises(ValueError, match="power must be above 0 and finite, got 0"):
        mel_spectrogram(np.ones(9), 8000, power=0)


def test_bad_signals_are_refused(bad_signal):
    signal, message = bad_signal
    with pytest.raises(ValueError, match=message):
        mel_spectrogram(signal, 16000)
