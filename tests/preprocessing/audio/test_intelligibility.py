import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal as scipy_signal

from companion.preprocessing.audio import colored_noise, mix_at_snr, resample, stoi, synthesize


def speech_like(rng, samples=12_000):
    """Return noise of the colour of speech that rises and falls, with pauses of silence."""
    envelope = np.repeat(rng.uniform(0, 1, samples // 500 + 1) ** 3, 500)[:samples]
    envelope[samples // 3 : samples // 3 + 1_500] = 0
    return colored_noise(samples, rng, 1) * envelope * 0.1


def reference(x, y, rate):
    """The paper's section II with SciPy's tools, one segment after another."""
    ratio = 10_000 / rate
    up, down = (10_000, rate) if ratio != 1 else (1, 1)
    x, y = (scipy_signal.resample_poly(v, up, down) if up != down else v for v in (x, y))
    w = scipy_signal.windows.hann(258, sym=True)[1:-1]
    starts = range(0, len(x) - 256, 128)
    energy = [20 * np.log10(np.linalg.norm(w * x[i : i + 256]) + 1e-300) for i in starts]
    kept = [i for i, e in zip(starts, energy, strict=True) if e > max(energy) - 40]
    a, b = np.zeros((2, 128 * (len(kept) + 1)))
    for place, i in enumerate(kept):
        a[128 * place :][:256] += w * x[i : i + 256]
        b[128 * place :][:256] += w * y[i : i + 256]
    f = np.fft.rfftfreq(512, 1e-4)
    X, Y = (
        np.array([np.fft.rfft(w * v[i : i + 256], 512) for i in range(0, len(v) - 256, 128)]).T
        for v in (a, b)
    )
    scores = []
    for j in range(15):
        centre = 150 * 2 ** (j / 3)
        low, high = (np.abs(f - centre * 2 ** (s / 6)).argmin() for s in (-1, 1))
        xj, yj = (np.sqrt((np.abs(v[low:high]) ** 2).sum(0)) for v in (X, Y))
        for m in range(30, len(xj) + 1):
            p, q = xj[m - 30 : m], yj[m - 30 : m]
            clipped = np.minimum(np.linalg.norm(p) / np.linalg.norm(q) * q, p * (1 + 10**0.75))
            scores.append(np.corrcoef(p, clipped)[0, 1])
    return np.mean(scores)


@pytest.mark.parametrize("rate", [10_000, 16_000, 8_000, 22_050])
def test_it_equals_the_paper_written_with_scipy(rate, rng):
    x = speech_like(rng, int(1.3 * rate) + int(rng.integers(400)))
    y = mix_at_snr(x, colored_noise(len(x), rng, 0.5), rng.uniform(-10, 15))
    assert stoi(x, y, rate) == pytest.approx(reference(x, y, rate), abs=1e-10)


@pytest.mark.parametrize("samples", [8_000, 8_192, 9_984, 10_001, 30_000])
def test_it_equals_pystoi(samples, rng):
    pystoi = pytest.importorskip("pystoi")
    x = speech_like(rng, samples)
    y = mix_at_snr(x, rng.standard_normal(samples), rng.uniform(-10, 20))
    assert stoi(x, y, 10_000) == pytest.approx(pystoi.stoi(x, y, 10_000), abs=1e-10)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_at_other_rates_it_differs_from_pystoi_by_the_resampler_alone(rate, rng):
    pystoi = pytest.importorskip("pystoi")
    x = speech_like(rng, 2 * rate)
    y = mix_at_snr(x, rng.standard_normal(2 * rate), rng.uniform(-10, 20))
    at_ten = (resample(v, rate, 10_000) for v in (x, y))
    assert stoi(x, y, rate) == pytest.approx(pystoi.stoi(*at_ten, 10_000), abs=1e-10)
    assert stoi(x, y, rate) == pytest.approx(pystoi.stoi(x, y, rate), abs=0.01)


def test_it_rises_with_the_ratio_of_speech_to_noise(rng):
    spoken = synthesize("The quick brown fox jumps over the lazy dog.")
    x = spoken.samples.astype(np.float64)
    noise = rng.standard_normal(len(x))
    scores = [stoi(x, mix_at_snr(x, noise, snr), spoken.rate) for snr in (-20, -10, 0, 10, 30)]
    assert (np.diff(scores) > 0.02).all()
    assert scores[0] < 0.5
    assert scores[-1] > 0.95


@settings(max_examples=20)
@given(st.floats(1e-12, 1e12), st.floats(1e-12, 1e12), st.integers(0, 2**32))
def test_neither_loudness_matters(clean_gain, gain, seed):
    rng = np.random.default_rng(seed)
    x = speech_like(rng)
    y = x + 0.02 * rng.standard_normal(len(x))
    expected = stoi(x, y, 10_000)
    assert stoi(clean_gain * x, gain * y, 10_000) == pytest.approx(expected, abs=1e-6)


def test_unchanged_speech_has_one_and_noise_alone_is_low(rng):
    x = speech_like(rng, 40_000)
    assert stoi(x, x, 10_000) == pytest.approx(1)
    assert stoi(x.astype(np.float32), x, 10_000) == pytest.approx(1, abs=1e-6)
    assert 0 < stoi(x, rng.standard_normal(len(x)), 10_000) < 0.35
    assert stoi(x, np.zeros(len(x)), 10_000) == 0


def test_what_comes_while_the_speaker_is_silent_does_not_count(rng):
    x = np.concatenate([speech_like(rng), np.zeros(12_800)])
    y = x.copy()
    y[-12_000:] = rng.standard_normal(12_000)
    assert stoi(x, y, 10_000) > 0.99


def test_bad_arguments_are_refused(bad_signal):
    signal, message = bad_signal
    good = np.ones(12_000)
    with pytest.raises(ValueError, match=message.replace("signal ", "clean ", 1)):
        stoi(signal, good, 10_000)
    with pytest.raises(ValueError, match=message.replace("signal ", "processed ", 1)):
        stoi(good, signal, 10_000)
    with pytest.raises(ValueError, match="must be equally long, got 12000 and 11999"):
        stoi(good, good[1:], 10_000)
    with pytest.raises(ValueError, match="clean must not be silent"):
        stoi(0 * good, good, 10_000)
    with pytest.raises(ValueError, match="rate must be above 0 and finite, got 0"):
        stoi(good, good, 0)


@pytest.mark.parametrize(("samples", "frames"), [(1, 0), (256, 0), (257, 0), (4_096, 29)])
def test_too_little_speech_is_refused(samples, frames):
    with pytest.raises(ValueError, match=rf"30 frames of 25\.6 ms .* got {frames}"):
        stoi(np.ones(samples), np.ones(samples), 10_000)
