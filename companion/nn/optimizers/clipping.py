"""Gradient clipping: a bound on the length of a step."""

import math
from collections.abc import Iterable

import numpy as np

from companion.nn.ranges import non_negative
from companion.nn.tensor import Tensor


def clip_gradients(parameters: Iterable[Tensor], max_norm: float) -> float:
    """Scale all gradients down together, in place, when their common norm is too large.

    g ← g · min(1, c / (‖g‖ + 10⁻⁶)), where ‖g‖ is the L2 norm of all gradients as one vector
    (Pascanu, Mikolov & Bengio 2013, algorithm 1; the small number as in PyTorch).

    Parameters
    ----------
    parameters
        Those whose `grad` is None are skipped.
    max_norm
        c, at least 0.

    Returns
    -------
    float
        The norm before clipping.

    Raises
    ------
    ValueError
        If `max_norm` is below 0.
    """
    non_negative("max_norm", max_norm)
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    # In float64, because the squares of large float32 numbers overflow.
    norm = math.sqrt(sum(float(np.square(g, dtype=np.float64).sum()) for g in gradients))
    scale = float(max_norm / (norm + 1e-6))
    if scale < 1:
        for gradient in gradients:
            gradient *= scale
    return norm
