import bz2
import hashlib
from pathlib import Path

import pytest

from companion.datasets import wikipedia


@pytest.mark.parametrize(("language", "encoding"), [("en", "utf-8"), ("bg", "utf-16")])
def test_load_gives_a_dump(language: str, encoding: str) -> None:
    text = bz2.decompress(wikipedia.load(language).read_bytes()).decode(encoding)
    assert text.startswith("<mediawiki ")
    assert f'xml:lang="{language}"' in text[:500]
    assert text.rstrip().endswith("</mediawiki>")


def test_digests_are_those_of_the_files_in_gensim() -> None:
    gensim = pytest.importorskip("gensim.test.utils")
    for file, member in zip(wikipedia.WIKIPEDIA.files, wikipedia._MEMBERS.values(), strict=True):
        data = Path(gensim.datapath(member)).read_bytes()
        assert hashlib.sha256(data).hexdigest() == file.sha256
        assert len(data) == file.size


@pytest.mark.network
def test_package_carries_both_dumps(cache_root: Path) -> None:
    assert wikipedia.load("en").parent == cache_root / "wikipedia"
    assert wikipedia.load("bg").is_file()


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language must be one of en, bg, got 'EN'"):
        wikipedia.load("EN")
