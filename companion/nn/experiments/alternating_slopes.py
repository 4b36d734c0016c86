"""An experiment: a problem on which Adam does not converge."""

import numpy as np

from companion.nn.optimizers import Optimizer
from companion.nn.ranges import non_negative
from companion.nn.tensor import Array, Tensor


def alternating_slopes(
    optimizer: Optimizer, steps: int, up: float = 3.0, down: float = 1.0, period: int = 3
) -> Array:
    """Return the path of an optimiser on losses that are straight lines, one a step, in turn.

    The first loss of each period is fₜ(w) = up · w and the others are −down · w. While
    up > (period − 1) · down, their mean rises, and w = −1 is best in [−1, 1]. An optimiser that
    divides each gradient by its recent size makes the rare large gradient count as little as a
    small one, and goes to w = 1. Reddi, Kale & Kumar 2018, "On the convergence of Adam and
    beyond", theorem 1, has up = 3, down = 1, period = 3 as an instance; section 5 has 1010, 10,
    101.

    Parameters
    ----------
    optimizer
        What makes the updates; w is pulled back into [−1, 1] after each.
    steps
        How many, at least 0.
    up, down
        Sizes of the gradients.
    period
        Losses in a turn.

    Returns
    -------
    numpy.ndarray
        w, ``(steps + 1,)``, from 0 on.

    Raises
    ------
    ValueError
        If `steps` is below 0, or w = −1 would not be best.
    """
    non_negative("steps", steps)
    if up <= (period - 1) * down:
        raise ValueError(f"up must be above (period - 1) · down = {(period - 1) * down}, got {up}")
    w = Tensor(np.zeros(1), requires_grad=True)
    path = np.zeros(steps + 1)
    for step in range(steps):
        w.grad = np.array([-down if step % period else up])
        optimizer.step([w])
        np.clip(w.value, -1, 1, out=w.value)
        path[step + 1] = w.item()
    return path
