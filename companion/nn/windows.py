"""Windows that slide over images: what convolution and pooling are made of.

Images are tensors with the axes ``(batch, height, width, channels)``.
"""

import functools
from collections.abc import Iterator

import numpy as np

from companion.nn.functions import pad
from companion.nn.tensor import Array, Tensor, record

Pair = tuple[int, int]
Places = list[tuple[slice, ...]]  # for each element of a window: the pixels that it meets
Masks = list[Array]  # for each of these: which of them count


def conv2d(
    images: Tensor,
    kernel: Tensor,
    strides: Pair = (1, 1),
    padding: str = "valid",
    bias: Tensor | None = None,
) -> Tensor:
    """Cross-correlate images with a kernel.

    out[n, i, j, f] = Σ_{u,v,c} images[n, i·s + u, j·s + v, c] kernel[u, v, c, f] + bias[f]

    Every window is written out as a row, and all rows are multiplied by the kernel at once
    (Chellapilla et al. 2006, "High performance convolutional neural networks for document
    processing", section 3).

    Parameters
    ----------
    images
        ``(batch, height, width, channels)``.
    kernel
        ``(kernel height, kernel width, channels, filters)``.
    strides
        Steps of the window down and to the right.
    padding
        ``"valid"``: windows lie inside the image; ``"same"``: zeros around it, so that the result
        has ceil(length / stride) rows and columns, the odd one of them below and to the right.
    bias
        ``(filters,)``; none by default.

    Returns
    -------
    Tensor
        ``(batch, out height, out width, filters)``.

    Raises
    ------
    ValueError
        If shapes do not fit, or a window is larger than the padded image.
    """
    if images.ndim != 4 or kernel.ndim != 4 or images.shape[3] != kernel.shape[2]:
        raise ValueError(
            f"images (batch, height, width, channels) and kernel (height, width, channels, filters)"
            f" do not fit: {images.shape} and {kernel.shape}"
        )
    height, width, channels, filters = kernel.shape
    size, weights = (height, width), height * width * channels
    images = pad_images(images, size, strides, padding)
    windows = patches(images, size, strides)  # (height, width, batch, down, right, channels)
    if channels == 1:  # whole rows of pixels lie together: copied a window element at a time
        rows = windows.reshape(weights, -1).T
    else:
        rows = windows.transpose(2, 3, 4, 0, 1, 5).reshape(-1, weights)
    value = rows.value @ kernel.value.reshape(weights, filters)
    value = value.reshape(*windows.shape[2:5], filters)
    if bias is not None:
        lines = value.reshape(-1, value.shape[2] * filters)  # longer loops than over the filters
        lines += np.tile(bias.value, value.shape[2])

    def to_images(g: Tensor) -> Tensor:
        parts = g.reshape(1, -1, filters) @ kernel.reshape(-1, channels, filters).swapaxes(1, 2)
        return fold(parts.reshape(windows.shape), images.shape, strides)

    def to_kernel(g: Tensor) -> Tensor:
        return (rows.T @ g.reshape(-1, filters)).reshape(kernel.shape)

    links = [(images, to_images), (kernel, to_kernel)]
    return record("conv2d", value, *links, *([(bias, lambda g: g)] if bias is not None else []))


def max_pool2d(
    images: Tensor, size: Pair = (2, 2), strides: Pair | None = None, padding: str = "valid"
) -> Tensor:
    """Return the largest value of each window and channel.

    Parameters
    ----------
    images
        ``(batch, height, width, channels)``.
    size
        Height and width of a window.
    strides
        Steps of the window; by default its size, so that windows do not overlap.
    padding
        As in `conv2d`; what is added around the image is never the largest.

    Returns
    -------
    Tensor
        ``(batch, out height, out width, channels)``. Where several elements of a window are the
        largest, the gradient goes to the first in row-major order.

    Raises
    ------
    ValueError
        If a window is larger than the padded image.
    """
    strides = strides or size
    images = pad_images(images, size, strides, padding, -np.inf)
    x, shape = images.value, images.shape
    places = [pixels for _, pixels in _pixels(shape, size, strides)]
    largest = functools.reduce(np.maximum, [x[pixels] for pixels in places])
    winners: list[Array] = []  # for each element of a window: where it is the first of the largest

    def spread(g: Tensor) -> Tensor:
        if not winners:
            free = np.ones(largest.shape, bool)
            for pixels in places:
                winners.append((x[pixels] == largest) & free)
                free ^= winners[-1]
        return _spread(g, shape, places, winners)

    return record("max_pool2d", largest, (images, spread))


def _spread(g: Tensor, shape: tuple[int, ...], places: Places, masks: Masks) -> Tensor:
    """Add each element of `g` to the element of its window that its mask marks."""
    value = np.zeros(shape, g.dtype)
    for pixels, mask in zip(places, masks, strict=True):
        value[pixels] += g.value * mask
    return record("spread", value, (g, lambda h: _collect(h, shape, places, masks)))


def _collect(g: Tensor, shape: tuple[int, ...], places: Places, masks: Masks) -> Tensor:
    """Take from each window the element that its mask marks."""
    value = functools.reduce(
        np.add, (g.value[pixels] * mask for pixels, mask in zip(places, masks, strict=True))
    )
    return record("collect", value, (g, lambda h: _spread(h, shape, places, masks)))


def average_pool2d(
    images: Tensor, size: Pair = (2, 2), strides: Pair | None = None, padding: str = "valid"
) -> Tensor:
    """Return the mean of each window and channel.

    Parameters
    ----------
    images
        ``(batch, height, width, channels)``.
    size
        Height and width of a window.
    strides
        Steps of the window; by default its size, so that windows do not overlap.
    padding
        As in `conv2d`; only what lies inside the image counts in the mean.

    Returns
    -------
    Tensor
        ``(batch, out height, out width, channels)``.

    Raises
    ------
    ValueError
        If a window is larger than the padded image.
    """
    strides = strides or size
    ones = Tensor(np.ones((1, *images.shape[1:3], 1), images.dtype))
    total, counts = (
        patches(pad_images(x, size, strides, padding), size, strides).sum(axis=(0, 1))
        for x in (images, ones)
    )
    return total / counts


def patches(images: Tensor, size: Pair, strides: Pair) -> Tensor:
    """Return every window of the images.

    Parameters
    ----------
    images
        ``(batch, height, width, channels)``.
    size
        Height and width of a window.
    strides
        Steps of the window down and to the right.

    Returns
    -------
    Tensor
        ``(window height, window width, batch, out height, out width, channels)``, a view.
    """
    batch, _, _, channels = shape = images.shape
    image, row, column, channel = images.value.strides  # in bytes
    steps = (row, column, image, row * strides[0], column * strides[1], channel)
    windows = np.lib.stride_tricks.as_strided(
        images.value,
        (*size, batch, *_positions(shape, size, strides), channels),
        steps,
        writeable=False,
    )
    return record("patches", windows, (images, lambda g: fold(g, shape, strides)))


def fold(windows: Tensor, shape: tuple[int, ...], strides: Pair) -> Tensor:
    """Add every window up at its place: the transpose of `patches`.

    Parameters
    ----------
    windows
        As `patches` returns them.
    shape
        That of the images.
    strides
        Those of the windows.

    Returns
    -------
    Tensor
        ``(batch, height, width, channels)``.
    """
    size = (windows.shape[0], windows.shape[1])
    images = np.zeros(shape, windows.dtype)
    for (u, v), pixels in _pixels(shape, size, strides):
        images[pixels] += windows.value[u, v]
    return record("fold", images, (windows, lambda g: patches(g, size, strides)))


def pad_images(
    images: Tensor, size: Pair, strides: Pair, padding: str, value: float = 0.0
) -> Tensor:
    """Add what ``padding="same"`` needs around images; nothing for ``"valid"``.

    Parameters
    ----------
    images
        ``(batch, height, width, channels)``.
    size
        Height and width of a window.
    strides
        Steps of the window.
    padding
        ``"valid"`` or ``"same"``.
    value
        What to add.

    Returns
    -------
    Tensor
        ``(batch, height, width, channels)``.

    Raises
    ------
    ValueError
        If the padding is neither, a window or stride is below 1, or a window is larger than the
        padded image.
    """
    borders = [
        _border(n, k, s, padding) for n, k, s in zip(images.shape[1:3], size, strides, strict=True)
    ]
    if any(map(any, borders)):
        images = pad(images, [(0, 0), *borders, (0, 0)], value)
    if images.shape[1] < size[0] or images.shape[2] < size[1]:
        raise ValueError(f"windows of {size} do not fit into images of {images.shape[1:3]}")
    return images


def window_positions(length: int, window: int, stride: int, padding: str) -> int:
    """Return how many places a window has along an axis.

    Parameters
    ----------
    length
        Of the axis, without padding.
    window
        Length of the window.
    stride
        Its step.
    padding
        ``"valid"`` or ``"same"``.

    Returns
    -------
    int
        ⌊(length + padding − window) / stride⌋ + 1.

    Raises
    ------
    ValueError
        If the padding is neither, or the window or stride is below 1.
    """
    return (length + sum(_border(length, window, stride, padding)) - window) // stride + 1


def _border(length: int, window: int, stride: int, padding: str) -> Pair:
    if window < 1 or stride < 1:
        raise ValueError(f"windows and strides must be at least 1, got {window} and {stride}")
    if padding == "valid":
        return 0, 0
    if padding != "same":
        raise ValueError(f"padding must be 'valid' or 'same', got {padding!r}")
    missing = max((-(-length // stride) - 1) * stride + window - length, 0)
    return missing // 2, missing - missing // 2


def _positions(shape: tuple[int, ...], size: Pair, strides: Pair) -> Pair:
    down, right = ((n - k) // s + 1 for n, k, s in zip(shape[1:3], size, strides, strict=True))
    return down, right


def _pixels(
    shape: tuple[int, ...], size: Pair, strides: Pair
) -> Iterator[tuple[Pair, tuple[slice, ...]]]:
    # For each element (u, v) of a window: the pixels that it meets as the window moves.
    down, right = _positions(shape, size, strides)
    for u, v in np.ndindex(size):
        rows = slice(u, u + down * strides[0], strides[0])
        columns = slice(v, v + right * strides[1], strides[1])
        yield (u, v), (slice(None), rows, columns)
