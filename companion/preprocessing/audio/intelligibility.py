"""How well speech would be understood, by a measure that needs the clean speech beside it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from companion.preprocessing.audio._checks import Samples, as_signal
from companion.preprocessing.audio.resampling import resample
from companion.preprocessing.audio.stft import overlap_add

_RATE = 10_000  # samples a second
_FRAME, _HOP, _FFT = 256, 128, 512  # samples: 25.6 ms, half of it, and padded with zeros
_WINDOW = np.hanning(_FRAME + 2)[1:-1]
_BANDS, _LOWEST = 15, 150.0  # third-octave bands, and the middle of the lowest in hertz
_RANGE = 40.0  # dB under the loudest frame at which speech counts as silent
_SEGMENT = 30  # frames: 384 ms
_BETA = -15.0  # dB of signal to distortion, below which all is equally bad
_EPSILON = float(np.finfo(np.float64).eps)


def stoi(clean: ArrayLike, processed: ArrayLike, rate: float) -> float:
    r"""Return the short-time objective intelligibility of noisy or processed speech.

    Both signals are taken at 10 kHz, without the frames in which the clean one is silent. In each
    third-octave band j the magnitudes X and Y of 30 frames, 384 ms, are compared:

    .. math:: Y' = \min\Bigl(\frac{\lVert X \rVert}{\lVert Y \rVert} Y,\;
              (1 + 10^{-\beta/20}) X\Bigr), \qquad d = \operatorname{mean}_{j,m} \;
              \operatorname{corr}(X_{jm}, Y'_{jm})

    with :math:`\beta = -15` dB, over all bands j and all last frames m. C. H. Taal,
    R. C. Hendriks, R. Heusdens, J. Jensen, "An algorithm for intelligibility prediction of
    time-frequency weighted noisy speech", IEEE Transactions on Audio, Speech, and Language
    Processing 19(7), 2011, section II. As in the authors' program, a last frame that just fits is
    left out.

    Parameters
    ----------
    clean
        Shape ``(samples,)``, not silent.
    processed
        Of the same shape and aligned with it.
    rate
        Samples a second, in hertz; above 10 kHz what lies over 5 kHz is not heard.

    Returns
    -------
    float
        d: 1 for speech that has not changed; low for noise alone, yet above 0, since the bound
        :math:`(1 + 10^{-\beta/20}) X` follows the speech. It rises with the share of words
        understood, but is not that share.

    Raises
    ------
    ValueError
        If a signal is empty or not finite, both differ in length, `clean` is silent, or less than
        about 0.4 s of it is not.
    """
    s, p = (
        as_signal(values, name).astype(np.float64)
        for values, name in ((clean, "clean"), (processed, "processed"))
    )
    if len(s) != len(p):
        raise ValueError(f"clean and processed must be equally long, got {len(s)} and {len(p)}")
    if not s.any():
        raise ValueError("clean must not be silent, got zeros only")
    x, y = (resample(v / (np.abs(v).max() or 1.0), rate, _RATE) for v in (s, p))
    bands = [_third_octaves(v) for v in _without_silence(x, y)]
    if bands[0].shape[1] < _SEGMENT:
        raise ValueError(
            f"clean must have {_SEGMENT} frames of 25.6 ms that are not silent, "
            f"got {bands[0].shape[1]}"
        )
    return float(np.mean([_correlation(*pair) for pair in zip(*bands, strict=True)]))


def _frames(x: Samples) -> Samples:
    """Return the frames ``(frames, samples)`` under the window."""
    if len(x) <= _FRAME:
        return np.empty((0, _FRAME))
    return np.asarray(sliding_window_view(x, _FRAME)[:-1:_HOP] * _WINDOW)


def _without_silence(x: Samples, y: Samples) -> tuple[Samples, Samples]:
    """Return both signals without the frames in which x is silent."""
    frames, others = _frames(x), _frames(y)
    norms = np.linalg.norm(frames, axis=1)
    loud = norms > norms.max(initial=0) * 10 ** (-_RANGE / 20)
    if not loud.any():
        return np.empty(0), np.empty(0)
    return overlap_add(frames[loud], _HOP), overlap_add(others[loud], _HOP)


def _third_octaves(x: Samples) -> Samples:
    """Return the magnitude in each band, ``(bands, frames)``."""
    power = np.square(np.abs(np.fft.rfft(_frames(x), _FFT)))  # (frames, bins)
    edges = _LOWEST * 2 ** ((2 * np.arange(_BANDS + 1) - 1) / 6)
    bins = np.rint(edges * _FFT / _RATE).astype(np.int64)
    return np.sqrt(np.add.reduceat(power, bins, axis=1)[:, :-1]).T


def _correlation(x: Samples, y: Samples) -> float:
    """Return the mean correlation of the segments of one band, ``(frames,)``."""
    X, Y = sliding_window_view(x, _SEGMENT), sliding_window_view(y, _SEGMENT)
    Y = Y * (np.linalg.norm(X, axis=1) / (np.linalg.norm(Y, axis=1) + _EPSILON))[:, None]
    Y = np.minimum(Y, X * (1 + 10 ** (-_BETA / 20)))
    X, Y = X - X.mean(axis=1, keepdims=True), Y - Y.mean(axis=1, keepdims=True)
    norms = (np.linalg.norm(v, axis=1) + _EPSILON for v in (X, Y))
    return float(np.mean((X * Y).sum(axis=1) / np.multiply(*norms)))
