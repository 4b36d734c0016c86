"""Dividing examples into those to learn from and those to judge by."""

from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Indices = NDArray[np.int64]


class Fold(NamedTuple):
    """The places of the examples to learn from, and of those to judge by."""

    train: Indices
    held_out: Indices


def hold_out(
    examples: int,
    share: float,
    rng: np.random.Generator,
    labels: ArrayLike | None = None,
) -> Fold:
    """Set a share of the examples aside, at random.

    Parameters
    ----------
    examples
        How many there are.
    share
        Of the examples to hold out, between 0 and 1; their number is rounded up.
    rng
        Draws them.
    labels
        If given, ``(examples,)``, every class is divided in the same ratio, as far as whole numbers
        allow.

    Returns
    -------
    Fold
        Indices in random order; each example is in one of the two.

    Raises
    ------
    ValueError
        If a part would be empty, or the labels do not fit.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1, got {share}")
    aside = ceil(share * examples)
    if not 1 <= aside < examples:
        raise ValueError(
            f"examples must leave one on each side, got {examples} with a share of {share}"
        )
    if labels is None:
        order = rng.permutation(examples)
        return Fold(order[aside:], order[:aside])
    classes = _encoded(labels, "labels", examples)
    counts = np.bincount(classes)
    quota = _rounded(counts * aside / examples, aside, rng)
    places = rng.permutation(examples)
    places = places[np.argsort(classes[places], kind="stable")]  # by class, random within it
    rank = np.arange(examples) - np.repeat(np.cumsum(counts) - counts, counts)
    held = rank < np.repeat(quota, counts)
    return Fold(rng.permutation(places[~held]), rng.permutation(places[held]))


def last_share(examples: int, share: float) -> Fold:
    """Set the last examples aside, as Keras does with ``validation_split``.

    Nothing is shuffled: in data that are in order of class or time the last ones are of another
    kind than the first.

    Parameters
    ----------
    examples
        How many there are.
    share
        Of the examples to hold out, between 0 and 1; the number of the others is rounded down.

    Returns
    -------
    Fold
        Indices in their order.

    Raises
    ------
    ValueError
        If a part would be empty.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1, got {share}")
    kept = int(examples * (1 - share))
    if not 1 <= kept < examples:
        raise ValueError(
            f"examples must leave one on each side, got {examples} with a share of {share}"
        )
    return Fold(np.arange(kept), np.arange(kept, examples))


def k_folds(examples: int, k: int, rng: np.random.Generator | None = None) -> list[Fold]:
    """Divide examples into k parts, each held out once.

    M. Stone, "Cross-validatory choice and assessment of statistical predictions", JRSS B 36 (1974).

    Parameters
    ----------
    examples
        How many there are, at least `k`.
    k
        Parts, two or more; the first ones have one example more where k does not divide.
    rng
        Shuffles the examples first; without it the parts are runs of neighbours.

    Returns
    -------
    list of Fold
        Indices in rising order.

    Raises
    ------
    ValueError
        If `k` is out of range.
    """
    _check_k(k, examples)
    order = np.arange(examples) if rng is None else rng.permutation(examples)
    part = np.empty(examples, dtype=np.int64)
    part[order] = np.repeat(np.arange(k), [len(p) for p in np.array_split(order, k)])
    return _folds(part, k)


def stratified_folds(
    labels: ArrayLike, k: int, rng: np.random.Generator | None = None
) -> list[Fold]:
    """Divide examples into k parts with the classes in the same ratio, each held out once.

    Parameters
    ----------
    labels
        Classes, shape ``(examples,)``; each has `k` examples or more.
    k
        Parts, two or more.
    rng
        Shuffles within each class; without it the first part takes the first examples.

    Returns
    -------
    list of Fold
        Indices in rising order. In two parts the counts of a class differ by one at most.

    Raises
    ------
    ValueError
        If `k` is out of range, or above the size of a class.
    """
    classes = _encoded(labels, "labels")
    _check_k(k, len(classes))
    counts = np.bincount(classes)
    if counts.min() < k:
        raise ValueError(f"labels must have k = {k} examples of each class, got {counts.min()}")
    # In order of class every k-th example goes to one part, so that also the parts are even.
    in_order = np.sort(classes)
    quota = np.array([np.bincount(in_order[i::k], minlength=len(counts)) for i in range(k)])
    part = np.empty(len(classes), dtype=np.int64)
    for c in range(len(counts)):
        parts = np.repeat(np.arange(k), quota[:, c])
        part[classes == c] = parts if rng is None else rng.permutation(parts)
    return _folds(part, k)


def group_folds(groups: ArrayLike, k: int) -> list[Fold]:
    """Divide examples into k parts, with all examples of a group in one, each held out once.

    For examples that belong together, as those of one speaker or one patient: a model that has seen
    one of them has an advantage on the others that it will not have on new speakers. The largest
    group first, each goes to the part that is the smallest so far.

    Parameters
    ----------
    groups
        The group of each example, shape ``(examples,)``; `k` different ones or more.
    k
        Parts, two or more.

    Returns
    -------
    list of Fold
        Indices in rising order.

    Raises
    ------
    ValueError
        If `k` is out of range, or above the number of groups.
    """
    group = np.unique(np.asarray(groups), return_inverse=True)[1]
    if np.ndim(groups) != 1 or group.size == 0:
        raise ValueError(
            f"groups must have shape (examples,) and not be empty, got {np.shape(groups)}"
        )
    sizes = np.bincount(group)
    if not 2 <= k <= len(sizes):
        raise ValueError(f"k must be from 2 to {len(sizes)} groups, got {k}")
    filled, part_of = np.zeros(k, dtype=int), np.empty(len(sizes), dtype=np.int64)
    for g in np.argsort(sizes, kind="stable")[::-1]:
        part_of[g] = filled.argmin()
        filled[part_of[g]] += sizes[g]
    return _folds(part_of[group], k)


def _folds(part: Indices, k: int) -> list[Fold]:
    return [Fold(np.flatnonzero(part != i), np.flatnonzero(part == i)) for i in range(k)]


def _check_k(k: int, examples: int) -> None:
    if not 2 <= k <= examples:
        raise ValueError(f"k must be from 2 to {examples} examples, got {k}")


def _encoded(labels: ArrayLike, name: str, examples: int | None = None) -> Indices:
    """Return the classes as numbers, in the order in which they first occur."""
    array = np.asarray(labels)
    if array.ndim != 1 or array.size == 0 or examples not in (None, len(array)):
        wanted = "examples" if examples is None else examples
        raise ValueError(f"{name} must have shape ({wanted},) and not be empty, got {array.shape}")
    _, first, code = np.unique(array, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[code]


def _rounded(exact: NDArray[np.float64], total: int, rng: np.random.Generator) -> Indices:
    """Round numbers to whole ones of a given sum: up where the fraction is largest."""
    whole = np.floor(exact).astype(np.int64)
    chance = rng.random(len(exact))  # decides between equal fractions
    up = np.lexsort((chance, -(exact - whole)))[: total - whole.sum()]
    whole[up] += 1
    return whole
