"""From a photograph to what a network trained on ImageNet takes in."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.images._checks import as_images
from companion.preprocessing.images.cropping import center_crop
from companion.preprocessing.images.normalizing import normalize
from companion.preprocessing.images.resizing import resize_shorter

IMAGENET_MEAN = (0.485, 0.456, 0.406)
"""Mean of the red, green and blue values, from 0 to 1, over ImageNet's training images."""
IMAGENET_STD = (0.229, 0.224, 0.225)
"""Their standard deviation."""


def imagenet_input(images: ArrayLike, shorter: int = 256, side: int = 224) -> NDArray[Any]:
    """Prepare photographs as the weights of torchvision expect them.

    The shorter side is resized to `shorter` pixels (bilinear, antialiased, rounded to bytes as
    Pillow does), the middle `side` by `side` pixels are cut out, and each channel is normalised by
    `IMAGENET_MEAN` and `IMAGENET_STD`. He et al. 2016, "Deep residual learning for image
    recognition", section 3.4, for the sizes.

    Parameters
    ----------
    images
        ``(…, height, width, 3)``: red, green, blue; uint8, or floats from 0 to 1.
    shorter
        Length of the shorter side before the cut.
    side
        Height and width of the cut.

    Returns
    -------
    numpy.ndarray
        ``(…, side, side, 3)``, float32 for bytes. PyTorch wants the channels before the rows:
        ``np.moveaxis(x, -1, -3)``.

    Raises
    ------
    ValueError
        If there are not three channels, or a size is out of range.
    """
    array = as_images(images)
    if array.ndim < 3 or array.shape[-1] != 3:
        raise ValueError(f"images must have shape (…, height, width, 3), got {array.shape}")
    cut = center_crop(resize_shorter(array, shorter), (side, side))
    return np.asarray(normalize(cut, IMAGENET_MEAN, IMAGENET_STD))
