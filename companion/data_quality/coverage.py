"""Whether a sample reaches every part of what it stands for."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def coverage(reference: ArrayLike, sample: ArrayLike, k: int = 5) -> float:
    """Return the share of reference points that have a point of the sample nearby.

    Nearby is within the distance of a reference point's k-th nearest other reference point. A
    sample that leaves out a group of the population, or a generator that leaves out a mode, does
    not cover it however good it is elsewhere. M. F. Naeem et al., "Reliable fidelity and diversity
    metrics for generative models", ICML 2020, equation 6.

    Parameters
    ----------
    reference
        Points of the population, shape ``(points, features)``, more than `k`.
    sample
        Points, shape ``(others, features)``, one or more.
    k
        Neighbours, at least 1.

    Returns
    -------
    float
        In [0, 1]. A sample of the population of the same size is expected at 1 - 2⁻ᵏ or so.

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, or `k` is out of range.
    """
    real, other = _points(reference, "reference"), _points(sample, "sample")
    if other.shape[1] != real.shape[1]:
        raise ValueError(
            f"sample must have the features of reference, {real.shape[1]}, got {other.shape[1]}"
        )
    if not 1 <= k < len(real):
        raise ValueError(f"k must be from 1 to {len(real) - 1}, got {k}")
    reach = np.partition(_distances(real, real), k, axis=1)[:, k]  # the 0th is the point itself
    return float((_distances(real, other).min(axis=1) <= reach).mean())


def _distances(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared distances, shape ``(len(a), len(b))``."""
    return np.stack([((b - point) ** 2).sum(axis=1) for point in a])


def _points(values: ArrayLike, name: str) -> NDArray[np.float64]:
    points = np.asarray(values, dtype=np.float64)
    if points.ndim != 2 or points.size == 0:
        raise ValueError(
            f"{name} must have shape (points, features) and not be empty, got {points.shape}"
        )
    if not np.isfinite(points).all():
        raise ValueError(f"{name} must be finite, got {points[~np.isfinite(points)][0]}")
    return points
