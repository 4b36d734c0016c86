"""Mel-frequency cepstral coefficients: the shape of a spectrum in a few numbers a frame."""

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from companion.preprocessing.audio._checks import Samples, as_spectrum, at_least
from companion.preprocessing.audio.mel import mel_spectrogram, power_to_db


def dct(values: ArrayLike, count: int | None = None) -> Samples:
    r"""Return the first coefficients of the orthonormal cosine transform (type II) of each column.

    .. math:: c_q = \sqrt{\frac{2 - [q = 0]}{B}}
              \sum_{b=0}^{B-1} x_b \cos\frac{\pi q (2b + 1)}{2B}

    N. Ahmed, T. Natarajan, K. R. Rao, "Discrete cosine transform", IEEE Transactions on Computers
    C-23(1), 1974.

    Parameters
    ----------
    values
        x, shape ``(bands, frames)``.
    count
        Coefficients to return; by default as many as bands.

    Returns
    -------
    numpy.ndarray
        c, shape ``(count, frames)``, of the same type.

    Raises
    ------
    ValueError
        If the values are empty or not finite, or `count` is out of range.
    """
    x = as_spectrum(values, "values")
    bands = len(x)
    count = bands if count is None else at_least(count, 1, "count")
    if count > bands:
        raise ValueError(f"count must be from 1 to {bands} bands, got {count}")
    q, b = np.arange(count)[:, None], np.arange(bands)
    basis = np.sqrt(2 / bands) * np.cos(np.pi * q * (2 * b + 1) / (2 * bands))
    basis[0] = np.sqrt(1 / bands)
    return np.asarray(basis.astype(x.dtype) @ x)


def mfcc(
    signal: ArrayLike,
    rate: float,
    n_mfcc: int = 20,
    *,
    log: Literal["db", "natural"] = "db",
    top_db: float | None = 80.0,
    lifter: float = 0.0,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: str = "hann",
    center: bool = True,
    power: float = 2.0,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    mel_norm: str | None = "slaney",
) -> Samples:
    r"""Return the cosine transform of the logarithm of the mel spectrogram of a signal.

    Coefficient q is weighted by :math:`1 + \frac{L}{2} \sin\frac{\pi (q + 1)}{L}` if there is a
    lifter L. S. B. Davis, P. Mermelstein, "Comparison of parametric representations for
    monosyllabic word recognition in continuously spoken sentences", IEEE Transactions on
    Acoustics, Speech, and Signal Processing 28(4), 1980.

    Parameters
    ----------
    signal
        Samples, shape ``(samples,)``.
    rate
        Samples a second, in hertz.
    n_mfcc
        Coefficients, at most `n_mels`.
    log
        ``"db"`` for decibels as in librosa, ``"natural"`` for the natural logarithm as in HTK.
    top_db
        As in `power_to_db`; of decibels only.
    lifter
        L, or 0 for none.
    n_fft, hop_length, win_length, window, center, power, n_mels, fmin, fmax, htk, mel_norm
        As in `mel_spectrogram`, the last as `norm`.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_mfcc, frames)``, of the signal's type.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, or a setting is out of range.
    """
    if log not in ("db", "natural"):
        raise ValueError(f"log must be 'db' or 'natural', got {log!r}")
    if not 0 <= lifter < float("inf"):
        raise ValueError(f"lifter must be 0 or more and finite, got {lifter}")
    if at_least(n_mfcc, 1, "n_mfcc") > n_mels:
        raise ValueError(f"n_mfcc must be from 1 to n_mels = {n_mels}, got {n_mfcc}")
    mel = mel_spectrogram(
        signal,
        rate,
        n_fft=n_fft,
        hop_length=hop_length,
        win_length=win_length,
        window=window,
        center=center,
        power=power,
        n_mels=n_mels,
        fmin=fmin,
        fmax=fmax,
        htk=htk,
        norm=mel_norm,
    )
    loud = power_to_db(mel, top_db=top_db) if log == "db" else np.log(np.maximum(mel, 1e-10))
    cepstrum = dct(loud, n_mfcc)
    if lifter:
        weights = 1 + lifter / 2 * np.sin(np.pi * np.arange(1, n_mfcc + 1) / lifter)
        cepstrum *= weights.astype(cepstrum.dtype)[:, None]
    return cepstrum


def delta(
    features: ArrayLike,
    width: int = 9,
    order: int = 1,
    mode: Literal["interp", "nearest"] = "interp",
) -> Samples:
    """Return how fast features change from frame to frame.

    In each stretch of `width` frames a polynomial of the degree `order` is fitted in least squares;
    its derivative of that order is returned. A. Savitzky, M. J. E. Golay, "Smoothing and
    differentiation of data by simplified least squares procedures", Analytical Chemistry 36(8),
    1964.

    Parameters
    ----------
    features
        Shape ``(features, frames)``.
    width
        Frames of a stretch, odd and above `order`.
    order
        Of the derivative, at least 1.
    mode
        What the ends are given: ``"interp"`` the derivative of the polynomial fitted to the first
        or last stretch; ``"nearest"`` that of a stretch in which the outermost frame is repeated.

    Returns
    -------
    numpy.ndarray
        Of the same shape and type.

    Raises
    ------
    ValueError
        If an argument is out of range, or there are fewer frames than a stretch has in the mode
        ``"interp"``.
    """
    x = as_spectrum(features, "features")
    x = x if x.dtype == np.float32 else x.astype(np.float64)
    order, width = at_least(order, 1, "order"), at_least(width, 3, "width")
    if width % 2 == 0 or width <= order:
        raise ValueError(f"width must be odd and above the order {order}, got {width}")
    if mode not in ("interp", "nearest"):
        raise ValueError(f"mode must be 'interp' or 'nearest', got {mode!r}")
    if mode == "interp" and x.shape[1] < width:
        raise ValueError(
            f"features must have at least width = {width} frames for mode 'interp', "
            f"got {x.shape[1]}; mode 'nearest' takes fewer"
        )
    half = width // 2
    ends = ((0, 0), (half, half))
    if mode == "nearest":
        x = np.pad(x, ends, mode="edge")
    # Row k of the pseudo-inverse gives the coefficient of t^k; its derivative has the factor k!.
    powers = np.vander(np.arange(-half, half + 1), order + 1, increasing=True)
    weights = np.linalg.pinv(powers)[order] * np.prod(np.arange(1, order + 1))
    slopes = sliding_window_view(x, width, axis=1) @ weights.astype(x.dtype)
    # Of a polynomial of this degree the derivative is the same all over the stretch.
    return np.pad(slopes, ends, mode="edge") if mode == "interp" else slopes
