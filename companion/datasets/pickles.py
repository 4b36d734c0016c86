"""Read arrays out of a pickle without giving the pickle the power to do anything else.

Neither NumPy's functions nor its dtypes are handed to the pickle: a dtype that it describes as it
likes would have NumPy take bytes for addresses. The few names that arrays need stand for the
functions below, which check what they are given.
"""

import pickle
from collections.abc import Callable
from io import BufferedIOBase
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray


def load_arrays(file: BufferedIOBase) -> Any:
    """Unpickle lists, tuples, dicts, numbers, strings and NumPy arrays, and nothing else.

    Parameters
    ----------
    file
        A pickle of any protocol, by Python 2 or 3, open for reading.

    Returns
    -------
    object
        What was pickled; arrays of numbers or strings, some of a subclass of ndarray.

    Raises
    ------
    pickle.UnpicklingError
        If the pickle is broken, or names any other function, class or dtype: nothing is called.
    """
    try:
        return _ArrayUnpickler(file, encoding="latin1").load()
    except (pickle.UnpicklingError, OSError):
        raise
    except Exception as error:  # a pickle can go wrong in as many ways as a program
        raise pickle.UnpicklingError(f"the pickle is broken: {error!r}") from error


class _ArrayUnpickler(pickle.Unpickler):
    """An unpickler that knows the names that arrays need, and no other."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(
                f"the pickle asks for {module}.{name}, which is not allowed"
            )
        function = _ALLOWED[module, name]
        # A new one each time: a pickle can set attributes of what it is given.
        return lambda *arguments: function(*arguments)


class _Dtype:
    """The name and the byte order of a dtype, and none of the flags that a pickle may claim."""

    def __init__(self, name: str, *_: object) -> None:
        self.value = np.dtype(str(name))
        if self.value.kind not in "biufcSU":
            raise pickle.UnpicklingError(
                f"the pickle has an array of dtype {name}, which is not allowed"
            )

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.value = self.value.newbyteorder(state[1])


class _Array(np.ndarray):
    """An array that a pickle creates empty, and fills later."""

    @classmethod
    def empty(cls, *_: object) -> Self:
        return cls((0,), np.uint8)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, by_columns, data = state
        filled = _from_bytes(data, dtype, shape, "F" if by_columns else "C")
        checked: Any = filled.__reduce__()
        super().__setstate__(checked[2])


def _from_bytes(
    data: Any,
    dtype: _Dtype,
    shape: Any,
    order: Literal["C", "F", "K"] = "C",
    axes: tuple[int, ...] | None = None,
) -> NDArray[Any]:
    raw = data.encode("latin1") if isinstance(data, str) else data  # Python 2's are text here
    if not isinstance(raw, bytes | bytearray):
        raise TypeError(f"the data of an array must be bytes, got {type(raw).__name__}")
    flat = np.frombuffer(raw, dtype.value)
    if order == "K":  # NumPy's mark of axes that lie in another order
        return flat.reshape(shape).transpose(axes)
    return flat.reshape(shape, order=order)


def _number(dtype: _Dtype, data: Any) -> Any:
    return _from_bytes(data, dtype, ())[()]


_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "ndarray"): _Array.empty,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): str.encode,  # bytes, up to protocol 2
    ("__builtin__", "bytes"): bytes,  # no bytes, up to protocol 2
    **{
        (f"{core}.{module}", name): function
        for core in ("numpy.core", "numpy._core")  # before NumPy 2, and since
        for module, name, function in (
            ("multiarray", "_reconstruct", _Array.empty),
            ("multiarray", "scalar", _number),
            ("numeric", "_frombuffer", _from_bytes),
        )
    },
}
