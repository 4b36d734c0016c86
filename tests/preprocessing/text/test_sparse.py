"""The sparse matrix against SciPy's."""

import numpy as np
import pytest

from companion.preprocessing.text import SparseRows

sparse = pytest.importorskip("scipy.sparse")


@pytest.mark.parametrize("shape", [(5, 4), (1, 1), (0, 3), (3, 0), (20, 30)], ids=str)
@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_matrix_equals_that_of_scipy(shape, dtype):
    rng = np.random.default_rng(sum(shape))
    dense = (rng.integers(1, 9, shape) * (rng.random(shape) < 0.3)).astype(dtype)
    rows, columns = np.nonzero(dense)
    ours = SparseRows.of(dense[rows, columns], rows, columns, shape)
    theirs = sparse.csr_array((ours.data, ours.indices, ours.indptr), ours.shape)
    np.testing.assert_array_equal(theirs.toarray(), dense)
    np.testing.assert_array_equal(ours.to_dense(), dense, strict=True)
    np.testing.assert_array_equal(ours.rows(), rows)
    np.testing.assert_array_equal(ours.document_frequency(), (dense != 0).sum(axis=0))


@pytest.mark.parametrize("seed", range(5))
def test_columns_are_moved_and_left_out(seed):
    rng = np.random.default_rng(seed)
    dense = rng.integers(0, 3, (7, 9))
    rows, columns = np.nonzero(dense)
    kept = rng.permutation(9)[: rng.integers(0, 10)]  # the columns that stay, in their new order
    places = np.full(9, -1)
    places[kept] = np.arange(len(kept))
    matrix = SparseRows.of(dense[rows, columns], rows, columns, dense.shape)
    np.testing.assert_array_equal(matrix.with_columns(places, len(kept)).to_dense(), dense[:, kept])
