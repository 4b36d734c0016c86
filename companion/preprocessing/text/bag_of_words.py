"""Documents as counts of their words, in any order: the bag of words."""

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from numbers import Integral
from typing import Self

import numpy as np
from numpy.typing import NDArray

from companion.preprocessing.text._checks import refuse_one_text
from companion.preprocessing.text.sparse import SparseRows


@dataclass
class CountVectorizer:
    """Count the terms of each document: its bag of words.

    The result is that of scikit-learn's class of this name, whose options these are. A document
    keeps nothing of the order of its terms, but what n-grams hold of it.

    Parameters
    ----------
    lowercase
        Whether documents are first put into lower case.
    token_pattern
        Regular expression of a token; by default two or more letters, digits or underscores. Of a
        group in it, at most one, the token is what the group matches.
    tokenizer
        Function from a document to its tokens, instead of the pattern.
    stop_words
        Tokens that are left out before n-grams are made.
    ngram_range
        Least and largest number of tokens a term; the tokens are joined by spaces.
    min_df, max_df
        In how many documents a term must stand at least, and may at most: a whole number, or a
        share of the documents as a float in [0, 1].
    binary
        Whether a term that occurs counts 1, however often it does.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        The column of each term, in the order of code points; set by `fit`.
    """

    lowercase: bool = True
    token_pattern: str = r"(?u)\b\w\w+\b"
    tokenizer: Callable[[str], Iterable[str]] | None = None
    stop_words: Collection[str] | None = None
    ngram_range: tuple[int, int] = (1, 1)
    min_df: int | float = 1
    max_df: int | float = 1.0
    binary: bool = False
    vocabulary_: dict[str, int] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        least, largest = self.ngram_range
        if not 1 <= least <= largest:
            raise ValueError(f"ngram_range must rise from 1 or more, got {self.ngram_range}")
        pattern = re.compile(self.token_pattern)
        if pattern.groups > 1 and self.tokenizer is None:
            raise ValueError(f"token_pattern must have at most one group, got {pattern.groups}")
        refuse_one_text(stop_words=self.stop_words)
        self._find_tokens = pattern.findall
        self._stop_words = frozenset(self.stop_words or ())
        for name, bound in (("min_df", self.min_df), ("max_df", self.max_df)):
            if bound < 1 if isinstance(bound, Integral) else not 0 <= bound <= 1:
                raise ValueError(f"{name} must be a whole number from 1 or a share, got {bound}")

    def fit(self, documents: Iterable[str]) -> Self:
        """Learn the vocabulary; see `fit_transform`."""
        self.fit_transform(documents)
        return self

    def fit_transform(self, documents: Iterable[str]) -> SparseRows:
        """Learn the vocabulary and count.

        Parameters
        ----------
        documents
            Texts.

        Returns
        -------
        SparseRows
            Counts, shape ``(documents, terms)``.

        Raises
        ------
        ValueError
            If a document is no str, or there is no term, or none within `min_df` and `max_df`.
        """
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__  # a new term gets the next number
        terms, lengths = self._number_terms(documents, numbers.__getitem__)
        if not numbers:
            raise ValueError("documents must hold at least one term, got none")
        counts = _count(terms, lengths, len(numbers))
        frequency = counts.document_frequency()
        share = len(lengths)
        least = self.min_df if isinstance(self.min_df, Integral) else self.min_df * share
        most = self.max_df if isinstance(self.max_df, Integral) else self.max_df * share
        kept = (least <= frequency) & (frequency <= most)
        if not kept.any():
            raise ValueError(f"min_df and max_df must keep a term, got {least} to {most} documents")
        vocabulary = sorted(term for term, number in numbers.items() if kept[number])
        self.vocabulary_ = {term: column for column, term in enumerate(vocabulary)}
        columns = np.full(len(numbers), -1)
        columns[[numbers[term] for term in vocabulary]] = np.arange(len(vocabulary))
        return self._finish(counts.with_columns(columns, len(vocabulary)))

    def transform(self, documents: Iterable[str]) -> SparseRows:
        """Count the terms of the vocabulary, and pass over all others.

        Parameters
        ----------
        documents
            Texts.

        Returns
        -------
        SparseRows
            Counts, shape ``(documents, terms)``.

        Raises
        ------
        ValueError
            If a document is no str, or no vocabulary has been learnt.
        """
        size = len(self.vocabulary_)
        if not size:
            raise ValueError("vocabulary_ must be learnt by fit before transform, got none")
        get = self.vocabulary_.get
        terms, lengths = self._number_terms(documents, lambda term: get(term, size))
        counts = _count(terms, lengths, size + 1)  # the last column is of unknown terms
        columns = np.append(np.arange(size), -1)
        return self._finish(counts.with_columns(columns, size))

    def get_feature_names_out(self) -> list[str]:
        """Return the terms in the order of their columns."""
        return list(self.vocabulary_)

    def analyze(self, document: str) -> list[str]:
        """Return the terms of a document.

        Parameters
        ----------
        document
            A text.

        Returns
        -------
        list of str
            Tokens in their order, then pairs, and so on, as `ngram_range` says.
        """
        text = document.lower() if self.lowercase else document
        tokens = list(self.tokenizer(text)) if self.tokenizer else self._find_tokens(text)
        if self._stop_words:
            tokens = [token for token in tokens if token not in self._stop_words]
        least, largest = self.ngram_range
        if largest == 1:
            return tokens
        terms = tokens if least == 1 else []
        for size in range(max(least, 2), largest + 1):
            runs = zip(*(tokens[start:] for start in range(size)), strict=False)
            terms = terms + list(map(" ".join, runs))
        return terms

    def _number_terms(
        self, documents: Iterable[str], number: Callable[[str], int]
    ) -> tuple[NDArray[np.int64], list[int]]:
        """Return the numbers of all terms in a row, and how many there are a document."""
        refuse_one_text(documents=documents)
        numbers, lengths = array("q"), []
        for place, document in enumerate(documents):
            if not isinstance(document, str):
                raise ValueError(f"documents[{place}] must be a str, got {document!r}")
            terms = self.analyze(document)
            numbers.extend(map(number, terms))
            lengths.append(len(terms))
        return np.frombuffer(numbers, np.int64) if numbers else np.zeros(0, np.int64), lengths

    def _finish(self, counts: SparseRows) -> SparseRows:
        return counts._replace(data=np.ones_like(counts.data)) if self.binary else counts


def _count(terms: NDArray[np.int64], lengths: list[int], size: int) -> SparseRows:
    """Count equal terms of each document, in the order of their numbers."""
    documents = np.repeat(np.arange(len(lengths)), lengths)
    cells, counts = np.unique(documents * size + terms, return_counts=True)
    rows, columns = np.divmod(cells, size)
    return SparseRows.of(counts, rows, columns, (len(lengths), size))
