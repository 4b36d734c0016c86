"""Chinese word segmentation as jieba does it: the most probable path through the known words."""

import re
from collections.abc import Callable, Iterable, Sequence
from math import inf, log
from os import PathLike
from pathlib import Path

from companion.preprocessing.text.hidden_markov import CharacterTagger

# What may stand in a word: Chinese characters, Latin letters, digits, some signs.
_BLOCK = re.compile(r"([\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]+)")
_WHITE_SPACE = re.compile(r"(\r\n|\s)")
_CHINESE = re.compile(r"([\u4E00-\u9FD5]+)")
_LATIN = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_ALPHANUMERIC = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_ENTRY = re.compile(r"^(.+?)( [0-9]+)?( [a-z]+)?$")


class Segmenter:
    r"""Cut Chinese text into words, token for token as jieba 0.42.1 does.

    The words :math:`w` of the dictionary that occur in a sentence, with their frequencies
    :math:`f_w` of :math:`N` in all, are the edges of an acyclic graph from each character to the
    next. The best segmentation is its path of the greatest probability
    :math:`\prod_w f_w / N`, found from the right to the left:

    .. math:: r_k = \max_{w\ \text{from}\ k\ \text{to}\ i} \bigl(\log f_w - \log N + r_i\bigr)

    Neighbouring characters that stay single are then given to a hidden Markov model, which finds
    words that the dictionary lacks. Sun Junyi, "jieba: Chinese text segmentation", version 0.42.1,
    ``jieba/__init__.py``.

    Parameters
    ----------
    words
        Each word and how often it occurs; of a word that stands there twice the last frequency
        counts, and in the total both.
    tagger
        The hidden Markov model.

    Attributes
    ----------
    frequencies : dict of str to int
        The words, and with frequency 0 all their beginnings: a search for longer words may stop
        where these end.
    total : int
        Sum of the frequencies.

    Raises
    ------
    ValueError
        If no word has a frequency above 0, or one is empty or has a negative frequency.
    """

    def __init__(self, words: Iterable[tuple[str, int]], tagger: CharacterTagger) -> None:
        self.tagger = tagger
        self.frequencies: dict[str, int] = {}
        self.total = 0
        self._forced_apart: set[str] = set()
        for word, frequency in words:
            self._enter(word, frequency)
        if not self.total:
            raise ValueError("words must hold one with a frequency above 0, got none")

    def cut(self, text: str, hmm: bool = True) -> list[str]:
        """Cut a text into words; joined they are the text again.

        Parameters
        ----------
        text
            Any text; what is not Chinese, Latin or a digit is cut into characters.
        hmm
            Whether to look for unknown words by the hidden Markov model.

        Returns
        -------
        list of str
            The words in their order; none for an empty text.
        """
        cut_block = self._cut_with_tagger if hmm else self._cut_by_dictionary
        words: list[str] = []
        for place, block in enumerate(_BLOCK.split(text)):
            if place % 2:  # between the blocks stands what separates them
                cut_block(block, words.append)
            elif "\r\n" in block:
                words.extend(re.findall(r"\r\n|.", block, re.DOTALL))
            else:
                words.extend(block)
        return words

    def cut_all(self, text: str) -> list[str]:
        """List all words of the dictionary that occur in a text, also where they overlap.

        Parameters
        ----------
        text
            Any text.

        Returns
        -------
        list of str
            Words by their beginnings. As in jieba, an empty string stands between two pieces of
            white space and at the sides of one.
        """
        words: list[str] = []
        for place, block in enumerate(_BLOCK.split(text)):
            if place % 2:
                self._cut_overlapping(block, words.append)
            elif block:
                words.extend(_WHITE_SPACE.split(block))
        return words

    def cut_for_search(self, text: str, hmm: bool = True) -> list[str]:
        """Cut a text into words, and put before each long one the shorter ones within it.

        Parameters
        ----------
        text, hmm
            As in `cut`.

        Returns
        -------
        list of str
            The words of `cut`, each after the known words of two and of three characters in it.
        """
        words: list[str] = []
        for word in self.cut(text, hmm):
            for size in (2, 3):
                if len(word) > size:
                    parts = (word[i : i + size] for i in range(len(word) - size + 1))
                    words.extend(part for part in parts if self.frequencies.get(part))
            words.append(word)
        return words

    def word_graph(self, sentence: str) -> list[list[tuple[int, float]]]:
        """Return the edges of the graph of words.

        Parameters
        ----------
        sentence
            Characters of Chinese words, Latin ones or digits.

        Returns
        -------
        list of list of (int, float)
            For each character where the words from it on end, and the logarithms of their
            probabilities. A character that begins no word is one that occurred once.
        """
        graph, log_total = [], log(self.total)
        for start in range(len(sentence)):
            edges = []
            for end in range(start + 1, len(sentence) + 1):
                frequency = self.frequencies.get(sentence[start:end])
                if frequency is None:  # no word begins like this
                    break
                if frequency:
                    edges.append((end, log(frequency) - log_total))
            graph.append(edges or [(start + 1, -log_total)])
        return graph

    def add_word(self, word: str, freq: int | None = None) -> None:
        """Enter a word, or give it another frequency.

        Parameters
        ----------
        word
            At least one character.
        freq
            Its frequency; by default so large that the word is not cut. With 0 the word is
            forgotten, and cut into characters where the hidden Markov model finds it.

        Raises
        ------
        ValueError
            If `word` is empty or `freq` is negative.
        """
        self._enter(word, self.suggest_freq(word) if freq is None else freq)
        if freq == 0:
            self._forced_apart.add(word)

    def del_word(self, word: str) -> None:
        """Forget a word."""
        self.add_word(word, 0)

    def suggest_freq(self, segment: str | Sequence[str]) -> int:
        """Return the frequency at which a word is kept whole, or is cut into the given parts.

        Parameters
        ----------
        segment
            A word to be kept whole, or the parts that a word is to be cut into.

        Returns
        -------
        int
            The least frequency that outweighs the parts, but not below the present one; for
            parts, the greatest that they outweigh, but not above it.
        """
        whole = isinstance(segment, str)
        probability = 1.0
        for part in self.cut(segment, hmm=False) if isinstance(segment, str) else segment:
            probability *= self.frequencies.get(part, 1) / self.total
        expected = int(probability * self.total)
        present = self.frequencies.get("".join(segment), int(whole))
        return max(expected + 1, present) if whole else min(expected, present)

    def load_userdict(self, path: str | PathLike[str]) -> None:
        """Add the words of a file, one a line: ``word [frequency] [part of speech]``.

        Parameters
        ----------
        path
            A file in UTF-8. Parts of speech are read over.

        Raises
        ------
        ValueError
            If the file is not in UTF-8; words of the lines above have been added.
        """
        for number, raw in enumerate(Path(path).read_bytes().split(b"\n"), 1):
            try:
                line = raw.strip().decode("utf-8").lstrip("\ufeff")
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"path must be a file in UTF-8, got line {number}: {error}"
                ) from None
            if entry := _ENTRY.match(line):
                word, freq, _part_of_speech = entry.groups()
                self.add_word(word, None if freq is None else int(freq))

    def _enter(self, word: str, frequency: int) -> None:
        if not word:
            raise ValueError("word must not be empty, got ''")
        if not frequency >= 0:  # so that NaN is refused too
            raise ValueError(f"the frequency of {word!r} must be 0 or more, got {frequency}")
        self.frequencies[word] = frequency
        self.total += frequency
        for end in range(1, len(word)):
            self.frequencies.setdefault(word[:end], 0)

    def _best_path(self, block: str) -> list[int]:
        """Return for each character where the best word from it on ends.

        The same as building `word_graph` and going through it, in one loop. Of words that are
        equally good the longest counts.
        """
        size, get, log_total = len(block), self.frequencies.get, log(self.total)
        route = [0.0] * (size + 1)  # log probability of the best path from each character on
        ends = [0] * size
        for start in range(size - 1, -1, -1):
            best = -inf
            end = start + 1
            frequency = get(block[start])
            while frequency is not None:
                if frequency:
                    score = log(frequency) - log_total + route[end]
                    if score >= best:
                        best = score
                        ends[start] = end
                if end == size:
                    break
                end += 1
                frequency = get(block[start:end])
            if best == -inf:  # no word begins here
                best = -log_total + route[start + 1]
                ends[start] = start + 1
            route[start] = best
        return ends

    def _cut_with_tagger(self, block: str, emit: Callable[[str], None]) -> None:
        ends = self._best_path(block)
        start = single = 0  # the characters from `single` to `start` stay by themselves
        while start < len(block):
            end = ends[start]
            if end - start > 1:
                if single < start:
                    self._join_singles(block[single:start], emit)
                emit(block[start:end])
                single = end
            start = end
        if single < start:
            self._join_singles(block[single:], emit)

    def _join_singles(self, run: str, emit: Callable[[str], None]) -> None:
        """Find unknown words in single characters; a known word stays apart if the path said so."""
        if len(run) == 1:
            emit(run)
        elif self.frequencies.get(run):
            for character in run:
                emit(character)
        else:
            for place, part in enumerate(_CHINESE.split(run)):
                if place % 2:
                    self._cut_by_tagger(part, emit)
                elif part:
                    for piece in filter(None, _LATIN.split(part)):
                        emit(piece)

    def _cut_by_tagger(self, run: str, emit: Callable[[str], None]) -> None:
        for word in self.tagger.cut(run):
            if word in self._forced_apart:
                for character in word:
                    emit(character)
            else:
                emit(word)

    def _cut_by_dictionary(self, block: str, emit: Callable[[str], None]) -> None:
        """Cut without the hidden Markov model; single letters and digits are joined."""
        ends = self._best_path(block)
        start = single = 0
        while start < len(block):
            end = ends[start]
            if end - start > 1 or block[start] not in _ALPHANUMERIC:
                if single < start:
                    emit(block[single:start])
                emit(block[start:end])
                single = end
            start = end
        if single < start:
            emit(block[single:])

    def _cut_overlapping(self, block: str, emit: Callable[[str], None]) -> None:
        latin = ""
        covered = 0  # where the words so far end
        for start, edges in enumerate(self.word_graph(block)):
            if latin and block[start] not in _ALPHANUMERIC:
                emit(latin)
                latin = ""
            if len(edges) == 1 and start >= covered:
                covered = edges[0][0]
                if block[start] in _ALPHANUMERIC:
                    latin += block[start:covered]
                elif not latin:
                    emit(block[start:covered])
            else:
                for end, _ in edges:
                    if end > start + 1:
                        emit(block[start:end])
                        covered = end
        if latin:
            emit(latin)
