"""Read arrays out of a pickle without giving the pickle the power to call anything else."""

import pickle
from io import BufferedIOBase
from typing import Any

import numpy as np

_RECONSTRUCT = np.empty(0).__reduce__()[0]
_ALLOWED = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
}


class _ArrayUnpickler(pickle.Unpickler):
    """An unpickler that knows the names that arrays need, and no other."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"the pickle asks for {module}.{name}, which is not allowed"
            ) from None


def load_arrays(file: BufferedIOBase) -> Any:
    """Unpickle lists, tuples, dicts, numbers, strings and NumPy arrays, and nothing else.

    Parameters
    ----------
    file
        A pickle by Python 2, or by Python 3 at protocol 3 or 4, open for reading.

    Returns
    -------
    object
        What was pickled.

    Raises
    ------
    pickle.UnpicklingError
        If the pickle names any other function or class: it is not called.
    """
    return _ArrayUnpickler(file, encoding="latin1").load()
