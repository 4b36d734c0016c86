"""An experiment: how near stochastic gradient descent comes to a minimum that is known."""

import numpy as np

from companion.nn.optimizers import SGD
from companion.nn.ranges import positive
from companion.nn.schedules import Schedule
from companion.nn.tensor import Array, Tensor


def excess_loss(
    x: Array,
    y: Array,
    learning_rate: float | Schedule,
    steps: int,
    batch_size: int = 1,
    runs: int = 20,
    seed: int = 0,
) -> Array:
    r"""Return how far above its minimum the loss of least squares lies in each step of SGD.

    With a fixed, small rate η the loss does not fall below a floor, at which each step adds as much
    noise as it takes away:

    .. math::

        E f(w) - f(w^*) \to \frac{\eta}{4 B} \frac{1}{n} \sum_i \lVert \nabla f_i(w^*) \rVert^2

    (for small η; Bottou, Curtis & Nocedal 2018, theorem 4.6, bounds it by the same product). Under
    a rate that falls like 1/t the floor falls with it, to 0 (Robbins & Monro 1951).

    Parameters
    ----------
    x
        ``(examples, features)``; f is the mean of fᵢ(w) = (xᵢ · w − yᵢ)².
    y
        ``(examples,)``.
    learning_rate
        A number or a schedule.
    steps
        How many.
    batch_size
        B: examples a step, drawn independently, so that one can come twice.
    runs
        Independent repetitions, all from w = 0.
    seed
        Of the draws.

    Returns
    -------
    numpy.ndarray
        ``(runs, steps + 1)``.

    Raises
    ------
    ValueError
        If `batch_size` or `runs` is not positive.
    """
    positive("batch_size", batch_size)
    positive("runs", runs)
    rng = np.random.default_rng(seed)
    best = np.linalg.lstsq(x, y, rcond=None)[0]
    w = Tensor(np.zeros((runs, 1, x.shape[1])), requires_grad=True)
    optimizer = SGD(learning_rate)
    excess = [_mean_square((w.value[:, 0] - best) @ x.T)]
    for _ in range(steps):
        rows = rng.integers(len(x), size=(runs, batch_size))
        w.grad = None
        error = (w * x[rows]).sum(axis=2) - y[rows]  # (runs, batch)
        (error * error).mean(axis=1).sum().backward()
        optimizer.step([w])
        excess.append(_mean_square((w.value[:, 0] - best) @ x.T))
    return np.stack(excess, axis=1)


def _mean_square(values: Array) -> Array:
    return np.asarray((values**2).mean(axis=1))
