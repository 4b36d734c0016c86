"""Whether annotators agree more than chance would have them."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from companion.metrics._checks import as_labels, same_length


def cohen_kappa(
    first: ArrayLike,
    second: ArrayLike,
    weights: Literal["linear", "quadratic"] | None = None,
) -> float:
    r"""Return the agreement of two annotators beyond chance.

    .. math:: \kappa = 1 - \frac{\sum_{jk} w_{jk}\, O_{jk}}{\sum_{jk} w_{jk}\, E_{jk}}

    with the shares O of the items that they gave the labels j and k, those E that independent
    annotators with the same label shares would give, and the weight w of a disagreement. J. Cohen,
    "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20
    (1960); with weights, Psychological Bulletin 70 (1968).

    Parameters
    ----------
    first, second
        Their labels, class numbers of shape ``(items,)``.
    weights
        By default every disagreement counts 1; of ordered classes ``"linear"`` counts the distance
        of their numbers and ``"quadratic"`` its square.

    Returns
    -------
    float
        1 for full agreement, 0 for that of chance; not a number if both gave all items one label,
        the same.

    Raises
    ------
    ValueError
        If the labels are empty, no class numbers, or not equally many, or the weights unknown.
    """
    if weights not in (None, "linear", "quadratic"):
        raise ValueError(f"weights must be linear, quadratic or None, got {weights!r}")
    a, b = as_labels(first, "first"), as_labels(second, "second")
    same_length(a, b, "first and second")
    seen, places = np.unique(np.concatenate([a, b]), return_inverse=True)
    cells = places[: len(a)] * len(seen) + places[len(a) :]
    observed = np.bincount(cells, minlength=len(seen) ** 2).reshape(len(seen), len(seen))
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / len(a)
    distance = np.abs(np.subtract.outer(seen, seen)).astype(float)
    weight = {None: distance > 0, "linear": distance, "quadratic": distance**2}[weights]
    by_chance = (weight * expected).sum()
    return float(1 - (weight * observed).sum() / by_chance) if by_chance else float("nan")


def fleiss_kappa(counts: ArrayLike) -> float:
    r"""Return the agreement of several annotators beyond chance.

    With :math:`n_{ik}` of the m labels of item i in class k,

    .. math:: \kappa = \frac{\bar P - \bar P_e}{1 - \bar P_e}, \qquad
              P_i = \frac{\sum_k n_{ik} (n_{ik} - 1)}{m (m - 1)}, \qquad
              \bar P_e = \sum_k \Bigl(\frac{1}{Nm} \sum_i n_{ik}\Bigr)^2

    J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76
    (1971).

    Parameters
    ----------
    counts
        Labels of each class, shape ``(items, classes)``; every item has the same number, two or
        more.

    Returns
    -------
    float
        1 for full agreement, 0 for that of chance; not a number if only one class was ever given.

    Raises
    ------
    ValueError
        If the counts are no such table.
    """
    n = np.asarray(counts)
    if n.ndim != 2 or n.size == 0:
        raise ValueError(f"counts must have shape (items, classes) and not be empty, got {n.shape}")
    if n.dtype.kind not in "iuf" or not ((n >= 0) & (n == np.floor(n)) & np.isfinite(n)).all():
        raise ValueError(f"counts must be whole numbers from 0, got {n.ravel()[:5]} …")
    n = n.astype(np.int64)  # the squares of small integer types would overflow
    labels = n.sum(axis=1)
    m = int(labels[0])
    if m < 2 or (labels != m).any():
        raise ValueError(
            f"counts must have the same number of labels an item, two or more, got "
            f"{labels.min()} to {labels.max()}"
        )
    agreement = (n * (n - 1)).sum(axis=1).mean() / (m * (m - 1))
    by_chance = (n.mean(axis=0) / m) ** 2
    chance = float(by_chance.sum())
    return float((agreement - chance) / (1 - chance)) if chance < 1 else float("nan")
