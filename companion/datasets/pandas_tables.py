"""Read a pickled pandas table without pandas, and without giving the pickle any power."""

import pickle
from io import BufferedIOBase
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_columns(file: BufferedIOBase) -> dict[str, NDArray[Any]]:
    """Return the columns of a pickled pandas table by name.

    The table holds blocks of columns of one type, ``(columns, rows)``, each with its places.

    Parameters
    ----------
    file
        A pickle of protocol 5, open for reading. The columns hold numbers or words, and words are
        Python's strings, as was the rule before pandas 3.

    Returns
    -------
    dict of str to numpy.ndarray
        Each ``(rows,)``.

    Raises
    ------
    pickle.UnpicklingError
        If the pickle names anything outside NumPy and pandas but a slice; nothing is called.
    """
    table = _TableUnpickler(file).load()
    blocks, (names, _) = table.state["_mgr"].arguments
    _, index = names.arguments
    columns: dict[str, NDArray[Any]] = {}
    for values, places, _ in (block.arguments for block in blocks):
        taken = places if isinstance(places, slice) else _array(places)
        columns |= zip(_array(index["data"])[taken], _array(values), strict=True)
    return columns


class _Part:
    """Stands for any object of NumPy or pandas: keeps what it was to be made of, no more."""

    state: Any = None

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _TableUnpickler(pickle.Unpickler):
    """An unpickler that makes slices, and else calls nothing."""

    def find_class(self, module: str, name: str) -> type[_Part] | type[slice]:
        if (module, name) == ("builtins", "slice"):
            return slice
        if module.partition(".")[0] not in ("numpy", "pandas"):
            raise pickle.UnpicklingError(
                f"the pickle asks for {module}.{name}, which is not allowed"
            )
        return _Part


def _array(part: _Part) -> NDArray[Any]:
    """Return the array of numbers that lies in a buffer, or of words that stand in a list."""
    if part.state is None:
        data, dtype, shape, order = part.arguments
        return np.frombuffer(data, np.dtype(dtype.arguments[0])).reshape(shape, order=order)
    _, shape, _, by_columns, words = part.state
    return np.array(words, np.str_).reshape(shape, order="F" if by_columns else "C")
