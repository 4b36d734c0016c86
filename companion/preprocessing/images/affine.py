"""Turn, scale, slant and move images: every new pixel is read somewhere in the old image."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.images._checks import as_fill, as_images, like

_CHUNK = 2**15  # pixels computed at once, which bounds the memory
_ROUNDING = 1e-9  # of the coordinates: what lies this little outside is still inside


def affine_matrix(
    angle: ArrayLike = 0.0, scale: ArrayLike = 1.0, shear: ArrayLike = 0.0
) -> NDArray[np.float64]:
    r"""Return the matrix that slants, then scales, then turns, for (row, column).

    .. math::

        A = \begin{pmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{pmatrix}
            \, s \begin{pmatrix} 1 & 0 \\ k & 1 \end{pmatrix}

    Parameters
    ----------
    angle
        θ, in degrees, anticlockwise as the image is seen.
    scale
        s, such as 2 for twice as large.
    shear
        k: how many columns to the right a pixel goes for each row that it lies further down.

    Returns
    -------
    numpy.ndarray
        ``(2, 2)``, or ``(batch, 2, 2)`` if an argument has shape ``(batch,)``.
    """
    turn, size, slant = np.broadcast_arrays(np.radians(angle), scale, shear)
    cos, sin = size * np.cos(turn), size * np.sin(turn)
    first = np.stack([cos - sin * slant, -sin], axis=-1)
    second = np.stack([sin + cos * slant, cos], axis=-1)
    return np.stack([first, second], axis=-2)


def affine(
    images: ArrayLike,
    angle: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    shear: ArrayLike = 0.0,
    shift: ArrayLike = 0.0,
    method: Literal["bilinear", "nearest"] = "bilinear",
    fill: ArrayLike = 0.0,
) -> NDArray[Any]:
    """Slant, scale and turn images about their centre c, then move them: p ↦ A (p − c) + c + shift.

    Parameters
    ----------
    images
        ``(height, width)`` or ``(…, height, width, channels)``; uint8 or floats.
    angle, scale, shear
        As in `affine_matrix`: one number, or one an image of a batch.
    shift
        Rows down and columns to the right, in pixels: ``(2,)`` or ``(batch, 2)``.
    method, fill
        As in `affine_transform`.

    Returns
    -------
    numpy.ndarray
        Images of the same shape and dtype.

    Raises
    ------
    ValueError
        If a scale is 0, or an argument does not fit.
    """
    array = as_images(images)
    rows, columns = array.shape[:2] if array.ndim == 2 else array.shape[-3:-1]
    count = int(np.prod(array.shape[:-3]))
    for name, values in (("angle", angle), ("scale", scale), ("shear", shear)):
        _for_each(values, count, (), name)
    move = _for_each(_pair(shift), count, (2,), "shift")
    if np.any(np.asarray(scale) == 0):
        raise ValueError(f"scale must not be 0, got {np.asarray(scale).tolist()}")
    back = np.linalg.inv(affine_matrix(angle, scale, shear))  # from the new image to the old
    centre = np.array([rows - 1, columns - 1]) / 2
    offset = centre - (back @ (centre + move)[..., None])[..., 0]
    return affine_transform(array, back, offset, method, fill)


def affine_transform(
    images: ArrayLike,
    matrix: ArrayLike,
    offset: ArrayLike = 0.0,
    method: Literal["bilinear", "nearest"] = "bilinear",
    fill: ArrayLike = 0.0,
) -> NDArray[Any]:
    """Read the new pixel at p = (row, column) of the old image at M p + offset.

    As ``scipy.ndimage.affine_transform`` of order 1 or 0: pixel centres have whole coordinates, and
    what is read outside the rectangle of the outermost centres is `fill`.

    Parameters
    ----------
    images
        ``(height, width)`` or ``(…, height, width, channels)``; uint8 or floats.
    matrix
        M, ``(2, 2)``, or ``(batch, 2, 2)`` with one for each image of a batch.
    offset
        A number, ``(2,)`` or ``(batch, 2)``, in pixels.
    method
        Between the four pixels around, or the nearest one.
    fill
        The value outside: a number, or one a channel.

    Returns
    -------
    numpy.ndarray
        Images of the same shape and dtype.

    Raises
    ------
    ValueError
        If a shape does not fit, a number is not finite, or `method` is unknown.
    """
    array = as_images(images)
    rows, columns, channels = (*array.shape, 1) if array.ndim == 2 else array.shape[-3:]
    batch = array.reshape(-1, rows, columns, channels)
    count = len(batch)
    m = _for_each(matrix, count, (2, 2), "matrix")
    t = _for_each(_pair(offset), count, (2,), "offset")
    if method not in ("bilinear", "nearest"):
        raise ValueError(f"method must be bilinear or nearest, got {method!r}")
    new, outside = np.empty_like(batch), as_fill(fill, batch)
    step = max(1, _CHUNK // (rows * columns))
    for start in range(0, count, step):
        part = slice(start, start + step)
        new[part] = _read(batch[part], m[part], t[part], method, outside)
    return new.reshape(array.shape)


def _pair(values: ArrayLike) -> NDArray[Any]:
    """Return one number twice, for the rows and the columns; two as they are."""
    return np.full(2, values) if np.ndim(values) == 0 else np.asarray(values)


def _for_each(values: ArrayLike, count: int, shape: tuple[int, ...], name: str) -> NDArray[Any]:
    array = np.asarray(values, dtype=float)
    if array.shape not in (shape, (count, *shape)):
        raise ValueError(f"{name} must have shape {shape} or {(count, *shape)}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    return np.broadcast_to(array, (count, *shape))


def _read(
    images: NDArray[Any],
    matrix: NDArray[np.float64],
    offset: NDArray[np.float64],
    method: str,
    fill: NDArray[Any],
) -> NDArray[Any]:
    count, rows, columns, channels = images.shape
    grid = np.indices((rows, columns)).reshape(2, -1).astype(float)  # (2, pixels)
    at = matrix @ grid + offset[..., None]  # (batch, 2, pixels)
    last = np.array([[rows - 1], [columns - 1]])
    inside = ((at >= -_ROUNDING) & (at <= last + _ROUNDING)).all(axis=1)  # (batch, pixels)
    flat = images.reshape(-1, channels)
    first = np.arange(count)[:, None] * (rows * columns)  # the number of each image's first pixel
    if method == "nearest":
        near = np.clip(np.floor(at + 0.5), 0, last).astype(np.intp)
        values = flat.take(first + near[:, 0] * columns + near[:, 1], axis=0)
    else:
        low = np.clip(np.floor(at), 0, np.maximum(last - 1, 0))
        exact = np.result_type(images, np.float32)
        down, right = np.moveaxis(np.clip(at - low, 0, 1).astype(exact), 1, 0)[..., None]
        here = first + (low[:, 0] * columns + low[:, 1]).astype(np.intp)  # (batch, pixels)
        next_row, next_column = columns * (rows > 1), int(columns > 1)
        above, below = (
            flat.take(place, axis=0) * (1 - right) + flat.take(place + next_column, axis=0) * right
            for place in (here, here + next_row)
        )
        values = above * (1 - down) + below * down
    filled = np.where(inside[..., None], like(values, images.dtype), fill)
    return filled.reshape(images.shape)
