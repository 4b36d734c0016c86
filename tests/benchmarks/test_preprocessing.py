"""The benchmark of preprocessing: its numbers are put together as it says."""

import numpy as np
import pytest

from benchmarks import preprocessing

ROUNDS = [
    {"task": task, "side": side, "ms": ms, "peak MiB": 100}
    for task in ("AUC", "MFCC")
    for side, ms in [("companion", 3.0), ("peer", 4.0), ("companion", 2.0), ("peer", 4.0)]
]


def test_ratios_are_those_of_the_medians():
    results = preprocessing.document(ROUNDS)["results"]
    assert set(results) == {"AUC", "MFCC"}
    assert results["MFCC"]["companion"] == {"ms": 2.5, "rounds": [3.0, 2.0], "peak MiB": 100}
    assert results["MFCC"]["ratio"] == 0.625
    assert results["MFCC"]["bar"] == 1


def test_nothing_is_claimed_of_no_rounds():
    assert preprocessing.document([])["results"] == {}


def test_work_is_done_once_before_it_is_timed(monkeypatch):
    monkeypatch.setattr(preprocessing, "SECONDS", 0)
    calls = []
    work = preprocessing.Work(calls.append, prepare=lambda: len(calls))
    assert preprocessing.time_work(work) >= 0
    assert calls == [0, 1, 2, 3]


@pytest.mark.parametrize("task", ["AUC", "average precision"])
@pytest.mark.parametrize("side", preprocessing.SIDES)
def test_both_sides_of_a_task_run(task, side):
    work = preprocessing.TASKS[task][preprocessing.SIDES.index(side)]()
    assert np.isfinite(work.run(work.prepare())).all()
