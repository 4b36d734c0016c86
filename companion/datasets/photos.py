"""A few photographs that scikit-image carries: people, things, textures."""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.image_files import read_image
from companion.datasets.sources import Wheel

Photo: TypeAlias = Literal["astronaut", "brick", "camera", "chelsea", "coffee", "grass", "gravel"]

_FILES = (
    File(
        "astronaut.png",
        791555,
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
    File(
        "brick.png",
        106634,
        "7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf",
    ),
    File(
        "camera.png",
        139512,
        "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
    ),
    File(
        "chelsea.png",
        240512,
        "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    ),
    File(
        "coffee.png",
        466706,
        "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    ),
    File(
        "grass.png",
        217893,
        "b6b6022426b38936c43a4ac09635cd78af074e90f42ffa8227ac8b7452d39f89",
    ),
    File(
        "gravel.png",
        194247,
        "c48615b451bf1e606fbd72c0aa9f8cc0f068ab7111ef7d93bb9b0f2586440c12",
    ),
)

PHOTOS = Dataset(
    name="photos",
    title="Seven photographs: an astronaut, a cat, a cup of coffee, a cameraman, three textures",
    licence="CC0, and public domain (NASA: the astronaut)",
    files=_FILES,
    sources=tuple(
        Wheel(
            "scikit-image",
            version,
            extracting({f"skimage/data/{file.name}": file.name for file in _FILES}),
        )
        for version in ("0.26.0", "0.25.2")
    ),
)


def load(name: Photo) -> NDArray[np.uint8]:
    """Load a photograph, fetching it on first use.

    Parameters
    ----------
    name
        ``astronaut`` (512 by 512 pixels), ``chelsea`` (a cat, 300 by 451), ``coffee`` (400 by 600),
        and in grey ``camera``, ``brick``, ``grass`` and ``gravel`` (512 by 512).

    Returns
    -------
    numpy.ndarray
        ``(height, width, 3)``, uint8: red, green, blue.

    Raises
    ------
    ValueError
        If there is no such photograph.
    DataUnavailableError
        If the file is not in the cache and no source delivers it.
    """
    names = [file.name.removesuffix(".png") for file in _FILES]
    if name not in names:
        raise ValueError(f"name must be one of {', '.join(names)}, got {name!r}")
    return read_image(fetch(PHOTOS)[f"{name}.png"])
