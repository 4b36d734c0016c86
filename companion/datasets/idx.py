"""Read and write IDX, the file format of MNIST: a big-endian array of any rank."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DTYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read an array from an IDX file.

    The file is two zero bytes, one byte that names the dtype, one byte that holds the rank, one
    unsigned 32-bit size for each axis, and then the elements in C order; all numbers big-endian.

    Parameters
    ----------
    path
        The file, not compressed.

    Returns
    -------
    ndarray
        A writable array in the byte order of this machine.

    Raises
    ------
    ValueError
        If the file is not IDX, is shorter than its header says, or has bytes left over.

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section
    "File formats for the MNIST database".
    """
    with Path(path).open("rb") as file:
        magic = file.read(4)
        if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _DTYPES:
            raise ValueError(f"{path} is not an IDX file: it begins with {magic!r}")
        dtype, rank = _DTYPES[magic[2]], magic[3]
        sizes = file.read(4 * rank)
        if len(sizes) < 4 * rank:
            raise ValueError(
                f"{path} is truncated: the header ends before the sizes of its {rank} axes"
            )
        shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
        count = math.prod(shape)
        expected = 4 + 4 * rank + count * dtype.itemsize
        received = os.fstat(file.fileno()).st_size
        if received != expected:
            fault = "is truncated" if received < expected else "has trailing bytes"
            raise ValueError(
                f"{path} {fault}: shape {shape} of {dtype.name} takes {expected} bytes, "
                f"got {received}"
            )
        array = np.fromfile(file, dtype, count)
    return array.reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def write_idx(path: str | os.PathLike[str], array: NDArray[Any]) -> None:
    """Write an array as an IDX file, which :func:`read_idx` reads.

    Parameters
    ----------
    path
        The file; one that exists is overwritten.
    array
        Of dtype uint8, int8, int16, int32, float32 or float64, in any byte order.

    Raises
    ------
    ValueError
        If IDX has no code for the array's dtype, or cannot hold its shape.
    """
    dtype = array.dtype.newbyteorder(">")
    if dtype not in _CODES:
        names = ", ".join(known.name for known in _CODES)
        raise ValueError(f"array must have one of the dtypes {names}, got {array.dtype.name}")
    if any(size >= 2**32 for size in array.shape):
        raise ValueError(f"array must have axes shorter than 2**32, got shape {array.shape}")
    header = bytes([0, 0, _CODES[dtype], array.ndim]) + np.array(array.shape, ">u4").tobytes()
    with Path(path).open("wb") as file:
        file.write(header)
        file.write(np.ascontiguousarray(array, dtype).data)
