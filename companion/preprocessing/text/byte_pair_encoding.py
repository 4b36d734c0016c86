"""Byte-pair encoding: learn merges from counted words, and split words by them.

R. Sennrich, B. Haddow, A. Birch, "Neural Machine Translation of Rare Words with Subword Units",
ACL 2016, section 3.2.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise

from companion.preprocessing.text._checks import refuse_one_text

Pair = tuple[str, str]

END_OF_WORD = "</w>"


class SymbolPairs:
    """Counted words as rows of symbols, and how often each pair of neighbours occurs.

    A merge touches only the words that hold its pair: the counts of the others stay.

    Parameters
    ----------
    words
        How often each word occurs, by its symbols.

    Attributes
    ----------
    counts : Counter
        Occurrences of each pair; overlapping ones count, so that ``aaa`` has two pairs.
    symbols : Counter
        Occurrences of each symbol.
    """

    def __init__(self, words: Mapping[tuple[str, ...], int]) -> None:
        self._rows = [list(word) for word in words]
        self._weights = list(words.values())
        self._places: defaultdict[Pair, set[int]] = defaultdict(set)  # pair -> rows that have it
        self.counts: Counter[Pair] = Counter()
        self.symbols: Counter[str] = Counter()
        for place in range(len(self._rows)):
            self._count(place, +1)

    def merge(self, pair: Pair, joined: str) -> set[Pair]:
        """Replace a pair by one symbol, from left to right in each word.

        Parameters
        ----------
        pair
            What to replace.
        joined
            The symbol to put there.

        Returns
        -------
        set of pair
            The pairs that exist now in the words that had it.
        """
        changed: set[Pair] = set()
        for place in self._places.pop(pair, ()):
            self._count(place, -1)
            self._rows[place] = _replace(self._rows[place], pair, joined)
            self._count(place, +1)
            changed.update(pairwise(self._rows[place]))
        return changed

    def _count(self, place: int, sign: int) -> None:
        row, weight = self._rows[place], sign * self._weights[place]
        for symbol in row:
            self.symbols[symbol] += weight
        for pair in pairwise(row):
            self.counts[pair] += weight
            if sign > 0:
                self._places[pair].add(place)


def _replace(row: Sequence[str], pair: Pair, joined: str) -> list[str]:
    out: list[str] = []
    symbols = iter(enumerate(row))
    for i, symbol in symbols:
        if symbol == pair[0] and row[i + 1 : i + 2] == [pair[1]]:
            out.append(joined)
            next(symbols)
        else:
            out.append(symbol)
    return out


def learn_merges(words: Mapping[tuple[str, ...], int]) -> Iterator[tuple[Pair, int]]:
    """Merge the most frequent pair of neighbouring symbols, again and again.

    Ties go to the pair whose symbols are older, the left one first: symbols are numbered, those of
    the words in the order of their length and then of code points, and then each merge's result.
    Hugging Face's trainer has the same rule. It departs from it where a pair that waits in its
    queue gains words, which takes a token that two merges can form: it then applies the merge to a
    part of the words at a time and may list it twice, while here counts are exact.

    Parameters
    ----------
    words
        How often each word occurs, by its symbols.

    Yields
    ------
    pair, count : tuple
        A merge and the occurrences of its pair, until no pair is left.
    """
    pairs = SymbolPairs(words)
    alphabet = sorted(pairs.symbols, key=lambda symbol: (len(symbol), symbol))
    age = {symbol: number for number, symbol in enumerate(alphabet)}

    def entry(pair: Pair) -> tuple[int, int, int, Pair]:
        return -pairs.counts[pair], age[pair[0]], age[pair[1]], pair

    heap = [entry(pair) for pair in pairs.counts]
    heapq.heapify(heap)
    while heap:
        negative, *_, pair = heapq.heappop(heap)
        count = pairs.counts[pair]
        if count < 1:
            continue
        if count != -negative:  # it has lost words since, or gained some and is in the heap twice
            heapq.heappush(heap, entry(pair))
            continue
        joined = "".join(pair)
        age.setdefault(joined, len(age))
        for changed in pairs.merge(pair, joined):
            if joined in changed:
                heapq.heappush(heap, entry(changed))
        yield pair, count


def apply_merges(symbols: Sequence[str], ranks: Mapping[Pair, int]) -> list[str]:
    r"""Merge neighbours, the earliest learnt pair first and the leftmost of equals.

    With a heap it takes a time of order :math:`n \log n` for `n` symbols, so that a long run of
    dashes is no trap.

    Parameters
    ----------
    symbols
        The symbols of one word.
    ranks
        The place of each merge in the order of learning.

    Returns
    -------
    list of str
        The tokens; joined, they are the word.
    """
    parts = list(symbols)
    end = len(parts)
    following = list(range(1, end + 1))
    preceding = list(range(-1, end - 1))
    heap = [(ranks[pair], i) for i, pair in enumerate(pairwise(parts)) if pair in ranks]
    heapq.heapify(heap)
    while heap:
        rank, left = heapq.heappop(heap)
        right = following[left]
        if right == end or ranks.get((parts[left], parts[right])) != rank:
            continue  # a part of this pair has been merged with another neighbour
        parts[left] += parts[right]
        parts[right] = ""
        following[left] = after = following[right]
        if after < end:
            preceding[after] = left
        for i in (preceding[left], left):
            j = following[i]
            if i >= 0 and j < end and (parts[i], parts[j]) in ranks:
                heapq.heappush(heap, (ranks[parts[i], parts[j]], i))
    return [part for part in parts if part]


class WordBPE:
    """Byte-pair encoding of Sennrich et al.: words between white space, of characters.

    The last symbol of a word ends in ``</w>``, so that ``est</w>`` is another token than ``est``. A
    character that was never seen stays a token of its own.

    Parameters
    ----------
    merges
        Pairs of symbols in the order of learning.
    """

    def __init__(self, merges: Iterable[Pair]) -> None:
        self.merges = list(merges)
        self._ranks = {pair: rank for rank, pair in enumerate(self.merges)}

    @classmethod
    def train(cls, texts: Iterable[str], merges: int, min_count: int = 2) -> "WordBPE":
        """Learn merges from texts.

        Parameters
        ----------
        texts
            Words between white space.
        merges
            Largest number of merges, 0 or more.
        min_count
            Rarest pair that is still merged.

        Returns
        -------
        WordBPE
            With fewer merges if there are no more pairs of that count.

        Raises
        ------
        ValueError
            If `merges` is negative, or `texts` is one text.
        """
        refuse_one_text(texts=texts)
        if merges < 0:
            raise ValueError(f"merges must be 0 or more, got {merges}")
        words = Counter(chain.from_iterable(map(str.split, texts)))
        learnt = learn_merges({_word_symbols(word): count for word, count in words.items()})
        return cls(pair for pair, count in islice(learnt, merges) if count >= min_count)

    def tokenize(self, text: str) -> list[str]:
        """Return the tokens of a text, the last of each word with ``</w>`` at its end."""
        words = text.split()
        return [t for word in words for t in apply_merges(_word_symbols(word), self._ranks)]

    def detokenize(self, tokens: Iterable[str]) -> str:
        """Return the words of tokens, with one space between them."""
        return "".join(tokens).replace(END_OF_WORD, " ").removesuffix(" ")


def _word_symbols(word: str) -> tuple[str, ...]:
    return *word[:-1], word[-1] + END_OF_WORD
