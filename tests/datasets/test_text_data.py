"""The data sets of texts: what they hold, and what carries them."""

import dataclasses
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from companion.datasets import jieba_dictionary, lee, tweets
from companion.datasets.dataset import Source

SOURCES = [
    (module, name, source)
    for module, name in (
        (jieba_dictionary, "JIEBA_DICTIONARY"),
        (lee, "LEE"),
        (tweets, "TWEETS"),
    )
    for source in getattr(module, name).sources
]


def wheel(folder: Path, emission: str) -> Path:
    """A small wheel in the shape of jieba's."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("jieba/dict.txt", "中 3 n\n")
        archive.writestr("jieba/finalseg/prob_start.py", "P={'S': -1.0}\n")
        archive.writestr("jieba/finalseg/prob_trans.py", "# a comment\nP = {'S': {'S': -0.5}}\n")
        archive.writestr("jieba/finalseg/prob_emit.py", emission)
    path = folder / "jieba.whl"
    path.write_bytes(content.getvalue())
    return path


def test_tables_are_read_from_literals(tmp_path: Path) -> None:
    emission = "from __future__ import unicode_literals\n\nP={'S': {'\\u4e2d': -2.5}}\n"
    jieba_dictionary._from_package("jieba", wheel(tmp_path, emission), tmp_path)
    assert (tmp_path / "hmm.json").read_text("utf-8") == (
        '{"emit": {"S": {"中": -2.5}}, "start": {"S": -1.0}, "trans": {"S": {"S": -0.5}}}'
    )
    assert (tmp_path / "dict.txt").read_text("utf-8") == "中 3 n\n"


@pytest.mark.parametrize("emission", ["P=open('x', 'w')", "Q={}", "P={"])
def test_what_is_no_literal_is_refused_and_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, emission: str
) -> None:
    monkeypatch.chdir(tmp_path)
    archive = wheel(tmp_path, emission)
    with pytest.raises((ValueError, SyntaxError)):
        jieba_dictionary._from_package("jieba", archive, tmp_path)
    assert not (tmp_path / "x").exists()


def test_the_dictionary_has_its_words_and_distributions() -> None:
    words, start, transition, emission = jieba_dictionary.load()
    assert len(words) == 349_046
    assert len(dict(words)) == 349_045
    assert sum(frequency for _, frequency in words) == 60_101_967
    assert np.exp([start[state] for state in "BMES"]).sum() == pytest.approx(1)
    for state in "BMES":
        assert np.exp(list(transition[state].values())).sum() == pytest.approx(1)
        # Not so the emissions, as jieba has them.
        assert 1.15 < np.exp(list(emission[state].values())).sum() < 1.36


def test_the_lee_corpus_has_300_texts() -> None:
    texts = lee.load()
    assert len(texts) == 300
    assert all(text.isascii() and 45 <= len(text.split()) <= 620 for text in texts)


def test_the_tweets_have_three_sentiments_and_are_in_no_encoding() -> None:
    texts, sentiments = tweets.load()
    assert len(texts) == len(sentiments) == 38_158
    assert np.bincount(sentiments).tolist() == [16_186, 15_018, 6_954]
    assert texts[0].startswith(b"I just don't trust my life in google's hands")
    with pytest.raises(UnicodeDecodeError):
        b"\n".join(texts).decode("utf-8")


@pytest.mark.network
@pytest.mark.parametrize(
    ("module", "name", "source"), SOURCES, ids=[str(source) for *_, source in SOURCES]
)
def test_package_carries_the_files(
    cache_root: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, source: Source
) -> None:
    """The digests, held before anything is handed out, make every byte the right one."""
    monkeypatch.setattr(module, name, dataclasses.replace(getattr(module, name), sources=(source,)))
    assert len(module.load()) > 1  # type: ignore[attr-defined]
