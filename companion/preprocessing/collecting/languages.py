"""Guess the language of a text by its commonest letter groups.

W. B. Cavnar, J. M. Trenkle, "N-Gram-Based Text Categorization", SDAIR 1994, sections 3.1 to 3.3.
"""

import re
from collections import Counter
from collections.abc import Mapping

_WORD = re.compile(r"[^\W\d_]+")
_LENGTHS = range(1, 6)  # letters of a group


class LanguageGuesser:
    """Compare the order of a text's letter groups with that of each language.

    The groups of one to five letters, with a space on each side of a word, are ranked by frequency.
    A text's distance from a language is the sum over its groups of how far each is out of place;
    one that the language does not have counts `size`.

    Parameters
    ----------
    samples
        A text of some pages for each language, by its name.
    size
        Groups in a profile.

    Raises
    ------
    ValueError
        If there are fewer than two samples, or one has no letters.
    """

    def __init__(self, samples: Mapping[str, str], size: int = 300) -> None:
        if len(samples) < 2:
            raise ValueError(f"samples must have two languages or more, got {list(samples)}")
        self.size = size
        self._ranks = {name: self._profile(text) for name, text in samples.items()}
        if empty := [name for name, ranks in self._ranks.items() if not ranks]:
            raise ValueError(f"samples must have letters, got none in {empty[0]!r}")

    def distances(self, text: str) -> dict[str, float]:
        """Return how far a text is from each language.

        Parameters
        ----------
        text
            Some sentences.

        Returns
        -------
        dict of str to float
            By language: 0 for the same order, 1 if they share no group or the text has no letters.
        """
        own = self._profile(text)
        worst = self.size * max(len(own), 1)
        return {
            name: sum(abs(rank - ranks.get(group, rank + self.size)) for group, rank in own.items())
            / worst
            if own
            else 1.0
            for name, ranks in self._ranks.items()
        }

    def guess(self, text: str) -> str | None:
        """Return the nearest language, or None for a text without letters."""
        distances = self.distances(text)
        nearest = min(distances, key=distances.__getitem__)
        return nearest if distances[nearest] < 1 else None

    def _profile(self, text: str) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for word, count in Counter(_WORD.findall(text.lower())).items():
            padded = f" {word} "
            for n in _LENGTHS:
                for i in range(len(padded) - n + 1):
                    counts[padded[i : i + n]] += count
        del counts[" "]
        ranked = sorted(counts, key=lambda group: (-counts[group], group))
        return {group: rank for rank, group in enumerate(ranked[: self.size])}
