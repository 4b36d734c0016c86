"""An experiment: whether the noise of small batches helps a small network to learn XOR."""

import numpy as np

from companion.nn.experiments.perceptrons import Perceptrons
from companion.nn.losses import binary_cross_entropy
from companion.nn.optimizers import SGD
from companion.nn.schedules import Schedule
from companion.nn.tensor import Array, no_grad

CORNERS: Array = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
LABELS: Array = np.array([0.0, 1.0, 1.0, 0.0])


def solves_xor(
    batch_size: int,
    networks: int = 300,
    steps: int = 1000,
    learning_rate: float | Schedule = 0.3,
    seed: int = 0,
) -> Array:
    """Return which of many networks with two hidden tanh units have learnt XOR.

    Two units are just enough, so that many starts end where not all four corners are right. The
    same seed gives the same starts, whatever the batches: outcomes can be compared one by one.

    Parameters
    ----------
    batch_size
        Corners of the square a step, from 1 to 4, drawn anew by each network; 4 make gradient
        descent without noise.
    networks
        How many, each with a start of its own.
    steps
        How many every network takes, whatever its batches.
    learning_rate
        A number or a schedule.
    seed
        Of the starts and of the batches.

    Returns
    -------
    numpy.ndarray
        Truth values, ``(networks,)``: whether all four corners are on their side.

    Raises
    ------
    ValueError
        If `batch_size` is out of its range.
    """
    if not 1 <= batch_size <= 4:
        raise ValueError(f"batch_size must be from 1 to 4, got {batch_size}")
    model = Perceptrons((2, 2, 1), networks, seed=seed)
    parameters = [*model.kernels, *model.biases]
    optimizer = SGD(learning_rate)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        rows = rng.random((networks, 4)).argsort(axis=1)[:, :batch_size]
        for tensor in parameters:
            tensor.grad = None
        logits = model(CORNERS[rows])[..., 0]  # (networks, batch)
        (binary_cross_entropy(LABELS[rows], logits) * networks).backward()
        optimizer.step(parameters)
    with no_grad():
        answers = model(CORNERS).value[..., 0] > 0
    return np.asarray((answers == (LABELS > 0)).all(axis=1))
