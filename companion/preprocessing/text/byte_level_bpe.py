"""Byte-level byte-pair encoding: the tokeniser of GPT-2 and, with other words, of its successors.

A. Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.2.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from itertools import accumulate, chain, pairwise
from os import PathLike
from pathlib import Path

from companion.preprocessing.text._checks import refuse_one_text
from companion.preprocessing.text.byte_pair_encoding import Pair, apply_merges, learn_merges
from companion.preprocessing.text.pre_tokenization import byte_alphabet, gpt2_words

_CACHED_WORDS = 1 << 17


class ByteLevelBPE:
    """GPT-2's tokeniser: byte-pair encoding whose alphabet is the 256 bytes of UTF-8.

    Every text has tokens, and they decode to it: nothing is unknown, nothing is lost.

    Parameters
    ----------
    vocabulary
        The number of each token, written in the characters of
        :func:`~companion.preprocessing.text.pre_tokenization.byte_alphabet`.
    merges
        Pairs of tokens in the order of learning.
    special_tokens
        Texts that are one token wherever they stand, such as ``<|endoftext|>``; in the vocabulary.
        The text of a stranger should be encoded without them.

    Raises
    ------
    ValueError
        If the vocabulary lacks a byte, a merge's token or a special token, has a number twice or a
        token of other characters, or if a special token is empty or written like other bytes.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        merges: Iterable[Pair],
        special_tokens: Collection[str] = (),
    ) -> None:
        refuse_one_text(special_tokens=special_tokens)
        self.vocabulary = dict(vocabulary)
        self.merges = list(merges)
        self.special_tokens = tuple(special_tokens)
        needed = chain(byte_alphabet().values(), map("".join, self.merges), self.special_tokens)
        if missing := next((token for token in needed if token not in self.vocabulary), None):
            raise ValueError(f"vocabulary must have every token of the merges, lacks {missing!r}")
        spelt = {*byte_alphabet().values(), *map("".join, self.merges)}
        for token in self.special_tokens:
            if not token or (token in spelt and not token.isascii()):
                raise ValueError(f"special_tokens must not be empty or spell bytes, got {token!r}")
        self._ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self._spellings = {number: self._spell(token) for token, number in self.vocabulary.items()}
        if len(self._spellings) < len(self.vocabulary):
            twice = Counter(self.vocabulary.values()).most_common(1)[0][0]
            raise ValueError(f"vocabulary must have each number once, got {twice} again")
        longest_first = sorted(self.special_tokens, key=len, reverse=True)
        self._special = re.compile(f"({'|'.join(map(re.escape, longest_first)) or '(?!)'})")
        vocabulary, ranks = self.vocabulary, self._ranks

        @lru_cache(_CACHED_WORDS)  # without `self`, in whose way to be freed it would stand
        def word_ids(word: str) -> tuple[int, ...]:
            tokens = apply_merges(_letters(word), ranks)
            return tuple(map(vocabulary.__getitem__, tokens))

        self._word_ids = word_ids

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        size: int,
        min_count: int = 2,
        special_tokens: Collection[str] = (),
    ) -> "ByteLevelBPE":
        """Learn a vocabulary from texts.

        Parameters
        ----------
        texts
            What to learn from; one after the other, so that they need not be in memory.
        size
            Largest number of tokens: the special ones, the 256 bytes, and merges.
        min_count
            Rarest pair that is still merged.
        special_tokens
            They get the first numbers and take no part in learning.

        Returns
        -------
        ByteLevelBPE
            With fewer tokens than `size` if there are no more pairs of that count.

        Raises
        ------
        ValueError
            If `size` leaves no room for the bytes and special tokens, or `texts` or
            `special_tokens` is one text.
        """
        refuse_one_text(texts=texts, special_tokens=special_tokens)
        alphabet = dict.fromkeys([*special_tokens, *byte_alphabet().values()])
        if size < len(alphabet):
            raise ValueError(f"size must be at least {len(alphabet)} tokens, got {size}")
        vocabulary = {token: number for number, token in enumerate(alphabet)}
        words = Counter(chain.from_iterable(map(gpt2_words, texts)))
        spelt = {_letters(word): count for word, count in words.items()}
        merges: list[Pair] = []
        for pair, count in learn_merges(spelt):
            if len(vocabulary) >= size or count < min_count:
                break
            merges.append(pair)
            vocabulary.setdefault("".join(pair), len(vocabulary))
        return cls(vocabulary, merges, special_tokens)

    @classmethod
    def read(
        cls,
        vocabulary: str | PathLike[str],
        merges: str | PathLike[str],
        special_tokens: Collection[str] = (),
    ) -> "ByteLevelBPE":
        """Read the two files of a published tokeniser: ``encoder.json`` and ``vocab.bpe``.

        Parameters
        ----------
        vocabulary
            Path of the JSON object of tokens and their numbers.
        merges
            Path of the merges, a pair a line; a first line ``#version`` is passed over.
        special_tokens
            As for the class.

        Returns
        -------
        ByteLevelBPE
            The tokeniser.

        Raises
        ------
        ValueError
            If a line of the merges is no pair.
        """
        pairs: list[Pair] = []
        lines = Path(merges).read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(lines, 1):
            if line and not line.startswith("#version"):
                left, _, right = line.partition(" ")
                if not left or not right or " " in right:
                    raise ValueError(f"merges must have a pair a line, got {line!r} in {number}")
                pairs.append((left, right))
        tokens = json.loads(Path(vocabulary).read_text(encoding="utf-8"))
        return cls(tokens, pairs, special_tokens)

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text's tokens.

        Parameters
        ----------
        text
            Any text; none has no tokens.

        Returns
        -------
        list of int
            Numbers in the vocabulary.

        Raises
        ------
        ValueError
            If the text holds half of a surrogate pair, which UTF-8 cannot write.
        """
        numbers: list[int] = []
        for place, part in enumerate(self._special.split(text)):
            if place % 2:  # what the group in the expression matched
                numbers.append(self.vocabulary[part])
            else:
                numbers.extend(chain.from_iterable(map(self._word_ids, gpt2_words(part))))
        return numbers

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """Return where each token of `encode` stands in the text.

        Parameters
        ----------
        text
            Any text.

        Returns
        -------
        list of (int, int)
            Start and end in characters. A character of several tokens belongs to each of them.

        Raises
        ------
        ValueError
            As `encode`.
        """
        numbers = self.encode(text)
        of_byte = [place for place, c in enumerate(text) for _ in c.encode()]
        ends = list(accumulate(len(self._spellings[number]) for number in numbers))
        spans = pairwise([0, *ends])
        return [(of_byte[start], of_byte[end - 1] + 1) for start, end in spans]

    def decode(self, numbers: Iterable[int]) -> str:
        """Return the text of tokens.

        Parameters
        ----------
        numbers
            Numbers in the vocabulary. Bytes that are not UTF-8, such as half of a character, become
            U+FFFD.

        Returns
        -------
        str
            The text.

        Raises
        ------
        ValueError
            If a number is not in the vocabulary.
        """
        return b"".join(map(self.token_bytes, numbers)).decode("utf-8", errors="replace")

    def token_bytes(self, number: int) -> bytes:
        """Return the bytes that a token stands for, which are not always whole characters.

        Parameters
        ----------
        number
            A number in the vocabulary.

        Returns
        -------
        bytes
            One or more.

        Raises
        ------
        ValueError
            If the number is not in the vocabulary.
        """
        try:
            return self._spellings[number]
        except KeyError:
            top = max(self._spellings)
            raise ValueError(f"number must be a token's, from 0 to {top}, got {number}") from None

    def _spell(self, token: str) -> bytes:
        if token in self.special_tokens:
            return token.encode()
        try:
            return bytes(map(_byte_numbers().__getitem__, token))
        except KeyError:
            raise ValueError(
                f"vocabulary must be written in the byte alphabet or special, got {token!r}"
            ) from None


def _letters(word: str) -> tuple[str, ...]:
    """Write the bytes of a word in the characters that stand for them."""
    try:
        return tuple(map(byte_alphabet().__getitem__, word.encode()))
    except UnicodeEncodeError as error:
        raise ValueError(f"text must be Unicode, got half of a surrogate pair: {error}") from None


@cache
def _byte_numbers() -> dict[str, int]:
    return {letter: byte for byte, letter in byte_alphabet().items()}
