"""Random changes of a batch of training images, each drawn from a generator that is given.

Whether a change leaves the class alone is a matter of the task: a mirrored cat is a cat, a mirrored
3 is no digit. `companion.training.RandomAffine` does the same as `random_affine` inside a Keras
model, on its backend and in training only; the functions here work on arrays, before any model.
"""

from numbers import Integral
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.images._checks import as_batch, as_fill
from companion.preprocessing.images.affine import affine


def random_affine(
    images: ArrayLike,
    rng: np.random.Generator,
    rotation: float = 0.0,
    scale: float = 0.0,
    shear: float = 0.0,
    shift: float = 0.0,
    fill: float = 0.0,
) -> NDArray[Any]:
    """Turn, scale, slant and move each image by amounts of its own, uniform up to the largest.

    Parameters
    ----------
    images
        ``(batch, height, width, channels)``; uint8 or floats.
    rng
        Of the amounts.
    rotation
        The largest angle to either side, in degrees.
    scale
        Images get 1 − scale to 1 + scale times as large; below 1.
    shear
        The largest slant to either side, in columns a row.
    shift
        The largest way along each axis, in pixels and not only whole ones.
    fill
        The value of what comes in from outside.

    Returns
    -------
    numpy.ndarray
        Images of the same shape and dtype.

    Raises
    ------
    ValueError
        If an amount is negative or too large, or the images are no batch.
    """
    amounts = {"rotation": rotation, "scale": scale, "shear": shear, "shift": shift}
    for name, amount in amounts.items():
        if not 0 <= amount < np.inf:
            raise ValueError(f"{name} must be at least 0 and finite, got {amount}")
    if scale >= 1:
        raise ValueError(f"scale must be below 1, got {scale}")
    batch = as_batch(images)
    drawn = rng.uniform(-1, 1, (5, len(batch)))
    return affine(
        batch,
        rotation * drawn[0],
        1 + scale * drawn[1],
        shear * drawn[2],
        shift * drawn[3:].T,
        fill=fill,
    )


def random_flip(
    images: ArrayLike,
    rng: np.random.Generator,
    direction: Literal["horizontal", "vertical"] = "horizontal",
    probability: float = 0.5,
) -> NDArray[Any]:
    """Mirror some of the images, left to right or top to bottom.

    Parameters
    ----------
    images
        ``(batch, height, width, channels)``.
    rng
        Decides for each image.
    direction
        ``horizontal`` exchanges left and right, ``vertical`` top and bottom.
    probability
        Of each image to be mirrored, in [0, 1].

    Returns
    -------
    numpy.ndarray
        Images of the same shape and dtype.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    batch = as_batch(images)
    if direction not in ("horizontal", "vertical"):
        raise ValueError(f"direction must be horizontal or vertical, got {direction!r}")
    if not 0 <= probability <= 1:
        raise ValueError(f"probability must be in [0, 1], got {probability}")
    mirrored = batch[:, :, ::-1] if direction == "horizontal" else batch[:, ::-1]
    chosen = rng.random(len(batch)) < probability
    return np.where(chosen[:, None, None, None], mirrored, batch)


def cutout(
    images: ArrayLike, size: int, rng: np.random.Generator, fill: float = 0.0
) -> NDArray[Any]:
    """Cover a square of each image, centred on a pixel drawn anew; it may hang over the border.

    DeVries and Taylor 2017, "Improved regularization of convolutional neural networks with cutout",
    section 3.

    Parameters
    ----------
    images
        ``(batch, height, width, channels)``.
    size
        The square's side in pixels, at least 1.
    rng
        Of the places.
    fill
        The value that covers.

    Returns
    -------
    numpy.ndarray
        Images of the same shape and dtype.

    Raises
    ------
    ValueError
        If `size` is no length, `fill` does not fit, or the images are no batch.
    """
    batch = as_batch(images)
    if not isinstance(size, Integral) or size < 1:
        raise ValueError(f"size must be a whole number of pixels, at least 1, got {size}")
    covered = []
    for length in batch.shape[1:3]:
        start = rng.integers(0, length, len(batch))[:, None] - size // 2
        place = np.arange(length)
        covered.append((place >= start) & (place < start + size))  # (batch, length)
    square = covered[0][:, :, None] & covered[1][:, None, :]
    return np.where(square[..., None], as_fill(fill, batch), batch)


class Mixed(NamedTuple):
    """Images and targets that were mixed, and the share of the first of each pair."""

    images: NDArray[Any]
    targets: NDArray[Any]
    share: float


def mixup(images: ArrayLike, targets: ArrayLike, alpha: float, rng: np.random.Generator) -> Mixed:
    r"""Mix each image, and its target, with another one of the batch.

    .. math::

        \tilde x = \lambda x_i + (1 - \lambda) x_j, \qquad
        \tilde y = \lambda y_i + (1 - \lambda) y_j, \qquad
        \lambda \sim \mathrm{Beta}(\alpha, \alpha)

    j runs over a permutation of the batch, and λ is drawn once for all of it, as in the authors'
    code. Zhang et al. 2018, "mixup: beyond empirical risk minimization", section 2 and figure 1.

    Parameters
    ----------
    images
        Floats, ``(batch, …)``.
    targets
        One-hot rows or other probabilities, ``(batch, classes)``.
    alpha
        α, above 0: near 0 one of the two images dominates, at 1 every share is equally likely.
    rng
        Of the pairs and of λ.

    Returns
    -------
    Mixed
        Images and targets of the same shapes, floats of the images' and the targets' dtype, and λ.

    Raises
    ------
    ValueError
        If the images are not floats, the targets not one row an image, or `alpha` not above 0.
    """
    x, y = np.asarray(images), np.asarray(targets)
    if x.dtype.kind != "f":
        raise ValueError(f"images must be floats, got {x.dtype}")
    if y.ndim != 2 or len(y) != len(x):
        raise ValueError(f"targets must have shape ({len(x)}, classes), got {y.shape}")
    if not 0 < alpha < np.inf:
        raise ValueError(f"alpha must be above 0 and finite, got {alpha}")
    share = float(rng.beta(alpha, alpha))
    other = rng.permutation(len(x))
    kind = y.dtype if y.dtype.kind == "f" else np.dtype(np.float32)
    mixed_y = (share * y + (1 - share) * y[other]).astype(kind)
    mixed_x = x.dtype.type(share) * x + x.dtype.type(1 - share) * x[other]
    return Mixed(mixed_x, mixed_y, share)
