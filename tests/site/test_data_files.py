"""errata.yml, topics.yml and references.bib agree with the repository."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from booksite import errata, topics
from pybtex.database import parse_file

ROOT = Path(__file__).parents[2]
COUNTS = {
    "NN": 24,
    "OP": 24,
    "DP": 26,
    "EV": 13,
    "LM": 13,
    "CV": 16,
    "SP": 8,
    "RS": 8,
    "AU": 11,
    "TR": 11,
    "KT": 24,
}
ERRATA = errata.load()
BIBLIOGRAPHY = parse_file(str(ROOT / "book" / "references.bib")).entries


def test_the_errata_are_in_order():
    assert list(ERRATA) == sorted(ERRATA)


@pytest.mark.parametrize("erratum", ERRATA.values(), ids=lambda erratum: erratum.id)
def test_an_erratum_agrees_with_the_repository(erratum):
    assert re.fullmatch(r"E\d\d", erratum.id)
    assert re.fullmatch(r"\d[\d.ab]*(, \d[\d.ab]*)*", erratum.section)
    page = (ROOT / "book" / f"{erratum.page}.md").read_text("utf-8")
    assert f"{{correction}} {erratum.id}\n" in page
    assert set(erratum.sources) <= set(BIBLIOGRAPHY)
    if erratum.test:
        file, _, name = erratum.test.partition("::")
        assert re.match(rf"test_{erratum.id}_", name)
        assert f"def {name}(" in (ROOT / file).read_text("utf-8")


def test_an_unknown_severity_is_refused(tmp_path):
    entry = yaml.safe_load(errata.DATA.read_text("utf-8"))[0] | {"severity": "D"}
    file = tmp_path / "errata.yml"
    file.write_text(yaml.safe_dump([entry]), encoding="utf-8")
    with pytest.raises(ValueError, match="severity of E01 must be A, B or C, got 'D'"):
        errata.load(file)


def test_an_id_that_stands_twice_is_refused(tmp_path):
    entry = yaml.safe_load(errata.DATA.read_text("utf-8"))[0]
    file = tmp_path / "errata.yml"
    file.write_text(yaml.safe_dump([entry, entry]), encoding="utf-8")
    with pytest.raises(ValueError, match="an id stands twice"):
        errata.load(file)


def test_each_topic_of_the_inventory_stands_in_the_map_once():
    expected = [f"{family}{i:02}" for family, n in COUNTS.items() for i in range(1, n + 1)]
    assert [topic.id for topic in topics.load()] == expected
    assert set(topics.FAMILIES) == set(COUNTS)


def test_topics_have_names_of_their_own():
    names = Counter(topic.topic for topic in topics.load())
    assert [name for name, count in names.items() if count > 1] == []


def test_the_topic_map_agrees_with_the_repository():
    assert list(topics.faults(topics.load())) == []


RIGHT = topics.Topic(
    "DP06",
    "MNIST",
    "5.1",
    ("companion.datasets.mnist.load",),
    ("tests/datasets/test_mnist.py",),
    ("project/program",),
)


def test_a_right_entry_of_the_topic_map_has_no_fault():
    assert list(topics.faults([RIGHT])) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"page": ()}, "must have code, test and page"),
        ({"code": ("companion.nowhere.nothing",)}, "there is no companion.nowhere.nothing"),
        ({"test": ("tests/test_nothing.py",)}, "there is no test tests/test_nothing.py"),
        ({"test": ("tests/site/test_data_files.py::test_none",)}, "there is no test"),
        ({"page": ("index",)}, "is used on none of the pages index"),
        ({"code": ("companion.doctor.main",), "page": ("project/fast",)}, "uses none"),
    ],
)
def test_a_wrong_entry_of_the_topic_map_is_found(change, fault):
    entry = topics.Topic(**{**vars(RIGHT), **change})
    assert any(fault in found for found in topics.faults([entry]))


@pytest.mark.parametrize("key", BIBLIOGRAPHY)
def test_a_source_can_be_found(key):
    entry = BIBLIOGRAPHY[key]
    assert entry.persons["author"]
    assert re.fullmatch(r"(19|20)\d\d", entry.fields["year"])
    assert {"doi", "eprint", "url"} & set(entry.fields)
    assert key.endswith(entry.fields["year"])
