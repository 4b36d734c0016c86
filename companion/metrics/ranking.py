"""How good an order is: hits, precision, average precision and gain of the first places.

In all of these a row is a query, or a user; `relevance` says how good each item is for it, and
`scores` order the items, highest first. Where scores are equal the worse item comes first, but in
`ndcg`, which takes the mean over their orders: no metric rewards a tie.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def hit_rate(relevance: ArrayLike, scores: ArrayLike, k: int) -> float:
    """Return the share of queries with a relevant item among the first `k`.

    Parameters
    ----------
    relevance
        Above 0 for what is relevant, shape ``(queries, items)``.
    scores
        Higher for what is ranked first, shape ``(queries, items)``.
    k
        From 1 to the number of items.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    return float(_relevant_in_order(relevance, scores, k)[:, :k].any(axis=1).mean())


def precision_at(relevance: ArrayLike, scores: ArrayLike, k: int) -> float:
    """Return the share of relevant items among the first `k`, in the mean over queries.

    Parameters
    ----------
    relevance
        Above 0 for what is relevant, shape ``(queries, items)``.
    scores
        Higher for what is ranked first, shape ``(queries, items)``.
    k
        From 1 to the number of items.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    return float(_relevant_in_order(relevance, scores, k)[:, :k].mean())


def recall_at(relevance: ArrayLike, scores: ArrayLike, k: int) -> float:
    """Return the share of the relevant items that are among the first `k`, in the mean.

    Parameters
    ----------
    relevance
        Above 0 for what is relevant, shape ``(queries, items)``.
    scores
        Higher for what is ranked first, shape ``(queries, items)``.
    k
        From 1 to the number of items.

    Returns
    -------
    float
        In [0, 1]; over the queries that have a relevant item.

    Raises
    ------
    ValueError
        If an argument is out of place, or nothing is relevant to any query.
    """
    relevant = _answerable(_relevant_in_order(relevance, scores, k))
    return float((relevant[:, :k].sum(axis=1) / relevant.sum(axis=1)).mean())


def mean_reciprocal_rank(relevance: ArrayLike, scores: ArrayLike) -> float:
    """Return the mean of one over the rank of the first relevant item.

    Parameters
    ----------
    relevance
        Above 0 for what is relevant, shape ``(queries, items)``.
    scores
        Higher for what is ranked first, shape ``(queries, items)``.

    Returns
    -------
    float
        In [0, 1]; a query without a relevant item counts 0.

    Raises
    ------
    ValueError
        If an argument is out of place.

    References
    ----------
    E. M. Voorhees, "The TREC-8 question answering track report", 1999, section 3.
    """
    relevant = _relevant_in_order(relevance, scores)
    reciprocal = np.where(relevant.any(axis=1), 1 / (relevant.argmax(axis=1) + 1), 0.0)
    return float(reciprocal.mean())


def mean_average_precision(relevance: ArrayLike, scores: ArrayLike, k: int | None = None) -> float:
    r"""Return the mean over queries of the average precision of their first `k` items.

    .. math:: AP@k = \frac{1}{\min(k, R)} \sum_{i=1}^{k} P@i \, [\text{item } i \text{ is relevant}]

    where R items are relevant to the query. C. D. Manning, P. Raghavan, H. Schütze, Introduction to
    Information Retrieval, 2008, equation 8.8.

    Parameters
    ----------
    relevance
        Above 0 for what is relevant, shape ``(queries, items)``.
    scores
        Higher for what is ranked first, shape ``(queries, items)``.
    k
        From 1 to the number of items, which is the default.

    Returns
    -------
    float
        In [0, 1]; over the queries that have a relevant item.

    Raises
    ------
    ValueError
        If an argument is out of place, or nothing is relevant to any query.
    """
    relevant = _answerable(_relevant_in_order(relevance, scores, k))
    possible = np.minimum(relevant.sum(axis=1), k or relevant.shape[1])
    relevant = relevant[:, :k]
    precision = relevant.cumsum(axis=1) / np.arange(1, relevant.shape[1] + 1)
    return float(((precision * relevant).sum(axis=1) / possible).mean())


def ndcg(relevance: ArrayLike, scores: ArrayLike, k: int | None = None) -> float:
    r"""Return the discounted gain of the first `k` items, as a share of the best order's.

    .. math:: DCG = \sum_{i=1}^{k} \frac{g_i}{\log_2(i + 1)}, \qquad NDCG = \frac{DCG}{DCG^*}

    with the relevance g of the item in place i. Items of equal scores share the discounts of their
    places evenly, which is the mean over their orders (F. McSherry, M. Najork, "Computing
    information retrieval performance measures efficiently in the presence of tied scores", ECIR
    2008, section 2.6). K. Järvelin, J. Kekäläinen, "Cumulated gain-based evaluation of IR
    techniques", ACM TOIS 20 (2002).

    Parameters
    ----------
    relevance
        Gain of each item, at least 0, shape ``(queries, items)``.
    scores
        Higher for what is ranked first, shape ``(queries, items)``.
    k
        From 1 to the number of items, which is the default.

    Returns
    -------
    float
        In [0, 1]; the mean over queries. A query to which nothing is relevant counts 0.

    Raises
    ------
    ValueError
        If an argument is out of place.
    """
    gain, s = _checked(relevance, scores, k)
    discounts = 1 / np.log2(np.arange(2, gain.shape[1] + 2))
    discounts[len(discounts) if k is None else k :] = 0
    reached = np.array([_tied_gain(g, row, discounts) for g, row in zip(gain, s, strict=True)])
    best = -np.sort(-gain, axis=1) @ discounts
    return float(np.divide(reached, best, out=np.zeros(len(best)), where=best > 0).mean())


def _tied_gain(gain: Floats, scores: Floats, discounts: Floats) -> float:
    """Return the discounted gain of one query, the mean over the orders of equal scores."""
    _, group, size = np.unique(-scores, return_inverse=True, return_counts=True)
    starts = np.cumsum(size) - size
    return float(np.bincount(group, gain) / size @ np.add.reduceat(discounts, starts))


def _relevant_in_order(
    relevance: ArrayLike, scores: ArrayLike, k: int | None = None
) -> NDArray[np.bool]:
    """Return which places of each query's order hold a relevant item."""
    gain, s = _checked(relevance, scores, k)
    order = np.lexsort((gain, -s), axis=1)
    return np.take_along_axis(gain, order, axis=1) > 0


def _answerable(relevant: NDArray[np.bool]) -> NDArray[np.bool]:
    """Return the queries to which something is relevant."""
    if not relevant.any():
        raise ValueError("relevance must be above 0 for some item, got none")
    return relevant[relevant.any(axis=1)]


def _checked(relevance: ArrayLike, scores: ArrayLike, k: int | None) -> tuple[Floats, Floats]:
    gain, s = np.asarray(relevance, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    if gain.ndim != 2 or gain.size == 0:
        raise ValueError(
            f"relevance must have shape (queries, items) and not be empty, got {gain.shape}"
        )
    if s.shape != gain.shape:
        raise ValueError(f"scores must have the shape of relevance, {gain.shape}, got {s.shape}")
    if not np.isfinite(s).all():
        raise ValueError(f"scores must be finite, got {s[~np.isfinite(s)][0]}")
    if not (np.isfinite(gain) & (gain >= 0)).all():
        wrong = gain[~(np.isfinite(gain) & (gain >= 0))][0]
        raise ValueError(f"relevance must be at least 0 and finite, got {wrong}")
    if k is not None and not 1 <= k <= gain.shape[1]:
        raise ValueError(f"k must be from 1 to {gain.shape[1]} items, got {k}")
    return gain, s
