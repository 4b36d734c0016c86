import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from companion.datasets.pickles import load_arrays


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("dtype", ["u1", "<i8", ">f4", "f8", "?", "c16", "S3", "<U2"])
def test_arrays_in_containers_are_read(protocol: int, dtype: str) -> None:
    array = np.arange(12).reshape(3, 4).astype(dtype)
    data = pickle.dumps({"x": (array, [1, 2.5, "é", None])}, protocol)
    read = load_arrays(io.BytesIO(data))
    np.testing.assert_array_equal(read["x"][0], pickle.loads(data)["x"][0], strict=True)
    np.testing.assert_array_equal(read["x"][0], array)
    assert read["x"][1] == [1, 2.5, "é", None]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("seed", range(10))
def test_arrays_of_any_layout_are_read(protocol: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    array = rng.integers(0, 100, rng.integers(0, 5, rng.integers(1, 5))).astype(np.uint16)
    layouts = [
        array,
        np.asfortranarray(array),
        array[::2],
        array.transpose(rng.permutation(array.ndim)),
    ]
    read = load_arrays(io.BytesIO(pickle.dumps(layouts, protocol)))
    for ours, theirs in zip(read, layouts, strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)


@pytest.mark.parametrize("protocol", range(6))
def test_numbers_of_numpy_and_bytes_are_read(protocol: int) -> None:
    values = {b"": b"\x00\xff", b"labels": [np.uint8(3), np.float32(2.5)], "n": 2**70}
    read = load_arrays(io.BytesIO(pickle.dumps(values, protocol)))
    assert read == values
    assert [type(number) for number in read[b"labels"]] == [np.uint8, np.float32]


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


def array_of(dtype: str, state: str, data: str) -> bytes:
    """A pickle of protocol 0 that says what it likes of an array of one element."""
    return (
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
        f"(I1\n(I1\ntcnumpy\ndtype\n(S'{dtype}'\nI0\nI1\ntR{state}bI00\n{data}tb."
    ).encode()


FLAGLESS = "(I3\nS'|'\nNNNI8\nI8\nI0\nt"


@pytest.mark.parametrize("dtype", ["O8", "O", "V8", "i8,O", "(2,)O", "M8[s]"])
def test_bytes_are_not_taken_for_addresses(dtype: str) -> None:
    """A dtype of objects without its flags: NumPy's own would follow the bytes as pointers."""
    with pytest.raises(pickle.UnpicklingError, match=r"an array of dtype .*, which is not allowed"):
        load_arrays(io.BytesIO(array_of(dtype, FLAGLESS, "S'AAAAAAAA'\n")))


@pytest.mark.parametrize(
    "data", ["S'AAAA'\n", "S'AAAAAAAAAAAAAAAA'\n", "(lI1\na", "I5\n", "N", "V\\u20ac\n"]
)
def test_data_that_do_not_fill_the_array_are_refused(data: str) -> None:
    with pytest.raises(pickle.UnpicklingError, match="the pickle is broken"):
        load_arrays(io.BytesIO(array_of("i8", "(I3\nS'<'\nNNNI-1\nI-1\nI0\nt", data)))


def test_flags_that_the_pickle_claims_are_passed_over() -> None:
    claims = "(I3\nS'<'\nNNNI-1\nI-1\nI127\nt"
    read = load_arrays(io.BytesIO(array_of("i8", claims, "S'" + "\\x02" + "\\x00" * 7 + "'\n")))
    np.testing.assert_array_equal(read, [2])
    assert read.dtype.flags == 0


@pytest.mark.parametrize(
    "name",
    [
        "numpy ndarray",
        "numpy dtype",
        "numpy.core.multiarray _reconstruct",
        "numpy._core.multiarray scalar",
        "numpy._core.numeric _frombuffer",
        "_codecs encode",
        "__builtin__ bytes",
    ],
)
def test_what_a_pickle_sets_on_a_name_does_not_last(name: str) -> None:
    """The opcode "b" with a pair sets attributes of whatever was named."""
    asked = b"\x80\x02c" + name.replace(" ", "\n").encode() + b"\n"
    poisoned = asked + b"N}(U\x0a__module__U\x04evilU\x04doneK\x01u\x86b."
    victim = load_arrays(io.BytesIO(poisoned))
    assert victim.done == 1  # it worked, on something made for this pickle alone
    again = load_arrays(io.BytesIO(asked + b"."))
    assert not hasattr(again, "done")
    assert again.__module__ != "evil"
    array = np.arange(3)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(array, 2)), array)


def test_a_codec_that_is_no_encoding_of_text_is_refused() -> None:
    for codec in ("zlib", "rot13", "no such"):
        data = f"c_codecs\nencode\n(Vtext\nV{codec}\ntR.".encode()
        with pytest.raises(pickle.UnpicklingError, match="the pickle is broken: LookupError"):
            load_arrays(io.BytesIO(data))


@pytest.mark.parametrize("protocol", range(5))
def test_a_damaged_pickle_gives_what_is_allowed_or_its_own_error(protocol: int) -> None:
    rng = np.random.default_rng(protocol)
    whole = pickle.dumps({"x": np.arange(6).reshape(2, 3), "y": [1, "a"]}, protocol)
    refused = 0
    for place in range(len(whole)):
        for value in rng.integers(256, size=5).tolist():
            if value == ord("r"):  # with a number of 32 bits after it, it asks for much memory
                continue
            damaged = whole[:place] + bytes([value]) + whole[place + 1 :]
            try:
                load_arrays(io.BytesIO(damaged))
            except pickle.UnpicklingError:
                refused += 1
    assert refused > len(whole)
