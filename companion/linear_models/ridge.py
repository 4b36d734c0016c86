"""Ridge regression: least squares with the L2 penalty."""

import numpy as np
from numpy.typing import ArrayLike

from companion.linear_models._checks import above_zero
from companion.linear_models.linear_model import LinearModel, centre


def ridge(X: ArrayLike, y: ArrayLike, strength: float) -> LinearModel:
    r"""Fit a linear model by penalised least squares, in closed form.

    .. math::

        \min_{w, b} \lVert y - Xw - b \rVert^2 + \lambda \lVert w \rVert^2, \qquad
        w = (X^\top X + \lambda I)^{-1} X^\top y
          = V \operatorname{diag}\Bigl(\frac{s}{s^2 + \lambda}\Bigr) U^\top y

    where :math:`X = U \operatorname{diag}(s)\, V^\top` and y are centred; the intercept is not
    penalised. The singular values show what the penalty does: directions in which the examples
    vary little, :math:`s^2 \ll \lambda`, are shrunk most. Hoerl and Kennard, "Ridge regression:
    biased estimation for nonorthogonal problems", Technometrics 12 (1970), section 2; Hastie,
    Tibshirani and Friedman, "The Elements of Statistical Learning" (2009), equation 3.47.

    Parameters
    ----------
    X
        Shape ``(examples, features)``.
    y
        Shape ``(examples,)``.
    strength
        λ, above 0. It is the squared error's sum that it is weighed against, not its mean.

    Returns
    -------
    LinearModel
        The coefficients and the intercept.

    Raises
    ------
    ValueError
        If a shape is wrong, there is no example or no feature, a value is not finite, or the
        strength is not above 0.
    """
    above_zero("strength", strength)
    data = centre(X, y)
    U, s, Vt = np.linalg.svd(data.X, full_matrices=False)
    coefficients = Vt.T @ (s / (s**2 + strength) * (U.T @ data.y))
    return LinearModel(coefficients, data.intercept(coefficients))
