"""WordPiece: BERT's tokeniser, greedy longest match first, with the score it is trained by.

M. Schuster, K. Nakajima, "Japanese and Korean Voice Search", ICASSP 2012; Y. Wu et al., "Google's
Neural Machine Translation System", arXiv:1609.08144, section 4.1.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import chain
from os import PathLike
from pathlib import Path

from companion.preprocessing.text._checks import refuse_one_text
from companion.preprocessing.text.byte_pair_encoding import Pair, SymbolPairs
from companion.preprocessing.text.pre_tokenization import basic_places, basic_tokens

INSIDE = "##"  # before a token that does not start its word
UNKNOWN = "[UNK]"
_LONGEST_WORD = 100  # characters; BERT's limit
_CACHED_WORDS = 1 << 17


class WordPiece:
    """BERT's tokeniser.

    Each word is cut from the left: the longest token of the vocabulary that it starts with, then
    the longest with ``##`` that the rest starts with, and so on. A word that cannot be cut to its
    end, or has more than 100 characters, is one ``[UNK]``.

    Parameters
    ----------
    vocabulary
        Tokens in the order of their numbers, ``[UNK]`` among them.
    lower_case
        Whether accents and capitals are taken away first, as in an "uncased" model.

    Raises
    ------
    ValueError
        If a token is there twice, or ``[UNK]`` is not.
    """

    def __init__(self, vocabulary: Iterable[str], lower_case: bool = True) -> None:
        self.tokens = list(vocabulary)
        self.vocabulary = {token: number for number, token in enumerate(self.tokens)}
        self.lower_case = lower_case
        if len(self.vocabulary) < len(self.tokens):
            twice = Counter(self.tokens).most_common(1)[0][0]
            raise ValueError(f"vocabulary must have each token once, got {twice!r} again")
        if UNKNOWN not in self.vocabulary:
            raise ValueError(f"vocabulary must have {UNKNOWN}, got {len(self.tokens)} others")
        self._longest = max(map(len, self.tokens))
        self._pieces = lru_cache(_CACHED_WORDS)(self._cut)

    @classmethod
    def read(cls, path: str | PathLike[str], lower_case: bool = True) -> "WordPiece":
        """Read the vocabulary of a published model: ``vocab.txt``, a token a line.

        Parameters
        ----------
        path
            Where it lies.
        lower_case
            As for the class.

        Returns
        -------
        WordPiece
            The tokeniser.
        """
        return cls(Path(path).read_text(encoding="utf-8").rstrip("\n").split("\n"), lower_case)

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        size: int,
        min_count: int = 2,
        special_tokens: Collection[str] = (UNKNOWN,),
        lower_case: bool = True,
    ) -> "WordPiece":
        r"""Learn a vocabulary by the gain in likelihood that a merge brings for each occurrence.

        From characters on, the pair of neighbours with the largest score is merged,

        .. math:: \frac{p(ab)}{p(a)\,p(b)} \propto \frac{n_{ab}}{n_a n_b} ,

        the ratio by which one occurrence of the pair becomes more likely, in a model of independent
        symbols, as one symbol than as two. Ties go to the first pair in the order of code points.
        Google has not published its trainer; this is the score of Schuster and Nakajima as Hugging
        Face's course gives it. Hugging Face's own trainer merges by frequency, as for byte pairs.

        Parameters
        ----------
        texts
            What to learn from.
        size
            Largest number of tokens.
        min_count
            Rarest pair that is still merged. The score favours pairs of rare symbols, so that with
            1 it merges what has occurred once.
        special_tokens
            The first tokens; ``[UNK]`` among them.
        lower_case
            As for the class.

        Returns
        -------
        WordPiece
            With fewer tokens than `size` if there are no more pairs of that count.

        Raises
        ------
        ValueError
            If `size` leaves no room for the characters of the texts, or ``[UNK]`` is missing, or
            `texts` or `special_tokens` is one text.
        """
        refuse_one_text(texts=texts, special_tokens=special_tokens)
        words = Counter(chain.from_iterable(basic_tokens(text, lower_case) for text in texts))
        pairs = SymbolPairs({_symbols(word): count for word, count in words.items()})
        vocabulary = dict.fromkeys([*special_tokens, *sorted(pairs.symbols)])
        if size < len(vocabulary):
            raise ValueError(f"size must be at least {len(vocabulary)} tokens, got {size}")

        def score(pair: Pair) -> float:
            return pairs.counts[pair] / (pairs.symbols[pair[0]] * pairs.symbols[pair[1]])

        candidates = {pair for pair, count in pairs.counts.items() if count >= min_count}
        while candidates and len(vocabulary) < size:
            best = min(candidates, key=lambda pair: (-score(pair), pair))
            joined = best[0] + best[1].removeprefix(INSIDE)
            vocabulary.setdefault(joined)
            candidates |= pairs.merge(best, joined)
            candidates = {pair for pair in candidates if pairs.counts[pair] >= min_count}
        return cls(vocabulary, lower_case)

    def tokenize(self, text: str) -> list[str]:
        """Return the tokens of a text.

        Parameters
        ----------
        text
            Any text; none has no tokens.

        Returns
        -------
        list of str
            Tokens of the vocabulary.
        """
        words = basic_tokens(text, self.lower_case)
        return list(chain.from_iterable(map(self._pieces, words)))

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text's tokens, without ``[CLS]`` and ``[SEP]``."""
        return [self.vocabulary[token] for token in self.tokenize(text)]

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """Return where each token of `encode` stands in the text.

        Parameters
        ----------
        text
            Any text.

        Returns
        -------
        list of (int, int)
            Start and end: ``text[start:end]`` is what the token stands for, with its capitals and
            accents; for ``[UNK]`` the whole word.
        """
        found = []
        words = basic_tokens(text, self.lower_case)
        for word, places in zip(words, basic_places(text, self.lower_case), strict=True):
            start = 0
            for piece in self._pieces(word):
                whole = piece == UNKNOWN
                end = len(word) if whole else start + len(piece) - len(INSIDE) * (start > 0)
                found.append((places[start], places[end - 1] + 1))
                start = end
        return found

    def decode(self, numbers: Iterable[int]) -> str:
        """Return the words of tokens with one space between them.

        Parameters
        ----------
        numbers
            Numbers in the vocabulary.

        Returns
        -------
        str
            Not always the text that was encoded: capitals, accents, spaces and what was unknown are
            lost.

        Raises
        ------
        ValueError
            If a number is not in the vocabulary.
        """
        tokens = []
        for number in numbers:
            if not 0 <= number < len(self.tokens):
                top = len(self.tokens) - 1
                raise ValueError(f"number must be a token's, from 0 to {top}, got {number}")
            tokens.append(self.tokens[number])
        return " ".join(tokens).replace(f" {INSIDE}", "")

    def _cut(self, word: str) -> tuple[str, ...]:
        if len(word) > _LONGEST_WORD:
            return (UNKNOWN,)
        pieces: list[str] = []
        start = 0
        while start < len(word):
            prefix = INSIDE if start else ""
            for end in range(min(len(word), start + self._longest), start, -1):
                if prefix + word[start:end] in self.vocabulary:
                    break
            else:
                return (UNKNOWN,)
            pieces.append(prefix + word[start:end])
            start = end
        return tuple(pieces)


def _symbols(word: str) -> tuple[str, ...]:
    return word[0], *(INSIDE + character for character in word[1:])
