"""The Lee background corpus: 300 news texts of the Australian Broadcasting Corporation, 2001."""

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.sources import Wheel

_FILE = File(
    "lee_background.cor",
    360082,
    "5d78d6dafd953bbf65797bef09a9ffb9ec430583381be705f8fd460000f370fb",
)

LEE = Dataset(
    name="lee",
    title="Lee background corpus, 300 English news texts",
    licence="LGPL-2.1 (as part of gensim); texts: ABC, for research",
    files=(_FILE,),
    sources=(
        Wheel("gensim", "4.4.0", extracting({f"gensim/test/test_data/{_FILE.name}": _FILE.name})),
    ),
)


def load() -> list[str]:
    """Load the texts, fetching them on first use.

    Returns
    -------
    list of str
        300 texts without line ends, of 45 to 620 words.

    Raises
    ------
    DataUnavailableError
        If the file is not in the cache and no source delivers it.

    References
    ----------
    M. D. Lee, B. Pincombe, M. Welsh, "An empirical evaluation of models of text document
    similarity", Proceedings of the 27th Annual Conference of the Cognitive Science Society, 2005.
    """
    return fetch(LEE)[_FILE.name].read_text(encoding="utf-8").splitlines()
