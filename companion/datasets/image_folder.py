"""Labelled photographs as ImageNet keeps them: a folder for each class, or a list of files."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.datasets.image_files import read_image

EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
"""Files that count as images, in small letters or capitals; the same as torchvision's."""


@dataclass(frozen=True, eq=False)
class ImageFolder:
    """Paths of images and their classes; an image is read when it is asked for.

    ``folder[i]`` is the i-th image, ``(height, width, 3)``, and its label; a loop runs over all.

    Parameters
    ----------
    classes
        Their names, such as ImageNet's "n01440764"; the label is the position.
    paths
        One an image.
    labels
        Class numbers, ``(images,)``.
    """

    classes: tuple[str, ...]
    paths: tuple[Path, ...]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], int]:
        return read_image(self.paths[index]), int(self.labels[index])


def open_folder(root: str | os.PathLike[str]) -> ImageFolder:
    """Find the images below a folder that has one folder a class, as torchvision's ``ImageFolder``.

    Classes are the names of the folders, sorted; within a class files at any depth, sorted. Names
    that begin with a dot, and files that are no images by their extension, are passed over.

    Parameters
    ----------
    root
        Such as ``train/``, which holds ``n01440764/n01440764_18.JPEG`` and others.

    Returns
    -------
    ImageFolder
        Of all images.

    Raises
    ------
    ValueError
        If there is no class, or a class without images.
    OSError
        If the folder cannot be read.
    """
    folder = Path(root)
    classes = sorted(
        each.name for each in folder.iterdir() if each.is_dir() and each.name[0] != "."
    )
    if not classes:
        raise ValueError(f"{folder} has no folder, expected one for each class")
    found = {name: _images(folder / name) for name in classes}
    if empty := [name for name, images in found.items() if not images]:
        raise ValueError(f"{folder} has classes without images: {', '.join(empty)}")
    paths = tuple(path for name in classes for path in found[name])
    counts = [len(found[name]) for name in classes]
    return ImageFolder(tuple(classes), paths, np.repeat(np.arange(len(classes)), counts))


def open_index(
    root: str | os.PathLike[str],
    index: str | os.PathLike[str],
    classes: Sequence[str] | None = None,
) -> ImageFolder:
    """Find the images that a list names, in the order of the list.

    A line is a path below the folder and then the class, such as
    ``ILSVRC2012_val_00000293.JPEG n01440764``; empty lines are passed over.

    Parameters
    ----------
    root
        Where the paths begin.
    index
        The list, in UTF-8.
    classes
        All class names in the order of the labels, as those of the training images; by default
        the names in the list, sorted.

    Returns
    -------
    ImageFolder
        Of all images in the list.

    Raises
    ------
    ValueError
        If the list is empty, a line has no class, a class is not among `classes`, or a file is
        missing.
    """
    entries = []
    lines = Path(index).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        parts = line.rsplit(maxsplit=1)
        if len(parts) == 1:
            raise ValueError(f"{index}, line {number}: expected a path and a class, got {line!r}")
        if parts:
            path = Path(root, parts[0])
            if not path.is_file():
                raise ValueError(f"{index}, line {number}: {path} is missing")
            entries.append((path, parts[1]))
    if not entries:
        raise ValueError(f"{index} names no image")
    names = tuple(sorted({name for _, name in entries}) if classes is None else classes)
    places = {name: place for place, name in enumerate(names)}
    if unknown := sorted({name for _, name in entries} - places.keys()):
        raise ValueError(f"{index} has classes that are unknown: {', '.join(unknown[:5])}")
    labels = np.array([places[name] for _, name in entries], dtype=np.int64)
    return ImageFolder(names, tuple(path for path, _ in entries), labels)


def read_class_names(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read what the classes mean: lines such as ``n01440764 tench, Tinca tinca``.

    Parameters
    ----------
    path
        Such as ImageNet's ``LOC_synset_mapping.txt``, in UTF-8.

    Returns
    -------
    dict of str to str
        The words by the name of the class.

    Raises
    ------
    ValueError
        If a line has no words.
    """
    names = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        name, _, words = line.strip().partition(" ")
        if name and not words:
            raise ValueError(f"{path}: expected a class and its words, got {line!r}")
        if name:
            names[name] = words.strip()
    return names


def _images(folder: Path) -> list[Path]:
    return [
        Path(place, name)
        for place, _, names in sorted(os.walk(folder, followlinks=True))
        for name in sorted(names)
        if name.lower().endswith(EXTENSIONS) and name[0] != "."
    ]
