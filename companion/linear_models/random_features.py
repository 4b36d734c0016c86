"""Random features: a hidden layer that is drawn and never trained."""

import numpy as np
from numpy.typing import ArrayLike

from companion.linear_models._checks import Floats, as_features


def relu_features(X: ArrayLike, count: int, seed: int) -> Floats:
    r"""Return what random ReLU units make of examples.

    .. math:: \phi(x) = \max(0, V x), \qquad V_{ij} \sim N(0, 1 / d)

    A linear model of φ(x) is a network of one hidden layer whose first weights stay as they were
    drawn. With as many features as examples it can just fit any targets, and its error on other
    examples is largest; with still more, the solution of least norm gets better again: double
    descent. Rahimi & Recht 2007, "Random features for large-scale kernel machines"; Belkin et al.
    2019, "Reconciling modern machine-learning practice and the classical bias–variance trade-off".

    Parameters
    ----------
    X
        Shape ``(examples, inputs)``; d is the number of inputs.
    count
        Number of features, at least 1.
    seed
        Of the draw; with the same seed, fewer features are the first of more.

    Returns
    -------
    numpy.ndarray
        Shape ``(examples, count)``.

    Raises
    ------
    ValueError
        If `X` is no matrix or holds a value that is not finite, or `count` is not positive.
    """
    inputs = as_features(X)
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    d = inputs.shape[1]
    V = np.random.default_rng(seed).normal(0.0, d**-0.5, (count, d))
    return np.maximum(inputs @ V.T, 0.0)
