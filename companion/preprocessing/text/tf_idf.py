"""Counts of terms weighted by how rare the terms are: TF-IDF."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from companion.preprocessing.text.bag_of_words import CountVectorizer
from companion.preprocessing.text.sparse import SparseRows


@dataclass
class TfidfTransformer:
    r"""Weight counts: a term counts the more, the fewer documents it stands in.

    With the count :math:`c` of a term in a document, :math:`n` documents, and :math:`d` of them
    with the term, its weight is

    .. math:: c \cdot \Bigl(\log \frac{n}{d} + 1\Bigr) \quad\text{or, smoothed,}\quad
              c \cdot \Bigl(\log \frac{n + 1}{d + 1} + 1\Bigr)

    and then each row is divided by its norm. K. Spärck Jones, "A statistical interpretation of term
    specificity", Journal of Documentation 28(1), 1972, p. 11-21, has the logarithm; the summands 1
    are scikit-learn's, whose class of this name gives the same.

    Parameters
    ----------
    norm
        ``"l2"`` divides by the length of the row, ``"l1"`` by the sum of its weights.
    use_idf
        Whether rareness counts at all.
    smooth_idf
        Whether to count as if one more document had every term.
    sublinear_tf
        Whether 1 + log c stands for c.

    Attributes
    ----------
    idf_ : numpy.ndarray
        The factor of each term, shape ``(terms,)``; set by `fit`. Without smoothing it is infinite
        for a term of no document.
    """

    norm: Literal["l1", "l2"] | None = "l2"
    use_idf: bool = True
    smooth_idf: bool = True
    sublinear_tf: bool = False
    idf_: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.norm not in ("l1", "l2", None):
            raise ValueError(f"norm must be 'l1', 'l2' or None, got {self.norm!r}")

    def fit(self, counts: SparseRows) -> "TfidfTransformer":
        """Learn how rare the terms are.

        Parameters
        ----------
        counts
            Counts of terms, shape ``(documents, terms)``.

        Returns
        -------
        TfidfTransformer
            Itself.
        """
        extra = int(self.smooth_idf)
        with np.errstate(divide="ignore"):
            rareness = (counts.shape[0] + extra) / (counts.document_frequency() + extra)
        self.idf_ = np.log(rareness) + 1.0
        return self

    def transform(self, counts: SparseRows) -> SparseRows:
        """Weight counts.

        Parameters
        ----------
        counts
            Counts of the same terms, shape ``(documents, terms)``.

        Returns
        -------
        SparseRows
            Weights, of the same shape; a document without terms has none.

        Raises
        ------
        ValueError
            If `fit` has not been called, the counts have other columns, or a weight would be
            infinite.
        """
        if not hasattr(self, "idf_"):
            raise ValueError("idf_ must be learnt by fit before transform, got none")
        if counts.shape[1] != len(self.idf_):
            raise ValueError(f"counts must have {len(self.idf_)} terms, got {counts.shape[1]}")
        weights = counts.data.astype(np.result_type(counts.data, np.float32))  # always a copy
        if self.sublinear_tf:
            weights = np.log(weights) + 1.0
        if self.use_idf:
            weights *= self.idf_[counts.indices]
            if (infinite := np.isinf(weights)).any():
                term = counts.indices[infinite][0]
                raise ValueError(f"counts must have no term that fit has not seen, got {term}")
        if self.norm:
            rows = counts.rows()
            sizes = weights**2 if self.norm == "l2" else np.abs(weights)
            # bincount adds a row from its left to its right, as scikit-learn does.
            norms = np.bincount(rows, sizes, minlength=counts.shape[0])
            weights /= (np.sqrt(norms) if self.norm == "l2" else norms)[rows]
        return counts._replace(data=weights)


@dataclass
class TfidfVectorizer(CountVectorizer):
    """Count the terms of documents and weight the counts.

    Parameters
    ----------
    norm, use_idf, smooth_idf, sublinear_tf
        As in `TfidfTransformer`; the others are those of `CountVectorizer`.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        As in `CountVectorizer`.
    weighting_ : TfidfTransformer
        What weights the counts; has the factors ``idf_``.
    """

    norm: Literal["l1", "l2"] | None = "l2"
    use_idf: bool = True
    smooth_idf: bool = True
    sublinear_tf: bool = False
    weighting_: TfidfTransformer = field(init=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.weighting_ = TfidfTransformer(
            self.norm, self.use_idf, self.smooth_idf, self.sublinear_tf
        )

    def fit_transform(self, documents: Iterable[str]) -> SparseRows:
        """Learn vocabulary and rareness, and return the weights, shape ``(documents, terms)``."""
        counts = super().fit_transform(documents)
        return self.weighting_.fit(counts).transform(counts)

    def transform(self, documents: Iterable[str]) -> SparseRows:
        """Return the weights of the terms of the vocabulary, shape ``(documents, terms)``."""
        return self.weighting_.transform(super().transform(documents))
