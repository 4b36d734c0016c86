import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from companion.datasets.pickles import load_arrays


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize("dtype", ["u1", "<i8", ">f4", "f8"])
def test_arrays_in_containers_are_read(protocol: int, dtype: str) -> None:
    array = np.arange(12).reshape(3, 4).astype(dtype)
    data = pickle.dumps({"x": (array, [1, 2.5, "é", None])}, protocol)
    read = load_arrays(io.BytesIO(data))
    np.testing.assert_array_equal(read["x"][0], pickle.loads(data)["x"][0], strict=True)
    np.testing.assert_array_equal(read["x"][0], array)
    assert read["x"][1] == [1, 2.5, "é", None]


def test_array_of_python_2_is_read() -> None:
    """Protocol 0, with bytes as Latin-1 text and the module's name before NumPy 2."""
    text = (
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
        "(I1\n(I3\ntcnumpy\ndtype\n(S'u1'\nI0\nI1\ntR"
        "(I3\nS'|'\nNNNI-1\nI-1\nI0\ntbI00\nS'\\x00\\x7f\\xff'\ntb."
    )
    read = load_arrays(io.BytesIO(text.encode("ascii")))
    np.testing.assert_array_equal(read, np.array([0, 127, 255], np.uint8), strict=True)


class Payload:
    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> object:
        return self.call


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [x], lambda x: np.array([x, 1], object)])
def test_payload_is_refused_and_does_not_run(tmp_path: Path, protocol: int, wrap: object) -> None:
    victim = tmp_path / "payload ran"
    data = pickle.dumps(wrap(Payload(os.system, f"touch '{victim}'")), protocol)
    with pytest.raises(pickle.UnpicklingError, match="which is not allowed"):
        load_arrays(io.BytesIO(data))
    assert not victim.exists()
    pickle.loads(data)  # the payload is a real one
    assert victim.exists()


@pytest.mark.parametrize(
    "name",
    ["builtins eval", "numpy load", "numpy fromfile", "numpy.testing runstring", "os system"],
)
def test_function_is_refused_also_when_numpy_has_it(name: str) -> None:
    data = ("c" + name.replace(" ", "\n") + "\n.").encode()
    with pytest.raises(pickle.UnpicklingError, match=name.replace(" ", ".")):
        load_arrays(io.BytesIO(data))


def test_name_with_dots_does_not_reach_through_an_allowed_class() -> None:
    data = b"\x80\x04\x8c\x05numpy\x8c\x14ndarray.__class__.mr\x93."
    with pytest.raises(pickle.UnpicklingError):
        load_arrays(io.BytesIO(data))
