"""Linear regression: the line, plane or hyperplane with the least squared error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from companion.linear_models.linear_model import LinearModel, centre


@dataclass(frozen=True, eq=False)
class LeastSquares(LinearModel):
    """A linear regression.

    Attributes
    ----------
    rank : int
        Of the centred features: below their number, many coefficients fit equally well.
    """

    rank: int


def least_squares(X: ArrayLike, y: ArrayLike) -> LeastSquares:
    r"""Fit a linear model by least squares, in closed form.

    .. math::

        \min_{w, b} \lVert y - Xw - b \rVert^2, \qquad
        w = V \operatorname{diag}(1/s)\, U^\top y
        \quad\text{with}\quad X = U \operatorname{diag}(s)\, V^\top

    where X and y are centred. Singular values s below rounding error are left out, so that of all
    minima w is the one of least norm. Golub and Van Loan, "Matrix Computations" (4th edition,
    2013), section 5.5.

    Parameters
    ----------
    X
        Shape ``(examples, features)``.
    y
        Shape ``(examples,)``.

    Returns
    -------
    LeastSquares
        The coefficients, the intercept and the rank.

    Raises
    ------
    ValueError
        If a shape is wrong, there is no example or no feature, or a value is not finite.
    """
    data = centre(X, y)
    U, s, Vt = np.linalg.svd(data.X, full_matrices=False)
    rank = int((s > max(data.X.shape) * np.finfo(np.float64).eps * s[0]).sum())
    coefficients = Vt[:rank].T @ (U[:, :rank].T @ data.y / s[:rank])
    return LeastSquares(coefficients, data.intercept(coefficients), rank)
