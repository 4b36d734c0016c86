import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.preprocessing.audio import (
    colored_noise,
    mix_at_snr,
    phase_vocoder,
    pitch_shift,
    segmental_signal_to_noise,
    signal_to_noise,
    spec_augment,
    stft,
    time_shift,
    time_stretch,
)


@pytest.fixture
def former_librosa(librosa):
    if int(librosa.__version__.split(".")[0]) >= 1:
        pytest.skip("librosa 1.0 holds the last frame where its former releases and we fade it out")
    return librosa


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_noise_is_mixed_at_the_exact_ratio_and_the_type_stays(dtype, rng):
    x, noise = rng.standard_normal((2, 500)).astype(dtype)
    mixed = mix_at_snr(x, noise, 7.5)
    assert mixed.dtype == dtype
    added = mixed - x
    assert 10 * np.log10((x @ x) / (added @ added)) == pytest.approx(7.5, abs=1e-3)
    assert np.corrcoef(added, noise)[0, 1] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("exponent", [-1, 0, 1, 2])
def test_the_power_of_noise_falls_with_the_given_exponent(exponent, rng):
    noise = colored_noise(2**16, rng, exponent)
    assert noise.mean() == pytest.approx(0, abs=1e-9)
    assert noise.std() == pytest.approx(1)
    P = np.abs(np.fft.rfft(noise))[1:] ** 2
    octaves = [P[2**k : 2 ** (k + 1)].mean() for k in range(6, 15)]
    slope = np.polyfit(np.arange(6, 15) * np.log(2), np.log(octaves), 1)[0]
    assert slope == pytest.approx(-exponent, abs=0.1)


@given(st.integers(1, 20), st.integers(-30, 30))
def test_a_shift_moves_samples_and_pads_with_silence(samples, shift):
    x = np.arange(1.0, samples + 1)
    expected = [x[n - shift] if 0 <= n - shift < samples else 0.0 for n in range(samples)]
    assert time_shift(x, shift).tolist() == expected


@pytest.mark.parametrize("rate", [0.31, 0.5, 1.0, 1.37, 2.0, 4.0])
def test_stretching_equals_librosa(former_librosa, rate, rng):
    x = rng.standard_normal(int(rng.integers(3000, 9000)))
    for settings in ({}, {"n_fft": 512, "hop_length": 100}):
        ours = time_stretch(x, rate, **settings)
        theirs = former_librosa.effects.time_stretch(x, rate=rate, **settings)
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, atol=1e-8)


def test_stretching_equals_librosa_in_single_precision(former_librosa, rng):
    x = rng.standard_normal(6000).astype(np.float32)
    ours, theirs = time_stretch(x, 1.2), former_librosa.effects.time_stretch(x, rate=1.2)
    assert ours.dtype == theirs.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=5e-3)


@pytest.mark.filterwarnings("ignore:The `hop_length` parameter is deprecated:FutureWarning")
def test_the_vocoder_equals_librosa_on_any_spectrum(librosa, rng):
    for rate in rng.uniform(0.2, 5, 5):
        X = rng.standard_normal((33, 40)) + 1j * rng.standard_normal((33, 40))
        theirs = librosa.phase_vocoder(X, rate=rate, hop_length=16)
        ours = phase_vocoder(X, rate, 16)
        assert ours.shape == theirs.shape
        between = int(np.ceil(39 / rate))  # frames of the result that lie before the last of X
        np.testing.assert_allclose(ours[:, :between], theirs[:, :between], atol=1e-9)


def loudest(x, rate):
    return np.abs(np.fft.rfft(x * np.hanning(len(x)))).argmax() * rate / len(x)


@pytest.mark.parametrize("semitones", [-12, -3, 0, 4.5, 12])
def test_a_tone_is_shifted_by_semitones(semitones):
    tone = np.sin(2 * np.pi * 500 * np.arange(16000) / 16000).astype(np.float32)
    shifted = pitch_shift(tone, semitones)
    assert shifted.shape == tone.shape
    assert shifted.dtype == np.float32
    assert loudest(shifted, 16000) == pytest.approx(500 * 2 ** (semitones / 12), abs=2)


def test_pitch_shifting_is_near_librosas(former_librosa, rng):
    x = np.sin(np.cumsum(rng.uniform(0.05, 0.3, 40).repeat(400)))
    ours, theirs = pitch_shift(x, 4), former_librosa.effects.pitch_shift(x, sr=16000, n_steps=4)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.97  # another resampling filter


def test_a_stretched_tone_keeps_its_pitch():
    tone = np.sin(2 * np.pi * 500 * np.arange(16000) / 16000)
    for rate in (0.7, 1.4):
        assert loudest(time_stretch(tone, rate), 16000) == pytest.approx(500, abs=2)


@given(st.integers(0, 2**32), st.integers(0, 3), st.integers(0, 3), st.integers(1, 12))
def test_masks_are_whole_rows_and_columns_of_the_mean(seed, rows, columns, size):
    S = np.random.default_rng(0).standard_normal((size, 15))
    masked = spec_augment(
        S,
        np.random.default_rng(seed),
        frequency_masks=rows,
        frequency_width=3,
        time_masks=columns,
        time_width=4,
    )
    changed = masked != S
    np.testing.assert_array_equal(masked[changed], S.mean())
    full_rows, full_columns = changed.all(axis=1), changed.all(axis=0)
    assert not changed[~full_rows][:, ~full_columns].any()
    if not changed.all():
        assert full_rows.sum() <= 3 * rows
        assert full_columns.sum() <= 4 * columns


def test_widths_of_masks_are_drawn_evenly_from_none_to_the_widest(rng):
    S = rng.standard_normal((20, 30))
    widths = [
        (spec_augment(S, rng, frequency_width=4, time_masks=0) != S).all(axis=1).sum()
        for _ in range(2000)
    ]
    counts = np.bincount(widths)
    assert len(counts) == 5
    assert counts.min() > 320


def test_no_stretch_is_wider_than_its_share(rng):
    S = rng.standard_normal((4, 50))
    for _ in range(50):
        masked = spec_augment(S, rng, frequency_masks=0, time_width=40, time_share=0.1)
        assert (masked != S).any(axis=0).sum() <= 5
    assert S.any()


def test_augmentation_is_fixed_by_the_generator_and_leaves_its_input(rng):
    S = rng.standard_normal((20, 30))
    before = S.copy()
    one, other = (spec_augment(S, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(S, before)


@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e30, 1e200])
def test_the_ratio_is_exact_for_signals_of_any_strength(scale, rng):
    x, noise = rng.standard_normal((2, 500))
    mixed = mix_at_snr(scale * x, noise, 7)
    assert signal_to_noise(scale * x, mixed) == pytest.approx(7, abs=1e-9)
    assert segmental_signal_to_noise(scale * x, mixed, 500) == pytest.approx(7, abs=1e-9)


def test_the_ratio_is_exact_for_long_signals_in_single_precision(rng):
    x, noise = rng.uniform(-1, 1, (2, 3_000_000)).astype(np.float32) + np.float32(2)
    ratio = signal_to_noise(np.zeros(len(x)) + x, mix_at_snr(x.astype(np.float64), noise, 0))
    assert ratio == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("exponent", [-300, 300])
def test_noise_of_an_extreme_colour_is_finite(exponent, rng):
    noise = colored_noise(300, rng, exponent)
    assert np.isfinite(noise).all()
    assert noise.std() == pytest.approx(1)


def test_one_sample_has_an_answer():
    assert time_stretch(np.ones(1), 1.0).shape == (1,)
    assert pitch_shift(np.ones(1), 0).shape == (1,)
    assert time_shift(np.ones(1), 1).tolist() == [0.0]
    assert not time_stretch(np.zeros(5000), 2).any()


def test_bad_signals_are_refused(bad_signal):
    signal, message = bad_signal
    for call in (
        lambda: mix_at_snr(signal, np.ones(9), 0),
        lambda: time_shift(signal, 1),
        lambda: time_stretch(signal, 2),
        lambda: pitch_shift(signal, 2),
    ):
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: mix_at_snr(x, np.zeros(9), 0), "noise must not be silent"),
        (lambda x: mix_at_snr(np.zeros(9), x, 0), "signal must not be silent"),
        (lambda x: mix_at_snr(x, np.ones(8), 0), "equally long, got 9 and 8"),
        (lambda x: mix_at_snr(x, x, np.inf), "snr must be from -300 to 300 dB, got inf"),
        (lambda x: colored_noise(1, None), "samples must be a whole number of at least 2, got 1"),
        (lambda x: colored_noise(2.5, None), "samples must be a whole .* got 2[.]5"),
        (lambda x: mix_at_snr(x, x, -7000), "snr must be from -300 to 300 dB, got -7000"),
        (lambda x: time_shift(x, 1.5), "samples must be a whole number, got 1[.]5"),
        (lambda x: time_shift(x, np.nan), "samples must be a whole number, got nan"),
        (lambda x: colored_noise(9, None, np.nan), "exponent must be finite, got nan"),
        (lambda x: time_stretch(x, 0), "rate must be above 0 and finite, got 0"),
        (lambda x: time_stretch(x, 100), "rate must leave a sample of 9, got 100"),
        (lambda x: time_stretch(x, 1, n_fft=33), "n_fft must be even, got 33"),
        (lambda x: pitch_shift(x, np.nan), "semitones must be from -48 to 48, got nan"),
        (lambda x: phase_vocoder(x, 1, 4), "spectrum must hold complex numbers"),
        (lambda x: phase_vocoder(stft(x), -1, 4), "rate must be above 0"),
        (lambda x: spec_augment(x, None), r"spectrogram must have shape \(bins, frames\)"),
        (lambda x: spec_augment(x[None], None, time_masks=-1), "time_masks .* got -1"),
        (lambda x: spec_augment(x[None], None, frequency_masks=1.5), "frequency_masks .* 1[.]5"),
        (lambda x: spec_augment(x[None], None, time_width=2.5), "time_width must .* got 2[.]5"),
        (lambda x: phase_vocoder(stft(x), 1, 0), "hop_length must .* got 0"),
        (lambda x: spec_augment(x[None], None, time_share=2), "time_share must be from 0 to 1"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.arange(1.0, 10))
