"""Images: resizing, cropping, normalisation and augmentation of arrays.

Axes are ``(…, height, width, channels)``, or ``(height, width)`` for one grey image; bytes from 0
to 255, or floats. Image files, folders of classes and CIFAR-10 are read by
`companion.datasets.image_files`, `companion.datasets.image_folder` and `companion.datasets.cifar`.
"""

from companion.preprocessing.images.affine import affine, affine_matrix, affine_transform
from companion.preprocessing.images.augmentation import (
    Mixed,
    cutout,
    mixup,
    random_affine,
    random_flip,
)
from companion.preprocessing.images.color import (
    adjust_brightness,
    adjust_contrast,
    adjust_saturation,
    color_jitter,
)
from companion.preprocessing.images.cropping import center_crop, random_crop
from companion.preprocessing.images.imagenet import IMAGENET_MEAN, IMAGENET_STD, imagenet_input
from companion.preprocessing.images.normalizing import (
    channel_statistics,
    denormalize,
    normalize,
    to_unit,
)
from companion.preprocessing.images.resizing import resize, resize_shorter

__all__ = [
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "Mixed",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_saturation",
    "affine",
    "affine_matrix",
    "affine_transform",
    "center_crop",
    "channel_statistics",
    "color_jitter",
    "cutout",
    "denormalize",
    "imagenet_input",
    "mixup",
    "normalize",
    "random_affine",
    "random_crop",
    "random_flip",
    "resize",
    "resize_shorter",
    "to_unit",
]
