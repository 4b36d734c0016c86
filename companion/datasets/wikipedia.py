"""Extracts of two dumps of Wikipedia, as its servers write them: English and Bulgarian."""

from pathlib import Path

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.sources import Wheel

_MEMBERS = {
    "en": "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2",
    "bg": "bgwiki-latest-pages-articles-shortened.xml.bz2",
}

WIKIPEDIA = Dataset(
    name="wikipedia",
    title="Wikipedia, extracts of dumps: the first articles in English and in Bulgarian",
    licence="CC BY-SA (the authors of Wikipedia)",
    files=(
        File(
            "en.xml.bz2",
            1695871,
            "a53f4648dec40467ebdcbc7a1307eddb51fe6e28e9309f6ebde81ba0d04bea2d",
        ),
        File(
            "bg.xml.bz2",
            73776,
            "8c67571ec18cb8f0f77a91ab2ee4a04c9368684358e40b94d95670f909210355",
        ),
    ),
    sources=(
        Wheel(
            "gensim",
            "4.4.0",
            extracting(
                {
                    f"gensim/test/test_data/{member}": f"{language}.xml.bz2"
                    for language, member in _MEMBERS.items()
                }
            ),
        ),
    ),
)


def load(language: str = "en") -> Path:
    """Return the path of a dump, fetching it on first use.

    :func:`companion.preprocessing.collecting.read_dump` reads its pages and
    :func:`companion.preprocessing.collecting.articles` their text.

    Parameters
    ----------
    language
        ``"en"`` or ``"bg"``.

    Returns
    -------
    Path
        A dump in MediaWiki's export format 0.10, compressed by bzip2. The Bulgarian one is written
        in UTF-16.

    Raises
    ------
    ValueError
        If there is no extract in the language.
    DataUnavailableError
        If the files are not in the cache and no source delivers them.

    References
    ----------
    https://www.mediawiki.org/wiki/Help:Export#Export_format
    """
    if language not in _MEMBERS:
        raise ValueError(f"language must be one of {', '.join(_MEMBERS)}, got {language!r}")
    return fetch(WIKIPEDIA)[f"{language}.xml.bz2"]
