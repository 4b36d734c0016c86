"""What people say of words: similarity ratings (WordSim-353, SimLex-999) and analogies."""

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.sources import Wheel

_FILES = (
    File(
        "wordsim353.tsv",
        7186,
        "f92a022fc2537793a15bc3a8c162ebcd74990e033a228bb6388cb71e4c0b1e1d",
    ),
    File(
        "simlex999.txt",
        18126,
        "d5e0501971478a511430ee880bd0121e94ac701ba86d90544d83e6d2ba3db05d",
    ),
    File(
        "questions-words.txt",
        603955,
        "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
    ),
)
_RATINGS = {"wordsim353": "wordsim353.tsv", "simlex999": "simlex999.txt"}

WORD_SIMILARITY = Dataset(
    name="word_similarity",
    title="WordSim-353 and SimLex-999, ratings of pairs of words; 19,544 analogies",
    licence="LGPL-2.1 (as part of gensim)",
    files=_FILES,
    sources=(
        Wheel(
            "gensim",
            "4.4.0",
            extracting({f"gensim/test/test_data/{file.name}": file.name for file in _FILES}),
        ),
    ),
)


def load_ratings(name: str) -> list[tuple[str, str, float]]:
    """Load pairs of words with the mean of people's ratings, fetching them on first use.

    Parameters
    ----------
    name
        ``"wordsim353"``, where related words (coffee, cup) count as similar, or ``"simlex999"``,
        where they do not.

    Returns
    -------
    list of tuple
        353 or 999 pairs; two words and a rating from 0 to 10.

    Raises
    ------
    ValueError
        If there are no ratings of the name.
    DataUnavailableError
        If the files are not in the cache and no source delivers them.

    References
    ----------
    L. Finkelstein et al., "Placing search in context: the concept revisited", ACM Transactions on
    Information Systems 20(1), 2002. F. Hill, R. Reichart, A. Korhonen, "SimLex-999: evaluating
    semantic models with (genuine) similarity estimation", Computational Linguistics 41(4), 2015.
    """
    if name not in _RATINGS:
        raise ValueError(f"name must be one of {', '.join(_RATINGS)}, got {name!r}")
    lines = fetch(WORD_SIMILARITY)[_RATINGS[name]].read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(first, second, float(rating)) for first, second, rating in cells]


def load_analogies() -> dict[str, list[tuple[str, str, str, str]]]:
    """Load questions such as "Athens is to Greece as Baghdad is to …", fetching them on first use.

    Returns
    -------
    dict of str to list of tuple
        For each of 14 categories its questions, four words each, the last the answer; 19,544 in
        all. Names begin with a capital.

    Raises
    ------
    DataUnavailableError
        If the file is not in the cache and no source delivers it.

    References
    ----------
    T. Mikolov, K. Chen, G. Corrado, J. Dean, "Efficient estimation of word representations in
    vector space", arXiv:1301.3781, 2013, section 4.1.
    """
    questions: dict[str, list[tuple[str, str, str, str]]] = {}
    text = fetch(WORD_SIMILARITY)["questions-words.txt"].read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith(": "):
            category = questions.setdefault(line[2:], [])
        else:
            a, b, c, d = line.split()
            category.append((a, b, c, d))
    return questions
