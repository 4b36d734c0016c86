"""How similar sets of shingles are: exactly, and estimated from short signatures by MinHash."""

import zlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

Signatures = NDArray[np.uint32]
_LARGEST = np.iinfo(np.uint32).max
_BLOCK = 1 << 20  # hashed shingles at a time: 8 MB


def shingles(tokens: Sequence[str], size: int) -> set[str]:
    """Return the set of all runs of `size` neighbouring tokens.

    A. Z. Broder, "On the resemblance and containment of documents", Compression and Complexity of
    Sequences 1997, section 2.

    Parameters
    ----------
    tokens
        Words, or a string for its characters.
    size
        Tokens a shingle, at least 1.

    Returns
    -------
    set of str
        Words are joined by spaces. A text with fewer tokens is one shingle; an empty one has none.

    Raises
    ------
    ValueError
        If `size` is below 1.
    """
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    if not tokens:
        return set()
    joint = "" if isinstance(tokens, str) else " "
    last = max(len(tokens) - size, 0)
    return {joint.join(tokens[start : start + size]) for start in range(last + 1)}


def jaccard(a: AbstractSet[str], b: AbstractSet[str]) -> float:
    r"""Return the similarity :math:`\lvert A \cap B \rvert / \lvert A \cup B \rvert`.

    Parameters
    ----------
    a, b
        Sets of shingles.

    Returns
    -------
    float
        In [0, 1]; 1 if both are empty.
    """
    union = len(a | b)
    return len(a & b) / union if union else 1.0


class MinHash:
    r"""Signatures whose agreement estimates the Jaccard similarity of sets.

    For a random order of all shingles, the probability that two sets have the same first element is
    their similarity :math:`J`. Each of :math:`k` hash functions stands for an order, and a
    signature holds the least value of each; the share of places where two signatures agree has the
    mean :math:`J` and the standard deviation :math:`\sqrt{J (1 - J) / k}`. A. Z. Broder, section 3
    of the paper above.

    Shingles are first hashed to 32 bits (CRC-32), :math:`x`, and then by the strongly universal
    family :math:`h_{a,b}(x) = \lfloor (a x + b \bmod 2^{64}) / 2^{32} \rfloor` with random
    :math:`a, b` of 64 bits. M. Thorup, "High speed hashing for integers and strings",
    arXiv:1504.06804, section 3.3.

    Parameters
    ----------
    permutations
        :math:`k`, at least 1.
    seed
        Draws the hash functions. Only signatures of the same seed can be compared.

    Raises
    ------
    ValueError
        If `permutations` is below 1.
    """

    def __init__(self, permutations: int = 128, seed: int = 0) -> None:
        if permutations < 1:
            raise ValueError(f"permutations must be at least 1, got {permutations}")
        self.permutations = permutations
        rng = np.random.default_rng(seed)
        self._a, self._b = rng.integers(0, 1 << 64, (2, permutations), np.uint64, endpoint=False)

    def signatures(self, sets: Sequence[AbstractSet[str]]) -> Signatures:
        """Return the signature of each set.

        Parameters
        ----------
        sets
            Shingles of each document.

        Returns
        -------
        numpy.ndarray
            Least hash values, shape ``(documents, permutations)``. An empty set has the largest
            value everywhere.
        """
        result = np.full((len(sets), self.permutations), _LARGEST, np.uint32)
        for document, elements in enumerate(sets):
            hashes = [zlib.crc32(each.encode("utf-8", "surrogatepass")) for each in elements]
            x = np.array(hashes, np.uint64)  # (shingles,)
            for start in range(0, len(x), step := max(_BLOCK // self.permutations, 1)):
                h = np.multiply.outer(x[start : start + step], self._a)  # modulo 2⁶⁴
                h += self._b
                least = (h.min(axis=0) >> np.uint64(32)).astype(np.uint32)
                np.minimum(result[document], least, out=result[document])
        return result


def estimated_jaccard(a: Signatures, b: Signatures) -> NDArray[np.float64]:
    """Return the share of places where signatures agree.

    Parameters
    ----------
    a, b
        Signatures of the same `MinHash`, shapes ``(…, permutations)`` that broadcast.

    Returns
    -------
    numpy.ndarray
        Estimates in [0, 1], without the last axis.

    Raises
    ------
    ValueError
        If the signatures differ in length.
    """
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(f"a and b must be equally long, got {a.shape[-1]} and {b.shape[-1]}")
    return np.asarray(np.mean(a == b, axis=-1))


def standard_error(similarity: float, permutations: int) -> float:
    """Return the standard deviation √(J (1 − J) / k) of the estimate."""
    if not 0 <= similarity <= 1:
        raise ValueError(f"similarity must be in [0, 1], got {similarity}")
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, got {permutations}")
    return float(np.sqrt(similarity * (1 - similarity) / permutations))
