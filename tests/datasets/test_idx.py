import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from companion.datasets.idx import read_idx, write_idx

DTYPES = ["u1", "i1", "i2", "i4", "f4", "f8"]
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(
        st.sampled_from([f"<{dtype}", f">{dtype}"]),
        hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    )
)


@given(array=arrays)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_reading_what_was_written_gives_the_same_array(tmp_path: Path, array: np.ndarray) -> None:
    write_idx(tmp_path / "x", array)
    read = read_idx(tmp_path / "x")
    assert read.dtype == array.dtype.newbyteorder("=")
    assert read.dtype.isnative
    assert read.flags.writeable
    np.testing.assert_array_equal(read, array, strict=False)
    assert read.shape == array.shape


def test_file_is_laid_out_as_the_mnist_page_says(tmp_path: Path) -> None:
    write_idx(tmp_path / "x", np.array([[1, -2, 3], [4, 5, 6]], np.int32))
    expected = struct.pack(">HBBII6i", 0, 0x0C, 2, 2, 3, 1, -2, 3, 4, 5, 6)
    assert (tmp_path / "x").read_bytes() == expected


def test_header_of_the_training_images_is_magic_2051(tmp_path: Path) -> None:
    write_idx(tmp_path / "x", np.zeros((3, 28, 28), np.uint8))
    assert struct.unpack(">4I", (tmp_path / "x").read_bytes()[:16]) == (2051, 3, 28, 28)


def test_array_that_is_not_contiguous_is_written_in_c_order(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.int16).reshape(2, 3, 4).transpose(2, 0, 1)[::2]
    write_idx(tmp_path / "x", array)
    np.testing.assert_array_equal(read_idx(tmp_path / "x"), array)


GOOD = struct.pack(">HBBI3B", 0, 8, 1, 3, 7, 8, 9)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an IDX file: it begins with b''"),
        (GOOD[:3], "not an IDX file"),
        (b"\x00\x01" + GOOD[2:], "not an IDX file"),
        (b"\x00\x00\x07" + GOOD[3:], "not an IDX file"),
        (gzip.compress(GOOD, mtime=0), "not an IDX file"),
        (b"<html>404</html>", "not an IDX file"),
        (GOOD[:6], "is truncated: the header ends before the sizes of its 1 axes"),
        (GOOD[:-1], r"truncated: shape \(3,\) of uint8 takes 11 bytes, got 10"),
        (GOOD + b"\0", r"trailing bytes: shape \(3,\) of uint8 takes 11 bytes, got 12"),
        (struct.pack(">HBB4I", 0, 8, 4, *[2**32 - 1] * 4), "truncated"),
    ],
)
def test_damaged_file_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(ValueError, match=message):
        read_idx(tmp_path / "x")


@pytest.mark.parametrize("dtype", [np.int64, np.uint16, np.float16, bool, complex, object, "U3"])
def test_dtype_without_a_code_is_refused_and_no_file_written(tmp_path: Path, dtype: object) -> None:
    with pytest.raises(ValueError, match="array must have one of the dtypes uint8, int8, int16"):
        write_idx(tmp_path / "x", np.zeros(3, dtype))
    assert not (tmp_path / "x").exists()


def test_axis_of_more_than_32_bits_is_refused(tmp_path: Path) -> None:
    huge = np.broadcast_to(np.uint8(0), (2**32,))
    with pytest.raises(ValueError, match="axes shorter than 2"):
        write_idx(tmp_path / "x", huge)
