"""The arithmetic of the case study's benchmark; the trainings themselves are `make bench`."""

import json
import sys

import pytest

from benchmarks import case_study


def run(recipe, seconds, accuracy):
    return {
        "recipe": recipe,
        "settings": {"epochs": 1},
        "seconds": seconds,
        "accuracy": accuracy,
        "peak_memory_mib": 1000,
    }


ARTICLE = [run("article", seconds, 0.99) for seconds in (190.0, 200.0, 900.0)]


def test_the_ratio_is_that_of_the_medians():
    fast = [run("fast", seconds, 0.991) for seconds in (4.0, 5.0, 60.0)]
    assert case_study.document(ARTICLE + fast, quick=False)["ratio"] == 5 / 200


def test_there_is_no_ratio_if_the_reference_s_accuracy_is_not_reached():
    runs = [*ARTICLE, run("fast", 5.0, 0.9899)]
    result = case_study.document(runs, quick=False)
    assert result["ratio"] is None
    assert result["results"]["fast"]["part_of_reference_seconds"] == 0.025


def test_a_quick_run_claims_nothing():
    document = case_study.document([*ARTICLE, run("fast", 5.0, 0.991)], quick=True)
    assert "ratio" not in document
    assert "QUICK" in document["benchmark"]


def test_an_interrupted_run_is_summarised():
    document = case_study.document(ARTICLE[:1], quick=False)
    assert document["ratio"] is None
    assert document["results"]["article"]["runs"] == 1


def full(tmp_path, quick=False):
    """Write the document of a run of every recipe, as it is today."""
    runs = [
        {**run(name, 1.0, 0.99), "settings": recipe.settings(), "seed": 0}
        for name, recipe in case_study.recipes().items()
    ]
    path = tmp_path / "result.json"
    path.write_text(json.dumps(case_study.document(runs, quick=quick)))
    return path, runs


def test_resuming_keeps_the_runs_of_every_recipe_that_is_the_same(tmp_path):
    path, runs = full(tmp_path)
    document = json.loads(path.read_text())
    document["runs"][1]["settings"]["epochs"] = 99
    path.write_text(json.dumps(document))
    assert case_study.resumed(path) == [runs[0], *runs[2:]]


def test_a_quick_run_is_not_resumed_as_a_full_one(tmp_path):
    path, _ = full(tmp_path, quick=True)
    with pytest.raises(SystemExit, match=r"result\.json must hold a full run, got 'case_study, Q"):
        case_study.resumed(path)


def test_without_a_count_of_memory_there_is_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows
    assert case_study.peak_memory_mib() is None
    runs = [{**run("fast", 1.0, 0.99), "peak_memory_mib": None}]
    result = case_study.document(runs, quick=False)["results"]["fast"]
    assert result["median_peak_memory_mib"] is None


def test_a_document_is_written_whole(tmp_path):
    path = tmp_path / "result.json"
    case_study.save(path, "{}\n")
    case_study.save(path, '{"ratio": 1}\n')
    assert path.read_text() == '{"ratio": 1}\n'
    assert list(tmp_path.iterdir()) == [path]
