"""Read an image file, of whatever kind, as red, green and blue bytes."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps


def read_image(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Read an image file, the way up in which it was taken.

    - Grey: all three channels are equal. 16 bits a pixel become the nearest of 256 levels.
    - Transparent: laid over white.
    - CMYK: by Pillow's formula, without a colour profile. Other colour spaces: as Pillow converts.
    - A photograph that the camera marked as turned or mirrored (EXIF) is turned back.
    - Several images in one file: the first.

    Parameters
    ----------
    path
        A JPEG, PNG, TIFF, WebP or other file that Pillow reads.

    Returns
    -------
    numpy.ndarray
        ``(height, width, 3)``: red, green, blue, from 0 to 255.

    Raises
    ------
    ValueError
        If the file is broken, no image, or has 32 bits a pixel, whose range nobody knows.
    OSError
        If the file is not there or must not be read.
    """
    try:
        with Image.open(path) as image:
            return _rgb(ImageOps.exif_transpose(image))
    except Exception as error:  # Pillow's decoders raise many kinds
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"{Path(path)} cannot be read as an image: {error}") from error


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode in ("I", "F"):
        raise ValueError(f"its pixels have 32 bits (mode {image.mode})")
    if image.mode.startswith("I;16"):
        grey = (np.asarray(image).astype(np.uint32) + 128) // 257  # 65535 / 255 = 257
        return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
    if image.has_transparency_data:
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    return np.array(image.convert("RGB"))
