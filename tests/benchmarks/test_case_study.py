"""The arithmetic of the case study's benchmark; the trainings themselves are `make bench`."""

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


def test_a_document_is_written_whole(tmp_path):
    path = tmp_path / "result.json"
    case_study.save(path, "{}\n")
    case_study.save(path, '{"ratio": 1}\n')
    assert path.read_text() == '{"ratio": 1}\n'
    assert list(tmp_path.iterdir()) == [path]
