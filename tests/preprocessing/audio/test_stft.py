import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal as scipy_signal

from companion.preprocessing.audio import get_window, istft, stft
from companion.preprocessing.audio.stft import WINDOWS

NAMES = sorted(WINDOWS)


def drawn(rng, even=False):
    n_fft = int(rng.integers(1, 300)) * (2 if even else 1)
    return {
        "n_fft": n_fft,
        "hop_length": int(rng.integers(1, n_fft + 10)),
        "win_length": int(rng.integers(1, n_fft + 1)),
        "window": str(rng.choice(NAMES)),
        "center": bool(rng.integers(2)),
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [1, 2, 7, 400])
def test_windows_equal_scipy(name, length):
    expected = scipy_signal.get_window(name, length, fftbins=True)
    np.testing.assert_allclose(get_window(name, length), expected, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_stft_equals_librosa_under_random_settings(librosa, dtype, rng):
    for _ in range(12):
        settings = drawn(rng)
        x = rng.standard_normal(int(rng.integers(600, 3000))).astype(dtype)
        ours, theirs = stft(x, **settings), librosa.stft(x, **settings)
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, atol=1e-4 if dtype == np.float32 else 1e-10)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_inverse_equals_librosa_for_spectra_that_no_signal_has(librosa, dtype, rng):
    for _ in range(12):
        settings = drawn(rng, even=True) | {"window": "hamming"}  # which does not end in 0
        n_fft = settings.pop("n_fft")
        settings["hop_length"] = int(rng.integers(1, settings["win_length"] + 1))
        shape = (n_fft // 2 + 1, int(rng.integers(n_fft // settings["hop_length"] + 2, 400)))
        X = (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(dtype)
        for length in (None, int(rng.integers(1, 3000))):
            ours = istft(X, length=length, **settings)
            theirs = librosa.istft(X, length=length, **settings)
            assert ours.dtype == theirs.dtype
            assert ours.shape == theirs.shape
            np.testing.assert_allclose(ours, theirs, atol=2e-3 if dtype == np.complex64 else 1e-9)


def test_stft_equals_scipy(rng):
    n, hop = 64, 16
    x = rng.standard_normal(1000)
    with_scaling = scipy_signal.stft(
        x, window="hann", nperseg=n, noverlap=n - hop, boundary="zeros", padded=False
    )[2]
    ours = stft(x, n, hop) / get_window("hann", n).sum()
    np.testing.assert_allclose(ours, with_scaling, atol=1e-12)


@given(
    st.sampled_from(["hann", "hamming", "blackman", "boxcar"]),
    st.integers(1, 40),
    st.integers(1, 500),
    st.integers(0, 2**32),
)
def test_the_inverse_gives_a_signal_back(name, quarter, samples, seed):
    n_fft = 4 * quarter
    x = np.random.default_rng(seed).standard_normal(samples)
    again = istft(stft(x, n_fft, quarter, window=name), quarter, window=name, length=samples)
    np.testing.assert_allclose(again, x, atol=1e-10)


def test_an_odd_frame_is_inverted_when_it_is_named(rng):
    x = rng.standard_normal(500)
    X = stft(x, 65, 13)
    np.testing.assert_allclose(istft(X, 13, n_fft=65, length=500), x, atol=1e-12)
    with pytest.raises(ValueError, match="n_fft must have 33 bins, as the spectrum has, got 70"):
        istft(X, 13, n_fft=70)


def test_samples_that_no_window_reaches_are_zero(rng):
    x = rng.standard_normal(100)
    again = istft(stft(x, 8, 20, center=False), 20, center=False)
    np.testing.assert_allclose(again[1:8], x[1:8], atol=1e-12)
    assert not again[9:20].any()
    assert again[0] == 0  # where a Hann window is 0


def test_one_sample_and_silence_have_an_answer():
    assert stft(np.ones(1)).shape == (1025, 1)
    assert not stft(np.zeros(5000)).any()
    assert not istft(stft(np.zeros(5000))).any()


def test_many_frames_equal_those_of_one_at_a_time(rng):
    x = rng.standard_normal(3000)
    X = stft(x, 64, 8, center=False)  # more frames than one block has
    w = get_window("hann", 64)
    for t in (0, 127, 128, X.shape[1] - 1):
        np.testing.assert_allclose(X[:, t], np.fft.rfft(w * x[8 * t : 8 * t + 64]), atol=1e-12)


def test_bad_signals_are_refused(bad_signal):
    signal, message = bad_signal
    with pytest.raises(ValueError, match=message):
        stft(signal)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_fft": 0}, "n_fft must be a whole number of at least 1, got 0"),
        ({"hop_length": 0}, "hop_length must be a whole number of at least 1, got 0"),
        ({"n_fft": 64, "win_length": 65}, "win_length must be from 1 to n_fft = 64, got 65"),
        ({"n_fft": np.nan}, "n_fft must be a whole number of at least 1, got nan"),
        ({"hop_length": np.inf}, "hop_length must be a whole number of at least 1, got inf"),
        ({"n_fft": 64, "win_length": 2.5}, "win_length must be a whole number .* got 2[.]5"),
        ({"window": "han"}, "window must be one of boxcar, hann, hamming, blackman, got 'han'"),
        ({"center": False}, "at least n_fft = 2048 samples unless center, got 100"),
    ],
)
def test_bad_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        stft(np.zeros(100), **settings)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((3, 4)),), "spectrum must hold complex numbers, got dtype float64"),
        ((np.zeros((3, 0), complex),), r"spectrum must have shape \(bins, frames\)"),
        ((np.full((3, 1), np.nan + 0j),), "spectrum must be finite"),
        ((np.zeros((3, 4), complex), 0), "hop_length must be a whole number of at least 1"),
        ((np.zeros((3, 4), complex), 1, 9), "win_length must be from 1 to n_fft = 4, got 9"),
        ((np.zeros((3, 4), complex), 1, 0), "win_length must be a whole number .* got 0"),
    ],
)
def test_bad_spectra_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        istft(*arguments)
    with pytest.raises(ValueError, match=r"n_fft must be a whole number .*, got 4\.5"):
        istft(np.zeros((3, 4), complex), n_fft=4.5)
    with pytest.raises(ValueError, match="length must be a whole number of at least 1, got 0"):
        istft(np.zeros((3, 4), complex), length=0)


def test_bad_windows_are_refused():
    with pytest.raises(ValueError, match="size must be a whole number of at least 8, got 4"):
        get_window("hann", 8, 4)
