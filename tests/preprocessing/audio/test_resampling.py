import tracemalloc

import numpy as np
import pytest
from scipy import signal as scipy_signal

from companion.preprocessing.audio import interpolate, kaiser_sinc, resample, resample_poly


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("up", "down"),
    [(1, 1), (2, 1), (1, 2), (1, 3), (3, 2), (160, 441), (441, 160), (4, 6), (7, 5), (1, 50)],
)
def test_polyphase_equals_scipy(up, down, dtype, rng):
    x = rng.standard_normal(int(rng.integers(1, 2000))).astype(dtype)
    ours, theirs = resample_poly(x, up, down), scipy_signal.resample_poly(x, up, down)
    assert ours.dtype == dtype
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5 if dtype == np.float32 else 1e-12)


def test_polyphase_equals_scipy_for_random_ratios(rng):
    for _ in range(20):
        up, down, size = (int(n) for n in rng.integers(1, 120, 3))
        x = rng.standard_normal(size)
        np.testing.assert_allclose(
            resample_poly(x, up, down), scipy_signal.resample_poly(x, up, down), atol=1e-12
        )


def test_the_filter_equals_scipys():
    for up, down in ((2, 1), (3, 7), (160, 441)):
        widest = max(up, down)
        theirs = scipy_signal.firwin(20 * widest + 1, 1 / widest, window=("kaiser", 5.0)) * up
        np.testing.assert_allclose(kaiser_sinc(up, down), theirs, atol=1e-12)


@pytest.mark.parametrize("target", [11025, 12345.6789, 16000, 48000 * np.pi / 3])
def test_a_sine_stays_that_sine_at_any_rate(target):
    source = 22050.0
    x = np.sin(2 * np.pi * 440 * np.arange(4000) / source)
    y = resample(x, source, target)
    assert len(y) == np.ceil(4000 * target / source)
    inside = slice(100, len(y) - 100)
    expected = np.sin(2 * np.pi * 440 * np.arange(len(y)) / target)
    np.testing.assert_allclose(y[inside], expected[inside], atol=2e-3)


def test_both_ways_agree_where_both_go(rng):
    x = rng.standard_normal(600)
    for up, down in ((3, 2), (2, 3), (147, 160)):
        y = resample_poly(x, up, down)
        again = interpolate(x, np.arange(len(y)) * (down / up), min(1, up / down))
        np.testing.assert_allclose(again, y, atol=0.01)


def test_a_tone_that_the_new_rate_cannot_carry_is_removed_instead_of_folded():
    tone = np.sin(2 * np.pi * 7000 * np.arange(16000) / 16000)
    folded, resampled = tone[::4], resample(tone, 16000, 4000)
    assert np.square(folded).mean() > 0.4  # as loud as before, at 1000 Hz
    assert np.square(resampled[50:-50]).mean() < 1e-6


def test_interpolation_at_the_samples_gives_them_back(rng):
    x = rng.standard_normal(50)
    np.testing.assert_allclose(interpolate(x, np.arange(50.0)), x, atol=1e-12)
    assert interpolate(x, np.array([-100.0, 1e6])).tolist() == [0, 0]
    assert interpolate(x, np.array([-1e300, 1e300])).tolist() == [0, 0]


def test_memory_stays_small_however_far_down_the_rate_goes(rng):
    x = rng.standard_normal(400_000)
    tracemalloc.start()
    y = resample(x, 8000.0, 7.3001)  # no ratio of small numbers
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(y) == 366
    assert peak < 20_000_000


def test_one_sample_and_silence_have_an_answer():
    assert resample(np.ones(1), 1, 1).tolist() == [1.0]
    assert resample(np.ones(1, np.float32), 8000, 16000).shape == (2,)
    assert not resample(np.zeros(100), 44100, 16000).any()


def test_a_signal_is_not_changed_and_not_shared(rng):
    x = rng.standard_normal(20)
    y = resample(x, 8000, 8000)
    y[0] = 7
    assert x[0] != 7


def test_bad_signals_are_refused(bad_signal):
    signal, message = bad_signal
    for call in (
        lambda: resample(signal, 2, 1),
        lambda: resample_poly(signal, 1, 2),
        lambda: interpolate(signal, np.zeros(1)),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_bad_rates_are_refused():
    x = np.zeros(9)
    for source, target, message in (
        (0, 1, "source_rate must be above 0 and finite, got 0"),
        (1, -2, "target_rate must be above 0 and finite, got -2"),
        (1, np.nan, "target_rate must be above 0 and finite, got nan"),
        (np.inf, 1, "source_rate must be above 0 and finite, got inf"),
    ):
        with pytest.raises(ValueError, match=message):
            resample(x, source, target)
    with pytest.raises(ValueError, match="up must be a whole number of at least 1, got 0"):
        resample_poly(x, 0, 1)
    with pytest.raises(ValueError, match=r"down must be a whole number of at least 1, got 1\.5"):
        resample_poly(x, 1, 1.5)
    with pytest.raises(ValueError, match="cutoff must be above 0 and at most 1, got 2"):
        interpolate(x, np.zeros(1), 2)
    with pytest.raises(ValueError, match="times must be finite, got nan"):
        interpolate(x, np.array([np.nan]))
