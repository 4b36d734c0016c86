"""CIFAR-10: colour images of 32 by 32 pixels in ten classes, in its two file formats."""

import os
import pickle
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from companion.datasets.pickles import load_arrays

Arrays: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.uint8]]

CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
"""Names of the labels 0 to 9."""

_PLANES = (3, 32, 32)
_RECORD = 1 + 3 * 32 * 32


def read_cifar10(path: str | os.PathLike[str]) -> Arrays:
    """Read a file of the binary version, such as ``data_batch_1.bin``.

    A record is 3,073 bytes: the label, then 1,024 bytes of red, of green and of blue, row by row.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    images, labels : tuple of numpy.ndarray
        ``(images, 32, 32, 3)`` and ``(images,)``, both uint8.

    Raises
    ------
    ValueError
        If the file is empty, does not hold whole records, or a label is above 9.

    References
    ----------
    A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009, chapter 3, and the
    page of the data set, section "Binary version".
    """
    data = np.fromfile(path, np.uint8)
    if data.size == 0 or data.size % _RECORD:
        raise ValueError(
            f"{Path(path)} must hold records of {_RECORD} bytes, got {data.size} bytes in all"
        )
    records = data.reshape(-1, _RECORD)
    return _images(records[:, 1:]), _labels(records[:, 0], path)


def write_cifar10(
    path: str | os.PathLike[str], images: NDArray[np.uint8], labels: NDArray[np.integer]
) -> None:
    """Write a file of the binary version, which `read_cifar10` reads.

    Parameters
    ----------
    path
        The file; one that exists is overwritten.
    images
        ``(images, 32, 32, 3)``, uint8.
    labels
        From 0 to 9, ``(images,)``.

    Raises
    ------
    ValueError
        If a shape, the dtype or a label is another.
    """
    if images.shape[1:] != (32, 32, 3) or images.dtype != np.uint8:
        raise ValueError(
            f"images must be (images, 32, 32, 3) of uint8, got {images.shape} of {images.dtype}"
        )
    if labels.shape != images.shape[:1]:
        raise ValueError(f"labels must have shape {images.shape[:1]}, got {labels.shape}")
    if labels.size and not 0 <= labels.min() <= labels.max() <= 9:
        raise ValueError(f"labels must be from 0 to 9, got {labels.min()} to {labels.max()}")
    planes = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    records = np.concatenate([labels[:, None].astype(np.uint8), planes], axis=1)
    records.tofile(path)


def read_cifar10_pickle(path: str | os.PathLike[str]) -> Arrays:
    """Read a file of the Python version, such as ``data_batch_1``.

    It is a pickle of a dict with the entries ``data``, ``(images, 3072)``, and ``labels``, a list.
    It is read by `companion.datasets.pickles`, which calls nothing that a pickle names.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    images, labels : tuple of numpy.ndarray
        ``(images, 32, 32, 3)`` and ``(images,)``, both uint8.

    Raises
    ------
    ValueError
        If the file is no such pickle, names anything but arrays, or its entries do not fit.
    """
    with Path(path).open("rb") as file:
        try:
            batch = load_arrays(file)
        except pickle.UnpicklingError as error:
            raise ValueError(f"{Path(path)} is no batch of CIFAR-10: {error}") from error
    # Written by Python 3, the keys may be bytes; by Python 2, they are text.
    entries = batch if isinstance(batch, dict) else {}
    data, labels = (entries.get(key, entries.get(key.encode())) for key in ("data", "labels"))
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape[1:] != (3072,):
        raise ValueError(f"{Path(path)} is no batch of CIFAR-10: data must be (images, 3072) bytes")
    if not isinstance(labels, list | np.ndarray) or len(labels) != len(data):
        raise ValueError(f"{Path(path)} is no batch of CIFAR-10: labels must be {len(data)}")
    return _images(data), _labels(np.asarray(labels), path)


def load_cifar10(folder: str | os.PathLike[str]) -> tuple[Arrays, Arrays]:
    """Read the five training files and the test file of a folder, of either version.

    Parameters
    ----------
    folder
        ``cifar-10-batches-py`` or ``cifar-10-batches-bin``, unpacked.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : tuples of numpy.ndarray
        Images, axes ``(image, row, column, channel)``, and labels ``(image,)``; all uint8.

    Raises
    ------
    FileNotFoundError
        If one of the files is not there.
    ValueError
        If one of them is broken.
    """
    base = Path(folder)
    binary = (base / "test_batch.bin").exists()
    read, ending = (read_cifar10, ".bin") if binary else (read_cifar10_pickle, "")
    parts = [read(base / f"data_batch_{number}{ending}") for number in range(1, 6)]
    images, labels = zip(*parts, strict=True)
    train = np.concatenate(images), np.concatenate(labels)
    return train, read(base / f"test_batch{ending}")


def _images(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(planes.reshape(-1, *_PLANES).transpose(0, 2, 3, 1))


def _labels(labels: NDArray[np.generic], path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    if not np.isin(labels, range(10)).all():
        raise ValueError(f"{Path(path)} has labels that are not from 0 to 9")
    return labels.astype(np.uint8)
