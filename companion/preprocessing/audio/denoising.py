"""Removing noise: each bin of the spectrum is turned down by as much as noise stands in it."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from companion.preprocessing.audio._checks import Samples, as_signal, as_spectrum, at_least
from companion.preprocessing.audio.stft import istft, stft

Gain: TypeAlias = Callable[[Samples, Samples], Samples]


def leading_noise(power: ArrayLike, frames: int) -> Samples:
    """Return the mean power of the first frames, in which nobody speaks yet.

    Parameters
    ----------
    power
        Power spectrogram, shape ``(bins, frames)``.
    frames
        How many to average over, at most as many as there are.

    Returns
    -------
    numpy.ndarray
        Shape ``(bins,)``.

    Raises
    ------
    ValueError
        If the power is empty or not finite, or `frames` is out of range.
    """
    P = as_spectrum(power, "power")
    if at_least(frames, 1, "frames") > P.shape[1]:
        raise ValueError(f"frames must be from 1 to {P.shape[1]}, got {frames}")
    return np.asarray(P[:, :frames].mean(axis=1))


def quantile_noise(power: ArrayLike, q: float = 0.5) -> Samples:
    r"""Return the noise that a low quantile of each bin over time speaks for.

    The power of a bin of Gaussian noise is distributed exponentially, so its mean is its q-quantile
    over :math:`-\ln(1 - q)`. Even in speech, most bins are silent for half of the time. V. Stahl,
    A. Fischer, R. Bippus, "Quantile based noise estimation for spectral subtraction and Wiener
    filtering", ICASSP 2000.

    Parameters
    ----------
    power
        Power spectrogram, shape ``(bins, frames)``.
    q
        Level of the quantile, between 0 and 1: the share of frames without speech, or less.

    Returns
    -------
    numpy.ndarray
        Shape ``(bins,)``.

    Raises
    ------
    ValueError
        If the power is empty or not finite, or `q` is out of range.
    """
    P = as_spectrum(power, "power")
    if not 0 < q < 1:
        raise ValueError(f"q must be between 0 and 1, got {q}")
    return np.asarray(np.quantile(P, q, axis=1) / -np.log1p(-q)).astype(P.dtype)


def subtraction_gain(
    power: ArrayLike, noise: ArrayLike, over: float = 1.0, floor: float = 0.05
) -> Samples:
    r"""Return the factor of each bin by spectral subtraction.

    .. math:: G_{kt} = \max\Bigl(1 - a \frac{\mu_k}{|X_{kt}|},\; b\Bigr), \qquad
              \mu_k = \sqrt{\tfrac{\pi}{4} \lambda_k}

    so that :math:`G |X| = |X| - a \mu`: the mean magnitude of the noise is subtracted, which
    follows from its power :math:`\lambda` where the noise is Gaussian. S. F. Boll, "Suppression of
    acoustic noise in speech using spectral subtraction", IEEE Transactions on Acoustics, Speech,
    and Signal Processing 27(2), 1979, section II; the factor a and the floor b: M. Berouti,
    R. Schwartz, J. Makhoul, "Enhancement of speech corrupted by acoustic noise", ICASSP 1979.

    Parameters
    ----------
    power
        The power of the noisy signal, shape ``(bins, frames)``.
    noise
        The power of the noise, shape ``(bins,)``.
    over
        a, 0 or more; above 1 to take away more than the mean.
    floor
        b, from 0 to 1: what is left of a bin at least.

    Returns
    -------
    numpy.ndarray
        G, shape ``(bins, frames)``, from b to 1.

    Raises
    ------
    ValueError
        If a shape does not fit or a number is out of range.
    """
    P, N = _powers(power, noise)
    if not over >= 0:
        raise ValueError(f"over must be 0 or more, got {over}")
    magnitude, mean = np.sqrt(P), np.sqrt(np.pi / 4 * N)
    tiny = np.finfo(P.dtype).tiny
    return np.asarray(np.maximum(1 - over * mean / np.maximum(magnitude, tiny), _floor(floor, P)))


def wiener_gain(
    power: ArrayLike, noise: ArrayLike, smoothing: float = 0.98, floor: float = 0.05
) -> Samples:
    r"""Return the factor of each bin by the Wiener filter, its a-priori SNR decision-directed.

    .. math:: G_t = \frac{\xi_t}{1 + \xi_t}, \qquad
              \xi_t = \alpha \frac{|G_{t-1} X_{t-1}|^2}{\lambda}
                      + (1 - \alpha) \max\Bigl(\frac{|X_t|^2}{\lambda} - 1,\; 0\Bigr)

    P. Scalart, J. V. Filho, "Speech enhancement based on a priori signal to noise estimation",
    ICASSP 1996, sections 2 and 3; the estimate of :math:`\xi`: Y. Ephraim, D. Malah, IEEE
    Transactions on Acoustics, Speech, and Signal Processing 32(6), 1984, equation 51.

    Parameters
    ----------
    power
        The power of the noisy signal, shape ``(bins, frames)``.
    noise
        The power :math:`\lambda` of the noise, shape ``(bins,)``.
    smoothing
        α, from 0 to below 1: the weight of the frame before.
    floor
        Least factor, from 0 to 1.

    Returns
    -------
    numpy.ndarray
        G, shape ``(bins, frames)``, from `floor` to 1.

    Raises
    ------
    ValueError
        If a shape does not fit or a number is out of range.
    """
    P, N = _powers(power, noise)
    if not 0 <= smoothing < 1:
        raise ValueError(f"smoothing must be from 0 to below 1, got {smoothing}")
    least = _floor(floor, P)
    # Of noise at least a trace, so that neither silence nor its absence divides by 0.
    gamma = P / np.maximum(N, 1e-15 * P + np.finfo(P.dtype).tiny)  # |X|² / λ
    excess = np.maximum(gamma - 1, 0)
    gain = np.empty_like(P)
    before = excess[:, 0]  # as if the frame before the first had said the same
    for t in range(P.shape[1]):
        xi = smoothing * before + (1 - smoothing) * excess[:, t]
        gain[:, t] = np.maximum(xi / (1 + xi), least)
        before = gain[:, t] ** 2 * gamma[:, t]
    return gain


def denoise(
    signal: ArrayLike,
    noise: ArrayLike,
    gain: Gain = wiener_gain,
    n_fft: int = 512,
    hop_length: int = 128,
) -> Samples:
    """Return a signal whose spectrum has been multiplied by a gain, its phase kept.

    Parameters
    ----------
    signal
        Samples, shape ``(samples,)``.
    noise
        The power of the noise, shape ``(n_fft // 2 + 1 bins,)``, as `leading_noise` or
        `quantile_noise` finds it.
    gain
        A function of the power ``(bins, frames)`` and of the noise, such as `wiener_gain` or
        `subtraction_gain`.
    n_fft, hop_length
        As in `stft`; 512 and 128 samples are 32 and 8 ms at 16 kHz.

    Returns
    -------
    numpy.ndarray
        Of the same shape and type.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, or the noise has other bins or is not finite.
    """
    x = as_signal(signal)
    X = stft(x, n_fft, hop_length)
    power = np.square(np.abs(X))
    G = gain(power, np.asarray(noise, dtype=x.dtype))
    return istft(G * X, hop_length, n_fft=n_fft, length=len(x))


def _powers(power: ArrayLike, noise: ArrayLike) -> tuple[Samples, Samples]:
    """Return power ``(bins, frames)`` and noise ``(bins, 1)``, or say what is wrong."""
    P = as_spectrum(power, "power")
    N = np.asarray(noise, dtype=P.dtype)
    if N.shape != P.shape[:1]:
        raise ValueError(f"noise must have shape {P.shape[:1]} as power has bins, got {N.shape}")
    if not (np.isfinite(N).all() and N.min() >= 0 and P.min() >= 0):
        raise ValueError("power and noise must be finite and 0 or more")
    return P, N[:, None]


def _floor(floor: float, like: Samples) -> Samples:
    if not 0 <= floor <= 1:
        raise ValueError(f"floor must be from 0 to 1, got {floor}")
    return np.asarray(floor, dtype=like.dtype)
