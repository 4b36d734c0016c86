import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.embeddings.rows import sum_rows


@given(st.lists(st.integers(0, 9), max_size=60), st.sampled_from([None, 1, 3]))
def test_sums_of_rows_equal_those_of_add_at(numbers, size):
    numbers = np.array(numbers, dtype=np.int32)
    shape = (len(numbers),) if size is None else (len(numbers), size)
    rows = np.random.default_rng(len(numbers)).normal(size=shape)
    expected = np.zeros((10, *shape[1:]))
    np.add.at(expected, numbers, rows)
    places, sums = sum_rows(numbers, rows)
    assert places.tolist() == sorted(set(numbers.tolist()))
    np.testing.assert_allclose(sums, expected[places], atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sums_keep_their_type_and_the_rows_their_values(dtype):
    rows = np.ones((3, 2), dtype)
    _, sums = sum_rows(np.array([1, 1, 0]), rows)
    assert sums.dtype == dtype
    assert (rows == 1).all()
