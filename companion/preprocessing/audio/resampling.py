"""Another sampling rate: the band-limited signal behind the samples, taken at other times."""

from fractions import Fraction
from math import gcd

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.audio._checks import Samples, as_signal, at_least, positive

_ZEROS = 10  # zero crossings of the sinc on each side, as in SciPy
_BETA = 5.0  # of the Kaiser window
_LARGEST = 100_000  # terms of a ratio of rates up to which each phase gets its own filter
_BLOCK = 100_000  # terms computed at a time at arbitrary times


def resample(signal: ArrayLike, source_rate: float, target_rate: float) -> Samples:
    """Return a signal at another sampling rate.

    Frequencies that the lower rate cannot carry are removed. A rate that stands to the other as
    whole numbers of at most 100,000 is reached by `resample_poly`, any other by `interpolate`.

    Parameters
    ----------
    signal
        Samples, shape ``(samples,)``.
    source_rate, target_rate
        Samples a second before and after, in hertz.

    Returns
    -------
    numpy.ndarray
        Shape ``(⌈samples · target_rate / source_rate⌉,)``, of the same type.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, or a rate is not above 0.
    """
    x = as_signal(signal)
    source, target = positive(source_rate, "source_rate"), positive(target_rate, "target_rate")
    ratio = Fraction(target) / Fraction(source)
    if max(ratio.numerator, ratio.denominator) <= _LARGEST:
        return resample_poly(x, ratio.numerator, ratio.denominator)
    count = -(-len(x) * ratio.numerator // ratio.denominator)
    return interpolate(x, np.arange(count) * (source / target), min(1.0, target / source))


def kaiser_sinc(up: int, down: int) -> NDArray[np.float64]:
    r"""Return the low-pass filter for a change of rate by `up` / `down`.

    .. math:: h_n \propto \operatorname{sinc}\frac{n}{m} \;
              I_0\Bigl(\beta \sqrt{1 - (n / 10m)^2}\Bigr), \qquad m = \max(up, down)

    for n from -10 m to 10 m, with :math:`\beta = 5` and the sum `up`, the filter that SciPy takes
    by default. J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window
    function", IEEE International Symposium on Circuits and Systems, 1974.

    Parameters
    ----------
    up, down
        Without a common factor, each at least 1.

    Returns
    -------
    numpy.ndarray
        Shape ``(20 max(up, down) + 1,)``.
    """
    half = _ZEROS * max(up, down)
    n = np.arange(-half, half + 1)
    h = np.sinc(n / max(up, down)) * np.kaiser(2 * half + 1, _BETA)
    return np.asarray(h * (up / h.sum()))


def resample_poly(signal: ArrayLike, up: int, down: int) -> Samples:
    r"""Return a signal at `up` / `down` times its sampling rate.

    .. math:: y_m = \sum_j h_{m \cdot down - j \cdot up} \, x_j

    with the filter h of `kaiser_sinc`. Of the filter each y needs every `up`-th value only, and
    those are the same for every `up`-th m: that is a *phase*. P. P. Vaidyanathan, "Multirate
    systems and filter banks" (1993), section 4.3.

    Parameters
    ----------
    signal
        x, shape ``(samples,)``.
    up, down
        Whole numbers of at least 1.

    Returns
    -------
    numpy.ndarray
        y, shape ``(⌈samples · up / down⌉,)``, of the same type.

    Raises
    ------
    ValueError
        If the signal is empty or not finite, or `up` or `down` is no such number.
    """
    x = as_signal(signal)
    up, down = at_least(up, 1, "up"), at_least(down, 1, "down")
    up, down = up // gcd(up, down), down // gcd(up, down)
    if up == down:
        return x.copy()
    h = kaiser_sinc(up, down)
    half = len(h) // 2
    reach = half // up + 1  # samples of x on each side that a value of y may depend on
    padded = np.pad(h, (reach * up - half, (reach + 1) * up - half - 1))
    phases = padded.reshape(2 * reach + 1, up)[::-1].T.astype(x.dtype, order="C")  # (up, taps)
    windows = sliding_window_view(np.pad(x, reach), 2 * reach + 1)  # (samples, taps), no copy
    y = np.empty(-(-len(x) * up // down), x.dtype)
    for m in range(min(up, len(y))):
        j, phase = divmod(m * down, up)  # y[m] lies `phase` / up after x[j]
        y[m::up] = np.einsum("ij,j->i", windows[j::down], phases[phase])
    return y


def interpolate(signal: ArrayLike, times: ArrayLike, cutoff: float = 1.0) -> Samples:
    r"""Return the values of a band-limited signal at any times.

    .. math:: y(t) = \sum_j x_j \, h(t - j), \qquad h(\tau) = c \operatorname{sinc}(c \tau) \,
              \frac{I_0(\beta \sqrt{1 - (c \tau / 10)^2})}{I_0(\beta)}

    with :math:`\beta = 5`, the continuous form of the filter of `resample_poly`. J. O. Smith,
    P. Gossett, "A flexible sampling-rate conversion method", ICASSP 1984.

    Parameters
    ----------
    signal
        x, shape ``(samples,)``; beyond its ends it is 0.
    times
        t in samples of x, shape ``(times,)``.
    cutoff
        c, above 0 and at most 1: the share of the frequencies of x that is kept.

    Returns
    -------
    numpy.ndarray
        y, shape ``(times,)``, of the type of the signal.

    Raises
    ------
    ValueError
        If an argument is empty, not finite or out of range.
    """
    x = as_signal(signal)
    t = as_signal(times, "times").astype(np.float64)
    if not 0 < cutoff <= 1:
        raise ValueError(f"cutoff must be above 0 and at most 1, got {cutoff}")
    reach = int(np.ceil(_ZEROS / cutoff))
    around = np.arange(1 - reach, reach + 1)
    t = np.clip(t, -reach - 1, len(x) + reach)  # farther away all is 0
    block = max(1, _BLOCK // len(around))
    y = np.empty(len(t), x.dtype)
    for start in range(0, len(t), block):
        now = t[start : start + block, None]  # (times of the block, 1)
        j = np.floor(now).astype(np.int64) + around  # (times of the block, samples around each)
        tau = cutoff * (now - j)
        inside = np.sqrt(np.maximum(0, 1 - (tau / _ZEROS) ** 2))
        h = cutoff * np.sinc(tau) * np.i0(_BETA * inside) / np.i0(_BETA)
        h[(np.abs(tau) > _ZEROS) | (j < 0) | (j >= len(x))] = 0
        y[start : start + block] = np.einsum("ij,ij->i", h, x[np.clip(j, 0, len(x) - 1)])
    return y
