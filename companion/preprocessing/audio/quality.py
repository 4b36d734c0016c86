"""How much noise stands beside a signal that is known."""

import numpy as np
from numpy.typing import ArrayLike

from companion.preprocessing.audio._checks import Samples, as_signal, at_least


def signal_to_noise(clean: ArrayLike, estimate: ArrayLike) -> float:
    r"""Return the ratio of the powers of a signal and of what an estimate adds, in decibels.

    .. math:: 10 \log_{10} \frac{\sum_n s_n^2}{\sum_n (\hat s_n - s_n)^2}

    Parameters
    ----------
    clean
        s, shape ``(samples,)``, not silent.
    estimate
        ŝ, of the same shape.

    Returns
    -------
    float
        In dB; infinite if both are equal.

    Raises
    ------
    ValueError
        If a signal is empty or not finite, both differ in length, or `clean` is silent.
    """
    s, error = _signal_and_error(clean, estimate)
    wanted, noise = float(np.square(s).sum()), float(np.square(error).sum())
    if wanted == 0:
        raise ValueError("clean must not be silent, got zeros only")
    return float(10 * (np.log10(wanted) - np.log10(noise))) if noise else float("inf")


def segmental_signal_to_noise(
    clean: ArrayLike,
    estimate: ArrayLike,
    frame: int = 512,
    low: float = -10.0,
    high: float = 35.0,
) -> float:
    """Return the mean over frames of the signal-to-noise ratio in decibels, each between bounds.

    It counts what is heard in soft passages too, of which the ratio over the whole signal says
    nothing. J. H. L. Hansen, B. L. Pellom, "An effective quality evaluation protocol for speech
    enhancement algorithms", ICSLP 1998, section 3.1.

    Parameters
    ----------
    clean
        Shape ``(samples,)``, at least one frame.
    estimate
        Of the same shape.
    frame
        Samples a frame; those left over at the end are not counted.
    low, high
        Bounds in dB; a silent frame counts as the lower.

    Returns
    -------
    float
        In dB.

    Raises
    ------
    ValueError
        If a signal is empty, not finite or shorter than a frame, both differ in length, or the
        bounds are out of order.
    """
    s, error = _signal_and_error(clean, estimate)
    frame = at_least(frame, 1, "frame")
    if not low < high:
        raise ValueError(f"low must be below high, got {low} and {high}")
    count = len(s) // frame
    if not count:
        raise ValueError(f"clean must have at least one frame of {frame} samples, got {len(s)}")
    wanted, noise = (np.square(v[: count * frame].reshape(count, frame)).sum(1) for v in (s, error))
    tiny = np.finfo(np.float64).tiny
    ratios = 10 * (np.log10(np.maximum(wanted, tiny)) - np.log10(np.maximum(noise, tiny)))
    ratios[wanted == 0] = low
    return float(np.clip(ratios, low, high).mean())


def _signal_and_error(clean: ArrayLike, estimate: ArrayLike) -> tuple[Samples, Samples]:
    s = as_signal(clean, "clean").astype(np.float64)
    estimated = as_signal(estimate, "estimate").astype(np.float64)
    if len(s) != len(estimated):
        raise ValueError(
            f"clean and estimate must be equally long, got {len(s)} and {len(estimated)}"
        )
    error = estimated - s
    peak = float(max(np.abs(s).max(), np.abs(error).max())) or 1.0
    return s / peak, error / peak  # no square overflows, and the ratio is the same
