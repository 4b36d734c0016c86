"""Monte Carlo dropout: a network's uncertainty from passes in which dropout stays on."""

import numpy as np

from companion.nn.layers.layer import Layer
from companion.nn.ranges import whole
from companion.nn.tensor import Array, Tensor, no_grad


def monte_carlo_predictions(
    model: Layer, x: Tensor | Array, samples: int = 100
) -> tuple[Array, Array]:
    """Return the mean and the standard deviation of predictions with dropout.

    Each pass drops other units: it is a draw from an approximate posterior over networks. The mean
    of the passes is the prediction, their spread its uncertainty as far as the parameters are
    uncertain (Gal & Ghahramani 2016, "Dropout as a Bayesian approximation", section 4; for
    recurrent networks, "A theoretically grounded application of dropout in recurrent neural
    networks", section 4).

    Parameters
    ----------
    model
        A network whose layers drop in training.
    x
        ``(batch, …)``.
    samples
        Number of passes.

    Returns
    -------
    mean, deviation : numpy.ndarray
        Of the outputs, each of their shape; the variance is a sum over passes divided by
        `samples`.

    Raises
    ------
    ValueError
        If `samples` is not positive, or the model has other state than parameters, such as the
        running means of batch normalisation, which passes in training would change.
    """
    samples = whole("samples", samples)
    if state := model.weights().keys() - model.parameters().keys():
        raise ValueError(f"model has state that training changes: {', '.join(sorted(state))}")
    with no_grad():
        outputs = np.stack([model(x, training=True).value for _ in range(samples)])
    return outputs.mean(axis=0), outputs.std(axis=0)
