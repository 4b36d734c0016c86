"""Pickled tables are read without pandas, and nothing that a pickle names is called."""

import io
import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from companion.datasets import pandas_tables


@pytest.mark.parametrize("order", ["C", "F"])
def test_columns_are_those_of_pandas(order: str) -> None:
    """Blocks of several columns side by side or not, in either order of memory."""
    numbers = np.array(np.random.default_rng(0).normal(size=(5, 3)), order=order)
    table = pd.DataFrame(numbers, columns=["c", "a", "d"])
    table.insert(1, "b", np.array(["yes", "no", "no", "yes", "maybe"], object))
    table["e"] = [1.5, np.nan, 0.0, -1.0, 2.0]
    table["f"] = np.array(["x", "y", "z", "x", "y"], object)
    table["g"] = np.arange(5)
    table = table.astype({"b": object, "f": object})  # words as before pandas 3
    table.columns = table.columns.astype(object)
    columns = pandas_tables.read_columns(io.BytesIO(pickle.dumps(table.copy(), 5)))
    assert sorted(columns) == list("abcdefg")
    for name, column in columns.items():
        np.testing.assert_array_equal(column, table[name].to_numpy().astype(column.dtype))


class Payload:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> object:
        return os.system, (self.command,)


def test_a_payload_is_refused_and_does_not_run(tmp_path: Path) -> None:
    victim = tmp_path / "payload ran"
    data = pickle.dumps({"_mgr": Payload(f"touch '{victim}'")}, 5)
    with pytest.raises(pickle.UnpicklingError, match="system, which is not allowed"):
        pandas_tables.read_columns(io.BytesIO(data))
    assert not victim.exists()


@pytest.mark.parametrize(
    "name", ["pandas.io.common get_handle", "pandas eval", "numpy fromfile", "numpy dtype"]
)
def test_functions_of_numpy_and_pandas_are_not_called(name: str) -> None:
    """Any name of theirs becomes something that remembers its arguments alone."""
    data = b"c" + name.replace(" ", "\n").encode() + b"\n(S'argument'\ntR."
    part = pandas_tables._TableUnpickler(io.BytesIO(data)).load()
    assert type(part) is pandas_tables._Part
    assert part.arguments == ("argument",)
