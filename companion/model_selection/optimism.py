"""How much too high the best of several scores is."""

from statistics import NormalDist

import numpy as np


def expected_maximum(count: int) -> float:
    r"""Return the expected largest of `count` independent standard normal numbers.

    .. math:: E_k = \int x \, k \, \varphi(x) \, \Phi(x)^{k-1} \, dx

    The best of k equally good models seems better than it is by :math:`E_k` standard errors of a
    score. It grows as :math:`\sqrt{2 \ln k}` and never stops. H. A. David, H. N. Nagaraja, Order
    Statistics, 3rd ed. 2003, section 3.1.

    Parameters
    ----------
    count
        k, at least 1.

    Returns
    -------
    float
        0 for 1, then rising.

    Raises
    ------
    ValueError
        If `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    normal, x = NormalDist(), np.linspace(-12, 12, 2401)
    density = np.array([normal.pdf(value) for value in x])
    below = np.array([normal.cdf(value) for value in x])
    # For a function so smooth that ends in nothing, equal steps are exact to rounding.
    return float((x * count * density * below ** (count - 1)).sum() * (x[1] - x[0]))
