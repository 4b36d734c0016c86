"""Losses: how wrong outputs are, as one number to minimise, the mean over the batch.

All but `entropy` are called as ``loss(targets, outputs)``. Targets are constants: no gradient goes
into them. Shapes must fit exactly, because broadcasting ``(batch,)`` against ``(batch, 1)``
would silently compare every target with every output.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from companion.nn.activations import log_softmax, softplus
from companion.nn.functions import amax, exp, log, relu, where
from companion.nn.tensor import Array, Tensor, TensorLike, as_tensor

Loss: TypeAlias = Callable[[Array, Tensor], Tensor]


def mean_squared_error(targets: TensorLike, outputs: TensorLike) -> Tensor:
    """Return the mean of the squares (ŷ − y)², over all elements.

    Parameters
    ----------
    targets, outputs
        y and ŷ, of one shape such as ``(batch, units)``.

    Returns
    -------
    Tensor
        Without axes; not a number for an empty batch, as with all losses here.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    outputs = as_tensor(outputs)
    error = outputs - _same_shape(targets, outputs)
    return (error * error).mean()


def cross_entropy(targets: TensorLike, logits: TensorLike, smoothing: float = 0.0) -> Tensor:
    """Return −Σₖ yₖ log softmax(z)ₖ, the mean over all positions.

    Computed from the logits z, which neither overflows nor takes the logarithm of 0.

    Parameters
    ----------
    targets
        y: class numbers ``(batch, …)``, or rows of probabilities ``(batch, …, classes)``.
    logits
        z, ``(batch, …, classes)``.
    smoothing
        Share s of the targets that is spread over all classes alike: (1 − s) y + s / classes
        (Szegedy et al. 2016, "Rethinking the Inception architecture", section 7).

    Returns
    -------
    Tensor
        Without axes, in nats.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is no class number, a row is no distribution, or
        `smoothing` is not in [0, 1].
    """
    if not 0 <= smoothing <= 1:
        raise ValueError(f"smoothing must be in [0, 1], got {smoothing}")
    log_q = log_softmax(logits)
    loss = -_expected(targets, log_q).mean()
    if smoothing:
        loss = loss * (1.0 - smoothing) - log_q.mean() * smoothing
    return loss


def categorical_cross_entropy(targets: TensorLike, probabilities: TensorLike) -> Tensor:
    """Return −Σₖ yₖ log qₖ, the mean over all positions, for outputs that are probabilities.

    As in Keras, q is clipped to [1e-7, 1 − 1e-7]. That hides how wrong a very wrong prediction is:
    the loss ends at 16.1 and its gradient there is 0. Prefer `cross_entropy`, which takes the
    logits and needs no clipping, and leave the softmax out of the network.

    Parameters
    ----------
    targets
        As in `cross_entropy`.
    probabilities
        q, such as those of a softmax, ``(batch, …, classes)``.

    Returns
    -------
    Tensor
        Without axes, in nats.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is no class number, or a row is no distribution.
    """
    q = as_tensor(probabilities)
    _check_rows("probabilities", q.value)
    clipped = np.clip(q.value, 1e-7, 1 - 1e-7)
    return -_expected(targets, log(where(q.value == clipped, q, clipped))).mean()


def binary_cross_entropy(targets: TensorLike, logits: TensorLike) -> Tensor:
    """Return −y log σ(z) − (1 − y) log(1 − σ(z)), the mean over all elements.

    Computed from the logits z: log σ(z) is −softplus(−z), which neither overflows nor rounds to 0.

    Parameters
    ----------
    targets
        y, 0 or 1 or a probability between them.
    logits
        z, of the same shape, such as ``(batch, 1)``; or ``(batch, labels)`` where several labels
        may be true at once.

    Returns
    -------
    Tensor
        Without axes, in nats.

    Raises
    ------
    ValueError
        If the shapes differ or a target is not in [0, 1].
    """
    z = as_tensor(logits)
    y = _same_shape(targets, z)
    if np.any((y < 0) | (y > 1)):
        raise ValueError(f"targets must be in [0, 1], got {y.min():g} to {y.max():g}")
    return (softplus(-z) * y + softplus(z) * (1 - y)).mean()


def entropy(p: TensorLike) -> Tensor:
    """Return −Σₖ pₖ log pₖ with 0 log 0 = 0, the mean over the rows.

    Parameters
    ----------
    p
        Rows of probabilities, ``(…, classes)``.

    Returns
    -------
    Tensor
        Without axes, in nats. The derivative where p = 0, which is infinite, counts as 0.

    Raises
    ------
    ValueError
        If a row is no distribution.
    """
    p = as_tensor(p)
    _check_rows("p", p.value)
    return -(p * _log_where(p.value > 0, p)).sum(-1).mean()


def kl_divergence(p: TensorLike, q: TensorLike) -> Tensor:
    """Return Σₖ pₖ log(pₖ / qₖ), the mean over the rows; infinite where q = 0 and p is not.

    It is the cross-entropy less `entropy` of p (Kullback & Leibler 1951): both have the same
    gradient with respect to q. To train from logits, take `cross_entropy`.

    Parameters
    ----------
    p, q
        Rows of probabilities, ``(…, classes)``: the true ones and the model's.

    Returns
    -------
    Tensor
        Without axes, in nats.

    Raises
    ------
    ValueError
        If the shapes differ or a row is no distribution.
    """
    q = as_tensor(q)
    true = _same_shape(p, q)
    _check_rows("p", true)
    _check_rows("q", q.value)
    occurs = true > 0
    return ((_log_where(occurs, Tensor(true)) - _log_where(occurs, q)) * true).sum(-1).mean()


def hinge(targets: TensorLike, scores: TensorLike) -> Tensor:
    """Return max(0, 1 − y s), the mean over all elements, with the subgradient 0 at y s = 1.

    Cortes & Vapnik 1995, "Support-vector networks".

    Parameters
    ----------
    targets
        y, −1 or 1; with y = 0 the loss would be 1 whatever the score.
    scores
        s, of the same shape: raw scores, not probabilities.

    Returns
    -------
    Tensor
        Without axes.

    Raises
    ------
    ValueError
        If the shapes differ or a target is neither −1 nor 1.
    """
    s = as_tensor(scores)
    y = _same_shape(targets, s)
    if np.any(np.abs(y) != 1):
        raise ValueError(f"targets must be -1 or 1, got {y[np.abs(y) != 1][0]:g}")
    return relu(1.0 - s * y).mean()


def multiclass_hinge(targets: TensorLike, scores: TensorLike) -> Tensor:
    """Return max(0, 1 + maxⱼ≠ᵧ sⱼ − sᵧ), the mean over all positions.

    Crammer & Singer 2001, "On the algorithmic implementation of multiclass kernel-based vector
    machines", section 3. The subgradient is 0 where the margin is 1; best wrong scores that are
    equal share it.

    Parameters
    ----------
    targets
        Class numbers y, ``(batch, …)``.
    scores
        s, ``(batch, …, classes)``, at least two classes.

    Returns
    -------
    Tensor
        Without axes.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is no class number, or there is one class only.
    """
    s = as_tensor(scores)
    true = _true_classes(targets, s, "scores")
    wrong = where(true, -np.inf, s)
    return relu(amax(wrong, -1) - where(true, s, 0.0).sum(-1) + 1.0).mean()


def focal_loss(targets: TensorLike, logits: TensorLike, gamma: float = 2.0) -> Tensor:
    """Return −(1 − q)^γ log q of the probability q of the true class, the mean over all positions.

    The factor takes weight from examples that are classified well, by which the many easy ones of a
    common class outweigh the few of a rare one; γ = 0 leaves the cross-entropy. Lin et al. 2017,
    "Focal loss for dense object detection", equation 4. With the margin m = z_y − log Σₖ≠ᵧ e^zₖ,
    q is σ(m): computed from m, no factor is rounded to 0 before its logarithm is taken.

    Parameters
    ----------
    targets
        Class numbers y, ``(batch, …)``.
    logits
        z, ``(batch, …, classes)``, at least two classes.
    gamma
        γ, at least 0.

    Returns
    -------
    Tensor
        Without axes, in nats.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is no class number, there is one class only, or `gamma`
        is below 0.
    """
    z = as_tensor(logits)
    true = _true_classes(targets, z, "logits")
    others = where(true, -np.inf, z)
    largest = others.value.max(-1, keepdims=True)
    rest = log(exp(others - largest).sum(-1)) + largest[..., 0]
    return _focal(where(true, z, 0.0).sum(-1) - rest, gamma).mean()


def binary_focal_loss(
    targets: TensorLike, logits: TensorLike, gamma: float = 2.0, alpha: float | None = None
) -> Tensor:
    """Return `focal_loss` of two classes from one logit each, the mean over all elements.

    Parameters
    ----------
    targets
        y, 0 or 1.
    logits
        z, of the same shape, such as ``(batch, 1)``; the probability of 1 is σ(z).
    gamma
        γ, at least 0.
    alpha
        Weight of the targets 1, in [0, 1]; those of 0 get 1 − α (Lin et al. 2017, equation 5, with
        α = ¼ for γ = 2). By default both count 1.

    Returns
    -------
    Tensor
        Without axes, in nats.

    Raises
    ------
    ValueError
        If the shapes differ, a target is neither 0 nor 1, or `gamma` or `alpha` is out of range.
    """
    if alpha is not None and not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be in [0, 1], got {alpha}")
    z = as_tensor(logits)
    y = _same_shape(targets, z)
    if np.any((y != 0) & (y != 1)):
        raise ValueError(f"targets must be 0 or 1, got {y[(y != 0) & (y != 1)][0]:g}")
    loss = _focal(z * (2 * y - 1), gamma)
    return (loss if alpha is None else loss * (alpha * y + (1 - alpha) * (1 - y))).mean()


NAMED: dict[str, Loss] = {
    "mean_squared_error": mean_squared_error,
    "cross_entropy": cross_entropy,
    "categorical_cross_entropy": categorical_cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "kl_divergence": kl_divergence,
    "hinge": hinge,
    "multiclass_hinge": multiclass_hinge,
    "focal_loss": focal_loss,
    "binary_focal_loss": binary_focal_loss,
    # Keras's names, where they mean the same.
    "mse": mean_squared_error,
    "categorical_crossentropy": categorical_cross_entropy,
    "sparse_categorical_crossentropy": categorical_cross_entropy,
}


def _expected(targets: TensorLike, log_q: Tensor) -> Tensor:
    # Σ y log q for each position, with 0 · (−∞) = 0.
    y = _array(targets)
    if y.shape != log_q.shape:
        labels = _labels(y, log_q.shape).reshape(-1)
        return log_q.reshape(-1, log_q.shape[-1])[np.arange(labels.size), labels]
    rows = y.astype(log_q.dtype)
    _check_rows("targets", rows)
    return (where(rows > 0, log_q, 0.0) * rows).sum(-1)


def _focal(margin: Tensor, gamma: float) -> Tensor:
    # log σ(m) is −softplus(−m), and log(1 − σ(m)) is −softplus(m).
    if not 0 <= gamma < np.inf:
        raise ValueError(f"gamma must be a number of at least 0, got {gamma}")
    return exp(softplus(margin) * -gamma) * softplus(-margin)


def _log_where(condition: Array, x: Tensor) -> Tensor:
    return log(where(condition, x, 1.0))


def _array(targets: TensorLike) -> Array:
    return targets.value if isinstance(targets, Tensor) else np.asarray(targets)


def _same_shape(targets: TensorLike, outputs: Tensor) -> Array:
    y = _array(targets)
    if y.shape != outputs.shape:
        raise ValueError(f"targets must have the outputs' shape {outputs.shape}, got {y.shape}")
    return y.astype(outputs.dtype)


def _labels(targets: TensorLike, shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.integer]]:
    labels, classes = _array(targets), shape[-1]
    if labels.shape != shape[:-1]:
        raise ValueError(
            f"targets must be class numbers {shape[:-1]} for outputs {shape}, got {labels.shape}"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"targets must be class numbers of an integer type, got {labels.dtype}")
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"targets must be class numbers from 0 to {classes - 1}, "
            f"got {labels.min()} to {labels.max()}"
        )
    return labels


def _true_classes(targets: TensorLike, scores: Tensor, name: str) -> Array:
    # True in the place of the label.
    if scores.ndim < 2 or scores.shape[-1] < 2:
        raise ValueError(f"{name} must be (batch, …, classes) of two or more, got {scores.shape}")
    true: Array = np.arange(scores.shape[-1]) == _labels(targets, scores.shape)[..., None]
    return true


def _check_rows(name: str, rows: Array) -> None:
    # Rows that are not numbers pass, so that training that has diverged shows a loss of nan.
    wanted = f"{name} must be rows of probabilities, each with the sum 1"
    if rows.ndim == 0:
        raise ValueError(f"{wanted}, got one number, {rows}")
    if np.any(rows < 0):
        raise ValueError(f"{wanted}, got {np.nanmin(rows):g}")
    sums = rows.sum(-1)
    if np.any(off := np.abs(sums - 1) > 1e-3):
        raise ValueError(f"{wanted}, got one with the sum {sums[off][0]:g}")
