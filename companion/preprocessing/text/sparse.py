"""A matrix that is nearly all zeros, kept as the rows' other values."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.int64] | NDArray[np.float64]


class SparseRows(NamedTuple):
    """A matrix in compressed sparse rows, the layout of ``scipy.sparse.csr_array``.

    Row i has the values ``data[start:end]`` in the columns ``indices[start:end]``, where ``start,
    end = indptr[i : i + 2]``; all others are 0. No column stands in a row twice, and columns need
    not be in order. SciPy takes it as ``csr_array((x.data, x.indices, x.indptr), x.shape)``.
    """

    data: Values
    indices: NDArray[np.int32]
    indptr: NDArray[np.int32]
    shape: tuple[int, int]

    @classmethod
    def of(
        cls,
        data: Values,
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        shape: tuple[int, int],
    ) -> "SparseRows":
        """Make a matrix of values and their places.

        Parameters
        ----------
        data, rows, columns
            Values, rows in rising order, and columns, shape ``(values,)``.
        shape
            Of the matrix, ``(rows, columns)``.

        Returns
        -------
        SparseRows
            The matrix.
        """
        indptr = np.zeros(shape[0] + 1, np.int32)
        np.cumsum(np.bincount(rows, minlength=shape[0]), out=indptr[1:])
        return cls(data, columns.astype(np.int32), indptr, shape)

    def rows(self) -> NDArray[np.int64]:
        """Return the row of each value, shape ``(values,)``."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))

    def with_columns(self, columns: NDArray[np.int64], count: int) -> "SparseRows":
        """Put each column at another place, or leave it out.

        Parameters
        ----------
        columns
            The new place of each column, or -1.
        count
            How many columns there are then.

        Returns
        -------
        SparseRows
            A matrix of shape ``(rows, count)``.
        """
        places = columns[self.indices]
        kept = places >= 0
        shape = (self.shape[0], count)
        return SparseRows.of(self.data[kept], self.rows()[kept], places[kept], shape)

    def document_frequency(self) -> NDArray[np.int64]:
        """Return how many rows have a value in each column, shape ``(columns,)``."""
        return np.bincount(self.indices, minlength=self.shape[1])

    def to_dense(self) -> NDArray[Any]:
        """Return the matrix with its zeros, shape ``(rows, columns)``."""
        dense = np.zeros(self.shape, self.data.dtype)
        dense[self.rows(), self.indices] = self.data
        return dense
