"""The short-time Fourier transform and its inverse."""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.audio._checks import Samples, as_signal, as_spectrum, at_least

# Coefficients of the cosines that make a window: the sum over k of (-1)^k a_k cos(2 pi k n / N).
WINDOWS = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
}
_BLOCK = 64  # frames transformed at a time, so that they stay in the processor's cache


def get_window(window: str, length: int, size: int | None = None) -> NDArray[np.float64]:
    r"""Return a periodic window, in the middle of zeros.

    .. math:: w_n = \sum_k (-1)^k a_k \cos\frac{2\pi k n}{N}

    A window of one sample is 1. F. J. Harris, "On the use of windows for harmonic analysis with the
    discrete Fourier transform", Proceedings of the IEEE 66(1), 1978.

    Parameters
    ----------
    window
        ``"boxcar"``, ``"hann"``, ``"hamming"`` or ``"blackman"``.
    length
        N, its number of samples.
    size
        With the zeros; by default `length`.

    Returns
    -------
    numpy.ndarray
        Shape ``(size,)``.

    Raises
    ------
    ValueError
        If the window is another or a length is out of range.
    """
    if window not in WINDOWS:
        raise ValueError(f"window must be one of {', '.join(WINDOWS)}, got {window!r}")
    length = at_least(length, 1, "length")
    size = at_least(length if size is None else size, length, "size")
    angle = 2 * np.pi * np.arange(length) / length
    terms = [(-1) ** k * a * np.cos(k * angle) for k, a in enumerate(WINDOWS[window])]
    w = np.sum(terms, axis=0) if length > 1 else np.ones(1)
    before = (size - length) // 2
    return np.pad(w, (before, size - length - before))


def spectra(
    signal: ArrayLike, n_fft: int, hop_length: int, win_length: int, window: str, center: bool
) -> Iterator[NDArray[np.complexfloating]]:
    """Yield the spectra of the windowed frames of a signal, a block of frames at a time.

    Parameters
    ----------
    signal, n_fft, hop_length, win_length, window, center
        As in `stft`.

    Yields
    ------
    numpy.ndarray
        Shape ``(frames of the block, bins)``.

    Raises
    ------
    ValueError
        If the signal, the window or a length is out of place.
    """
    x = as_signal(signal)
    n_fft = at_least(n_fft, 1, "n_fft")
    hop_length = at_least(hop_length, 1, "hop_length")
    w = _window(window, win_length, n_fft).astype(x.dtype)
    if center:
        x = np.pad(x, n_fft // 2)
    elif len(x) < n_fft:
        raise ValueError(
            f"signal must have at least n_fft = {n_fft} samples unless center, got {len(x)}"
        )
    frames = sliding_window_view(x, n_fft)[::hop_length]  # (frames, n_fft), no copy
    for start in range(0, len(frames), _BLOCK):
        yield np.fft.rfft(frames[start : start + _BLOCK] * w)


def stft(
    signal: ArrayLike,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: str = "hann",
    center: bool = True,
) -> NDArray[np.complexfloating]:
    r"""Return the spectrum of each windowed frame of a signal.

    .. math:: X_{kt} = \sum_{n=0}^{N-1} w_n\, x_{n + tH} \, e^{-2\pi i k n / N}

    with frames of :math:`N` samples every :math:`H` samples. J. B. Allen, L. R. Rabiner, "A unified
    approach to short-time Fourier analysis and synthesis", Proceedings of the IEEE 65(11), 1977.

    Parameters
    ----------
    signal
        Samples, shape ``(samples,)``.
    n_fft
        N.
    hop_length
        H; by default a quarter of the window.
    win_length
        Samples under the window, which stands in the middle of a frame; by default N.
    window
        A name that `get_window` knows.
    center
        Whether frame t has its middle at sample tH, the signal being continued by zeros, rather
        than its start.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_fft // 2 + 1 bins, frames)``; complex64 for a signal in float32.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, a length is out of range, or a signal is shorter than
        a frame and not centred.
    """
    win_length = n_fft if win_length is None else win_length
    hop_length = max(win_length // 4, 1) if hop_length is None else hop_length
    blocks = spectra(signal, n_fft, hop_length, win_length, window, center)
    return np.concatenate(list(blocks)).T


def istft(
    spectrum: ArrayLike,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: str = "hann",
    center: bool = True,
    *,
    n_fft: int | None = None,
    length: int | None = None,
) -> Samples:
    r"""Return the signal whose short-time spectrum is nearest to the given one in least squares.

    .. math:: x_n = \frac{\sum_t w_{n - tH}\, y_{t, n - tH}}{\sum_t w_{n - tH}^2}

    where :math:`y_t` is the inverse transform of frame t. It undoes `stft` wherever a window
    reaches; a sample that none reaches is 0. D. W. Griffin, J. S. Lim, "Signal estimation from
    modified short-time Fourier transform", IEEE Transactions on Acoustics, Speech, and Signal
    Processing 32(2), 1984, equation 6.

    Parameters
    ----------
    spectrum
        X, shape ``(bins, frames)``.
    hop_length, win_length, window, center
        As they were for `stft`.
    n_fft
        Needed if it was odd; by default twice the bins but one.
    length
        Samples to return; by default as many as the frames cover.

    Returns
    -------
    numpy.ndarray
        Shape ``(samples,)``; float32 for complex64.

    Raises
    ------
    ValueError
        If the spectrum is empty, not complex or not finite, or a length is out of range.
    """
    X = as_spectrum(spectrum, "spectrum", "c").T  # (frames, bins)
    n_fft = at_least(2 * (X.shape[1] - 1) if n_fft is None else n_fft, 0, "n_fft")
    if n_fft < 1 or n_fft // 2 + 1 != X.shape[1]:
        raise ValueError(f"n_fft must have {X.shape[1]} bins, as the spectrum has, got {n_fft}")
    win_length = n_fft if win_length is None else win_length
    hop_length = max(win_length // 4, 1) if hop_length is None else hop_length
    hop_length = at_least(hop_length, 1, "hop_length")
    frames = np.fft.irfft(X, n_fft)  # (frames, n_fft)
    w = _window(window, win_length, n_fft).astype(frames.dtype)
    sums = overlap_add(frames * w, hop_length)
    weights = overlap_add(np.broadcast_to(w**2, frames.shape), hop_length)
    reached = weights > np.finfo(frames.dtype).tiny
    signal = np.divide(sums, weights, out=sums, where=reached)
    start = n_fft // 2 if center else 0
    end = len(signal) - start if length is None else start + at_least(length, 1, "length")
    return np.pad(signal[start:end], (0, max(0, end - max(start, len(signal)))))


def _window(window: str, win_length: int, n_fft: int) -> NDArray[np.float64]:
    """Return the window of a frame, or say that it does not fit."""
    if at_least(win_length, 1, "win_length") > n_fft:
        raise ValueError(f"win_length must be from 1 to n_fft = {n_fft}, got {win_length}")
    return get_window(window, win_length, n_fft)


def overlap_add(frames: Samples, hop_length: int) -> Samples:
    """Add up frames, each some samples after the one before.

    Parameters
    ----------
    frames
        Shape ``(frames, samples)``, at least one.
    hop_length
        By how many samples.

    Returns
    -------
    numpy.ndarray
        Shape ``((frames - 1) * hop_length + samples,)``.
    """
    count, size = frames.shape
    pieces = -(-size // hop_length)
    padded = np.pad(frames, ((0, 0), (0, pieces * hop_length - size)))
    cut = padded.reshape(count, pieces, hop_length)
    total = np.zeros((count + pieces - 1, hop_length), frames.dtype)
    for piece in range(pieces):
        total[piece : piece + count] += cut[:, piece]
    return total.reshape(-1)[: (count - 1) * hop_length + size]
