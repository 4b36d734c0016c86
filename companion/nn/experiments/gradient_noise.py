"""The noise of mini-batches: how far their gradients lie from the gradient of all examples."""

import numpy as np

from companion.nn.layers.layer import Layer
from companion.nn.losses import Loss
from companion.nn.tensor import Array, gradients


def example_gradients(model: Layer, x: Array, y: Array, loss: Loss) -> Array:
    """Return the gradient of each example's loss, the parameters in one row.

    Parameters
    ----------
    model
        Built; its layers must treat each example for itself and draw nothing.
    x, y
        Examples ``(examples, …)`` and their targets.
    loss
        A function of targets and outputs that averages over examples.

    Returns
    -------
    numpy.ndarray
        ``(examples, parameters)``; their mean is the gradient of the whole loss.
    """
    parameters = list(model.parameters().values())
    rows = []
    for i in range(len(x)):
        one = slice(i, i + 1)
        found = gradients(loss(y[one], model(x[one], training=True)), parameters)
        rows.append(np.concatenate([gradient.value.reshape(-1) for gradient in found]))
    return np.stack(rows)


def batch_variance(gradients: Array, batch_size: int) -> float:
    r"""Return the expected squared distance of a batch's gradient from the whole one.

    .. math:: E \lVert g_B - g \rVert^2 = \frac{\operatorname{tr} \Sigma}{B} \frac{N - B}{N - 1}

    Σ is the covariance of the gradients of the N examples, and a batch has B different ones. The
    second factor is the price of a finite set: near 1 for small batches, 0 for all examples
    (Cochran 1977, "Sampling techniques", theorem 2.2).

    Parameters
    ----------
    gradients
        ``(examples, parameters)``.
    batch_size
        B, from 1 to the number of examples.

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    ValueError
        If `batch_size` is out of its range.
    """
    n = len(gradients)
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size must be from 1 to {n}, got {batch_size}")
    return _trace(gradients) / batch_size * (n - batch_size) / max(n - 1, 1)


def noise_scale(gradients: Array) -> float:
    r"""Return the batch size at which the noise is as large as the gradient.

    .. math:: B_\text{simple} = \operatorname{tr} \Sigma / \lVert g \rVert^2

    Batches much smaller than that waste updates, much larger ones waste examples. It grows while
    a network is trained, because the gradient shrinks more than the noise. McCandlish et al. 2018,
    "An empirical model of large-batch training", section 2.2.

    Parameters
    ----------
    gradients
        ``(examples, parameters)``.

    Returns
    -------
    float
        Infinity where the gradient of the whole loss is 0 and those of the examples are not.

    Raises
    ------
    ValueError
        If every gradient is 0.
    """
    noise, signal = _trace(gradients), float((gradients.mean(axis=0) ** 2).sum())
    if not noise and not signal:
        raise ValueError("gradients must not all be 0")
    return noise / signal if signal else np.inf


def _trace(gradients: Array) -> float:
    """Return the sum of the variances of all parameters."""
    return float(gradients.var(axis=0).sum())
