"""The mel scale: spectra in bands as wide as those that the ear tells apart."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.audio._checks import Samples, at_least, positive
from companion.preprocessing.audio.stft import spectra

_HERTZ, _MEL = 1000.0, 15.0  # up to here Slaney's scale is linear
_LOG_STEP = np.log(6.4) / 27  # 27 mel from 1000 to 6400 Hz


def hz_to_mel(frequencies: ArrayLike, htk: bool = False) -> NDArray[np.float64]:
    r"""Return frequencies in hertz as mel.

    Slaney's scale is linear, :math:`3f/200`, up to 1000 Hz and logarithmic above,
    :math:`15 + 27 \ln(f / 1000) / \ln 6.4` (M. Slaney, "Auditory toolbox, version 2", Interval
    Research technical report 1998-010, "MFCC"). The other is
    :math:`2595 \log_{10}(1 + f / 700)` (S. Young et al., "The HTK book", section 5.4).

    Parameters
    ----------
    frequencies
        In hertz, 0 or more, of any shape.
    htk
        Whether to use HTK's scale.

    Returns
    -------
    numpy.ndarray
        Of the same shape.

    Raises
    ------
    ValueError
        If a frequency is negative or not finite.
    """
    f = np.asarray(frequencies, dtype=np.float64)
    if not (np.isfinite(f) & (f >= 0)).all():
        raise ValueError(f"frequencies must be finite and 0 or more, got {f}")
    if htk:
        return np.asarray(2595 * np.log10(1 + f / 700))
    above = _MEL + np.log(np.maximum(f, _HERTZ) / _HERTZ) / _LOG_STEP
    return np.where(f < _HERTZ, f * _MEL / _HERTZ, above)


def mel_to_hz(mels: ArrayLike, htk: bool = False) -> NDArray[np.float64]:
    """Return mel as frequencies in hertz, the inverse of `hz_to_mel`.

    Parameters
    ----------
    mels
        0 or more, of any shape.
    htk
        Whether they are of HTK's scale.

    Returns
    -------
    numpy.ndarray
        Of the same shape.

    Raises
    ------
    ValueError
        If a number is negative or not finite.
    """
    m = np.asarray(mels, dtype=np.float64)
    if not (np.isfinite(m) & (m >= 0)).all():
        raise ValueError(f"mels must be finite and 0 or more, got {m}")
    if htk:
        return np.asarray(700 * (10 ** (m / 2595) - 1))
    above = _HERTZ * np.exp(_LOG_STEP * (np.maximum(m, _MEL) - _MEL))
    return np.where(m < _MEL, m * _HERTZ / _MEL, above)


def mel_filters(
    rate: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | None = "slaney",
) -> NDArray[np.float64]:
    """Return triangular filters whose corners are equally far apart in mel.

    Each rises from the middle of the one below to its own and falls to the middle of the one
    above. With many bands and few bins the lowest filters may hold no bin: rows of zeros.

    Parameters
    ----------
    rate
        Samples a second, in hertz.
    n_fft
        Samples a frame.
    n_mels
        Filters.
    fmin, fmax
        Where the first begins and the last ends, in hertz; by default 0 and half the rate.
    htk
        Whether to use HTK's mel scale instead of Slaney's.
    norm
        ``"slaney"`` to give each filter the area 1 over hertz, None for the height 1.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_mels, n_fft // 2 + 1 bins)``; read only, since it is kept for the next call.

    Raises
    ------
    ValueError
        If a number is out of range or `norm` is another.
    """
    rate = positive(rate, "rate")
    fmax = rate / 2 if fmax is None else fmax
    if not 0 <= fmin < fmax <= rate / 2:
        raise ValueError(
            f"fmin and fmax must be in order between 0 and {rate / 2:g} Hz, got {fmin} and {fmax}"
        )
    if norm not in ("slaney", None):
        raise ValueError(f"norm must be 'slaney' or None, got {norm!r}")
    bins, bands = at_least(n_fft, 1, "n_fft"), at_least(n_mels, 1, "n_mels")
    return _filters(rate, bins, bands, float(fmin), float(fmax), htk, norm is not None)


@lru_cache(maxsize=16)
def _filters(
    rate: float, n_fft: int, n_mels: int, fmin: float, fmax: float, htk: bool, unit_area: bool
) -> NDArray[np.float64]:
    low, high = hz_to_mel([fmin, fmax], htk)
    corners = mel_to_hz(np.linspace(low, high, n_mels + 2), htk)[:, None]
    bins = np.fft.rfftfreq(n_fft, 1 / rate)
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    if not (left < middle).all() or not (middle < right).all():
        raise ValueError(f"fmin and fmax must leave room for {n_mels} bands, got {fmin} and {fmax}")
    rising, falling = (bins - left) / (middle - left), (right - bins) / (right - middle)
    filters = np.maximum(0, np.minimum(rising, falling))
    if unit_area:
        filters *= 2 / (right - left)
    filters.flags.writeable = False
    return filters


def mel_spectrogram(
    signal: ArrayLike,
    rate: float,
    *,
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
    norm: str | None = "slaney",
) -> Samples:
    r"""Return the energy of each frame of a signal in each band.

    .. math:: M_{bt} = \sum_k F_{bk} \, |X_{kt}|^p

    with the filters F of `mel_filters` and the spectrum X of `stft`.

    Parameters
    ----------
    signal
        Samples, shape ``(samples,)``.
    rate
        Samples a second, in hertz.
    n_fft, hop_length, win_length, window, center
        As in `stft`.
    power
        p: 2 for power, 1 for magnitude.
    n_mels, fmin, fmax, htk, norm
        As in `mel_filters`.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_mels, frames)``, of the signal's type.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, or a setting is out of range.
    """
    power = positive(power, "power")
    filters = mel_filters(rate, n_fft, n_mels, fmin, fmax, htk, norm).T  # (bins, n_mels)
    win_length = n_fft if win_length is None else win_length
    bands = []
    for block in spectra(signal, n_fft, hop_length, win_length, window, center):
        energy = np.square(block.real)
        energy += np.square(block.imag)  # (frames, bins)
        if power != 2:
            energy **= power / 2
        bands.append(energy @ filters.astype(energy.dtype))
    return np.concatenate(bands).T


def power_to_db(
    power: ArrayLike, ref: float = 1.0, amin: float = 1e-10, top_db: float | None = 80.0
) -> Samples:
    r"""Return power in decibels, :math:`10 \log_{10}(P / r)`.

    Parameters
    ----------
    power
        P, 0 or more, of any shape.
    ref
        r, the power that counts as 0 dB.
    amin
        P below it counts as it, since silence has no logarithm.
    top_db
        What lies farther than this below the loudest is raised to it; None for no such limit.

    Returns
    -------
    numpy.ndarray
        Of the same shape.

    Raises
    ------
    ValueError
        If a power is negative or not finite, or another argument out of range.
    """
    P = np.asarray(power)
    if P.dtype.kind not in "fiu" or P.size == 0:
        raise ValueError(f"power must hold real numbers, got dtype {P.dtype}, shape {P.shape}")
    P = P if P.dtype == np.float32 else P.astype(np.float64)
    if not (P.min() >= 0 and np.isfinite(P).all()):
        raise ValueError(f"power must be finite and 0 or more, got {P.min()} to {P.max()}")
    ref, amin = positive(ref, "ref"), positive(amin, "amin")
    if top_db is not None and not top_db >= 0:
        raise ValueError(f"top_db must be 0 or more, or None, got {top_db}")
    least = P.dtype.type(max(amin, np.finfo(P.dtype).tiny))
    decibels = np.asarray(np.log10(np.maximum(P, least)))
    decibels *= 10
    decibels -= P.dtype.type(10 * np.log10(max(amin, ref)))
    if top_db is not None:
        np.maximum(decibels, decibels.max() - P.dtype.type(top_db), out=decibels)
    return decibels
