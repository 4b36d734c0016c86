"""Student's t distribution, in closed form for whole degrees of freedom."""

from math import atan, cos, pi, sin, sqrt

import numpy as np


def t_cdf(t: float, freedom: int) -> float:
    r"""Return the probability that a t variable lies below `t`.

    With :math:`\theta = \arctan(t / \sqrt\nu)` the density integrates to a finite sum: for odd
    :math:`\nu`

    .. math::

        A = \frac{2}{\pi} \Bigl(\theta + \sin\theta \bigl(\cos\theta + \tfrac{2}{3}\cos^3\theta
            + \dots + \tfrac{2 \cdot 4 \cdots (\nu-3)}{1 \cdot 3 \cdots (\nu-2)}
            \cos^{\nu-2}\theta\bigr)\Bigr)

    and for even :math:`\nu`

    .. math::

        A = \sin\theta \bigl(1 + \tfrac{1}{2}\cos^2\theta + \dots
            + \tfrac{1 \cdot 3 \cdots (\nu-3)}{2 \cdot 4 \cdots (\nu-2)} \cos^{\nu-2}\theta\bigr)

    where A is the probability between -t and t. Abramowitz and Stegun, "Handbook of Mathematical
    Functions" (1964), 26.7.3 and 26.7.4.

    Parameters
    ----------
    t
        Any number.
    freedom
        Degrees of freedom, at least 1.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If `freedom` is not a whole number of at least 1.
    """
    if freedom != int(freedom) or freedom < 1:
        raise ValueError(f"freedom must be a whole number of at least 1, got {freedom}")
    theta = atan(t / sqrt(freedom))
    odd = freedom % 2
    steps = np.arange(2 + odd, int(freedom) - 1, 2)
    terms = np.cumprod(cos(theta) ** 2 * (steps - 1) / steps)
    total = (1 + float(terms.sum())) * (cos(theta) if odd else 1) if freedom > 1 else 0.0
    between = 2 / pi * (theta + sin(theta) * total) if odd else sin(theta) * total
    return (1 + between) / 2


def t_quantile(level: float, freedom: int) -> float:
    """Return the value below which a t variable lies with probability `level`.

    Found by bisection on `t_cdf` until no double lies between.

    Parameters
    ----------
    level
        From 1e-12 to 1 - 1e-12: nearer to the ends rounding leaves too few digits.
    freedom
        Degrees of freedom, at least 1.

    Returns
    -------
    float
        The quantile.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    if not 1e-12 <= level <= 1 - 1e-12:
        raise ValueError(f"level must be from 1e-12 to 1 - 1e-12, got {level}")
    if level < 0.5:
        return -t_quantile(1 - level, freedom)
    low, high = 0.0, 1.0
    while t_cdf(high, freedom) < level:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if t_cdf(middle, freedom) < level else (low, middle)
    return low
