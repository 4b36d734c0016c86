"""More sound from what there is: with noise, shifted, stretched, at another pitch, masked."""

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from companion.preprocessing.audio._checks import (
    Samples,
    as_signal,
    as_spectrum,
    at_least,
    positive,
)
from companion.preprocessing.audio.resampling import resample_poly
from companion.preprocessing.audio.stft import istft, stft


def mix_at_snr(signal: ArrayLike, noise: ArrayLike, snr: float) -> Samples:
    r"""Return a signal with as much noise as the signal-to-noise ratio says, exactly.

    .. math:: x + g v, \qquad g = \sqrt{\frac{\sum_n x_n^2}{\sum_n v_n^2}} \; 10^{-snr / 20}

    Parameters
    ----------
    signal
        x, shape ``(samples,)``.
    noise
        v, of the same shape.
    snr
        In decibels over the whole signal.

    Returns
    -------
    numpy.ndarray
        Of the shape and type of the signal; it may exceed 1 in magnitude.

    Raises
    ------
    ValueError
        If the signal or the noise is empty, silent or not finite, both differ in length, or `snr`
        is not from -300 to 300.
    """
    x, v = as_signal(signal), as_signal(noise, "noise")
    if len(x) != len(v):
        raise ValueError(f"signal and noise must be equally long, got {len(x)} and {len(v)}")
    if not abs(snr) <= 300:
        raise ValueError(f"snr must be from -300 to 300 dB, got {snr}")
    for name, samples in (("signal", x), ("noise", v)):
        if not samples.any():
            raise ValueError(f"{name} must not be silent, got zeros only")
    gain = np.float64(_norm(x) / _norm(v) * 10 ** (-snr / 20))
    return np.asarray(x + gain * v, dtype=x.dtype)


def _norm(x: Samples) -> float:
    """Return the root of the sum of squares, none of which overflows."""
    peak = float(np.abs(x).max())
    return peak * float(np.linalg.norm(x.astype(np.float64) / peak))


def colored_noise(samples: int, rng: np.random.Generator, exponent: float = 0.0) -> Samples:
    """Return Gaussian noise whose power falls with the frequency, scaled to the variance 1.

    Parameters
    ----------
    samples
        Length, at least 2.
    rng
        Source of the randomness.
    exponent
        The power goes as f to the minus this: 0 for white noise, 1 for pink, 2 for brown.

    Returns
    -------
    numpy.ndarray
        Shape ``(samples,)``, float64.

    Raises
    ------
    ValueError
        If `samples` is below 2 or `exponent` not finite.
    """
    samples = at_least(samples, 2, "samples")
    if not np.isfinite(exponent):
        raise ValueError(f"exponent must be finite, got {exponent}")
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    frequency = np.arange(1, len(spectrum)) / (1 if exponent > 0 else len(spectrum) - 1)
    spectrum[0] = 0  # no constant part
    spectrum[1:] *= frequency ** (-exponent / 2)  # at most 1
    noise = np.fft.irfft(spectrum, samples)
    return np.asarray(noise / noise.std())


def time_shift(signal: ArrayLike, samples: int) -> Samples:
    """Return a signal that begins later, or earlier, padded with silence to its length.

    Parameters
    ----------
    signal
        Shape ``(samples,)``.
    samples
        By how many; negative for earlier. What is pushed out at the end is lost.

    Returns
    -------
    numpy.ndarray
        Of the same shape and type.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, or `samples` is no whole number.
    """
    x = as_signal(signal)
    if not float(samples).is_integer():
        raise ValueError(f"samples must be a whole number, got {samples}")
    samples = int(samples)
    shifted = np.zeros_like(x)
    kept = max(len(x) - abs(samples), 0)
    shifted[max(samples, 0) : max(samples, 0) + kept] = x[max(-samples, 0) :][:kept]
    return shifted


def phase_vocoder(spectrum: ArrayLike, rate: float, hop_length: int) -> Samples:
    r"""Return a short-time spectrum read `rate` times as fast, the pitch kept.

    The magnitude is interpolated between frames; the phase of each bin goes on by what it goes on
    between the two frames there, so that sinusoids stay whole. J. L. Flanagan, R. M. Golden, "Phase
    vocoder", Bell System Technical Journal 45(9), 1966; the form is that of D. P. W. Ellis, "A
    phase vocoder in Matlab" (2002).

    Parameters
    ----------
    spectrum
        As `stft` gives it for an even `n_fft`, shape ``(bins, frames)``.
    rate
        Above 1 for faster, below 1 for slower.
    hop_length
        Samples between two frames.

    Returns
    -------
    numpy.ndarray
        Shape ``(bins, ⌈frames / rate⌉)``, of the same type.

    Raises
    ------
    ValueError
        If the spectrum is empty, not complex or not finite, or a number is out of range.
    """
    X = as_spectrum(spectrum, "spectrum", "c")
    hop_length = at_least(hop_length, 1, "hop_length")
    times = np.arange(0, X.shape[1], positive(rate, "rate"))
    padded = np.pad(X, ((0, 0), (0, 2)))
    frame = times.astype(np.int64)
    magnitude, angle = np.abs(padded), np.angle(padded.astype(np.complex128))
    between = (times - frame).astype(magnitude.dtype)
    size = (1 - between) * magnitude[:, frame] + between * magnitude[:, frame + 1]
    expected = np.pi * hop_length * np.linspace(0, 1, len(X))[:, None]  # phase a hop of each bin
    deviation = angle[:, frame + 1] - angle[:, frame] - expected
    advance = expected + deviation - 2 * np.pi * np.round(deviation / (2 * np.pi))
    phase = np.cumsum(np.concatenate([angle[:, :1], advance[:, :-1]], axis=1), axis=1)
    return np.asarray(size * np.exp(1j * phase), dtype=X.dtype)


def time_stretch(
    signal: ArrayLike, rate: float, n_fft: int = 2048, hop_length: int | None = None
) -> Samples:
    """Return a signal played `rate` times as fast, at the same pitch, by the phase vocoder.

    Parameters
    ----------
    signal
        Shape ``(samples,)``.
    rate
        Above 1 for shorter, below 1 for longer.
    n_fft, hop_length
        As in `stft`; `n_fft` must be even.

    Returns
    -------
    numpy.ndarray
        Shape ``(samples / rate rounded,)``, of the same type.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, nothing of it would be left, or a number is out of
        range.
    """
    x = as_signal(signal)
    length = round(len(x) / positive(rate, "rate"))
    if length < 1:
        raise ValueError(f"rate must leave a sample of {len(x)}, got {rate}")
    if n_fft % 2:
        raise ValueError(f"n_fft must be even, got {n_fft}")
    hop = max(n_fft // 4, 1) if hop_length is None else hop_length
    return istft(phase_vocoder(stft(x, n_fft, hop), rate, hop), hop, length=length)


def pitch_shift(signal: ArrayLike, semitones: float, n_fft: int = 2048) -> Samples:
    """Return a signal at another pitch and of the same length.

    It is stretched by the phase vocoder and then played faster by as much, or the reverse. The
    factor is the nearest fraction with a denominator up to 1000, off by less than 0.01 semitones.

    Parameters
    ----------
    signal
        Shape ``(samples,)``.
    semitones
        By how much, from -48 to 48: 12 for an octave up, negative for down.
    n_fft
        As in `stft`, even.

    Returns
    -------
    numpy.ndarray
        Of the same shape and type.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, or a number out of range.
    """
    x = as_signal(signal)
    if not abs(semitones) <= 48:
        raise ValueError(f"semitones must be from -48 to 48, got {semitones}")
    faster = 2 ** abs(semitones / 12)
    ratio = Fraction(faster).limit_denominator(1000)
    ratio = ratio if semitones > 0 else 1 / ratio
    stretched = time_stretch(x, float(1 / ratio), n_fft)
    shifted = resample_poly(stretched, ratio.denominator, ratio.numerator)[: len(x)]
    return np.pad(shifted, (0, len(x) - len(shifted)))


def spec_augment(
    spectrogram: ArrayLike,
    rng: np.random.Generator,
    *,
    frequency_masks: int = 1,
    frequency_width: int = 27,
    time_masks: int = 1,
    time_width: int = 100,
    time_share: float = 1.0,
) -> Samples:
    """Return a spectrogram in which bands of frequencies and stretches of time are masked.

    The width of each mask is drawn evenly from 0 to the given one, then its place; what is masked
    becomes the mean of the spectrogram. The defaults are the policy LB of D. S. Park et al.,
    "SpecAugment: a simple data augmentation method for automatic speech recognition", Interspeech
    2019, section 2, without time warping.

    Parameters
    ----------
    spectrogram
        Such as of decibels, shape ``(bands, frames)``.
    rng
        Source of the randomness.
    frequency_masks, frequency_width
        How many bands are masked, and their greatest width F.
    time_masks, time_width
        How many stretches are masked, and their greatest width T in frames.
    time_share
        p: no stretch is wider than this share of all frames.

    Returns
    -------
    numpy.ndarray
        Of the same shape and type, a copy.

    Raises
    ------
    ValueError
        If the spectrogram is empty or not finite, or a number out of range.
    """
    masked = as_spectrum(spectrogram, "spectrogram").copy()
    for name, value in (
        ("frequency_masks", frequency_masks),
        ("frequency_width", frequency_width),
        ("time_masks", time_masks),
        ("time_width", time_width),
    ):
        at_least(value, 0, name)
    if not 0 <= time_share <= 1:
        raise ValueError(f"time_share must be from 0 to 1, got {time_share}")
    mean = masked.mean()
    longest = min(time_width, int(time_share * masked.shape[1]))
    for view, masks, widest in (
        (masked, frequency_masks, frequency_width),
        (masked.T, time_masks, longest),
    ):
        for _ in range(masks):
            width = rng.integers(min(widest, len(view)) + 1)
            start = rng.integers(len(view) - width + 1)
            view[start : start + width] = mean
    return masked
