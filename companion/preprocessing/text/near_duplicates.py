"""Find documents that are nearly the same, without comparing each with each."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from companion.preprocessing.text.min_hash import MinHash, Signatures, jaccard


def candidate_probability(
    similarity: NDArray[np.float64] | float, bands: int, rows: int
) -> NDArray[np.float64]:
    """Return 1 − (1 − Jʳ)ᵇ, the probability that two sets agree in a whole band.

    Parameters
    ----------
    similarity
        J, any shape.
    bands, rows
        b bands of r places each.

    Returns
    -------
    numpy.ndarray
        Of the shape of `similarity`.
    """
    return np.asarray(1 - (1 - np.asarray(similarity, float) ** rows) ** bands)


def choose_bands(threshold: float, permutations: int) -> tuple[int, int]:
    """Return the bands and rows that separate best at a threshold.

    The area under the curve of `candidate_probability` below the threshold (pairs compared in
    vain) and the area above the curve beyond it (pairs missed) are least together.

    Parameters
    ----------
    threshold
        Similarity from which pairs are wanted, in (0, 1).
    permutations
        Length of the signatures, at least 1.

    Returns
    -------
    (int, int)
        Bands and rows; their product is at most `permutations`.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be in (0, 1), got {threshold}")
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, got {permutations}")
    j = (np.arange(1000) + 0.5) / 1000
    best, chosen = np.inf, (1, 1)
    for bands in range(1, permutations + 1):
        for rows in range(1, permutations // bands + 1):
            p = candidate_probability(j, bands, rows)
            area = float(np.where(j < threshold, p, 1 - p).mean())
            if area < best:
                best, chosen = area, (bands, rows)
    return chosen


class Pair(NamedTuple):
    """Two documents, by their places, and how similar their shingles are."""

    first: int
    second: int
    similarity: float


def candidate_pairs(signatures: Signatures, bands: int, rows: int) -> NDArray[np.intp]:
    """Return the pairs of documents whose signatures agree in at least one whole band.

    P. Indyk, R. Motwani, "Approximate nearest neighbors", STOC 1998; bands as in J. Leskovec,
    A. Rajaraman, J. Ullman, "Mining of Massive Datasets", section 3.4.

    Parameters
    ----------
    signatures
        Shape ``(documents, permutations)``.
    bands, rows
        The first ``bands * rows`` places are read, `rows` at a time.

    Returns
    -------
    numpy.ndarray
        Places of the documents, the smaller first, in order, shape ``(pairs, 2)``.

    Raises
    ------
    ValueError
        If there is no band or row, or the signatures are shorter than the bands.
    """
    if min(bands, rows) < 1:
        raise ValueError(f"bands and rows must be at least 1, got {bands} and {rows}")
    if bands * rows > signatures.shape[1]:
        raise ValueError(
            f"bands * rows must be at most {signatures.shape[1]} permutations, got {bands} * {rows}"
        )
    pairs: set[tuple[int, int]] = set()
    for band in range(bands):
        part = np.ascontiguousarray(signatures[:, band * rows : (band + 1) * rows])
        keys: dict[bytes, list[int]] = {}
        for document, places in enumerate(part):
            keys.setdefault(places.tobytes(), []).append(document)
        for alike in keys.values():
            pairs.update((i, j) for at, j in enumerate(alike) for i in alike[:at])
    return np.array(sorted(pairs), np.intp).reshape(-1, 2)


def near_duplicate_pairs(
    sets: Sequence[AbstractSet[str]],
    threshold: float = 0.8,
    permutations: int = 128,
    seed: int = 0,
) -> list[Pair]:
    """Return the pairs of documents whose similarity is at least the threshold.

    Candidates come from the bands; their similarity is then computed exactly. No pair is wrong,
    and one may be missed, with the probability 1 − `candidate_probability`. Of n documents that
    are all alike there are n (n − 1) / 2 pairs: take out exact copies first.

    Parameters
    ----------
    sets
        Shingles of each document.
    threshold
        Least Jaccard similarity, in (0, 1).
    permutations
        Length of the signatures.
    seed
        Draws the hash functions.

    Returns
    -------
    list of Pair
        In the order of the documents.
    """
    bands, rows = choose_bands(threshold, permutations)
    signatures = MinHash(permutations, seed).signatures(sets)
    candidates = candidate_pairs(signatures, bands, rows).tolist()
    pairs = [Pair(i, j, jaccard(sets[i], sets[j])) for i, j in candidates]
    return [pair for pair in pairs if pair.similarity >= threshold]


def first_of_each(documents: int, pairs: Sequence[Pair]) -> list[int]:
    """Return one document, the first, of each group that pairs join; a single one is a group.

    Parameters
    ----------
    documents
        How many there are.
    pairs
        Which are to be one.

    Returns
    -------
    list of int
        Places of those to keep, in order.
    """
    first = list(range(documents))

    def find(document: int) -> int:
        while first[document] != document:
            first[document] = first[first[document]]
            document = first[document]
        return document

    for pair in pairs:
        a, b = sorted((find(pair.first), find(pair.second)))
        first[b] = a
    return [document for document in range(documents) if first[document] == document]
