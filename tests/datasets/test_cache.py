import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from companion.datasets import Dataset, DataUnavailableError, SourceError, cache


@dataclass
class Given:
    """A source that delivers what it is given, and counts how often it is asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    error: str = ""
    asked: int = 0

    def __str__(self) -> str:
        return f"given {self.error}"

    def deliver(self, folder: Path) -> None:
        self.asked += 1
        if self.error:
            raise SourceError(self.error)
        for name, data in self.files.items():
            (folder / name).write_bytes(data)


Make = Callable[..., Dataset]


def listing(root: Path) -> set[str]:
    return {path.name for path in root.rglob("*")}


def test_cache_is_the_users_unless_the_variable_moves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COMPANION_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_folder().name == "large-models-companion"
    monkeypatch.setenv("COMPANION_DATA", "")
    assert cache.cache_folder().name == "large-models-companion"
    monkeypatch.setenv("COMPANION_DATA", "~/x y")
    assert cache.cache_folder() == Path.home() / "x y"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPANION_DATA", "here")
    assert cache.cache_folder() == tmp_path / "here"


def test_file_is_fetched_once_and_then_read_from_the_cache(
    make_dataset: Make, cache_root: Path, content: bytes
) -> None:
    source = Given({"a.bin": content, "rubbish": b""})
    dataset = make_dataset(source)
    for _ in range(2):
        paths = cache.fetch(dataset)
        assert paths == {"a.bin": cache_root / "tiny" / "a.bin"}
        assert paths["a.bin"].read_bytes() == content
    assert source.asked == 1
    assert listing(cache_root) == {"tiny", ".lock", "a.bin"}


def test_mirror_is_asked_before_the_sources(
    make_dataset: Make, tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = tmp_path / "mirror"
    (mirror / "tiny").mkdir(parents=True)
    (mirror / "tiny" / "a.bin").write_bytes(content)
    monkeypatch.setenv("COMPANION_MIRROR", str(mirror))
    source = Given({"a.bin": content})
    assert cache.fetch(make_dataset(source))["a.bin"].read_bytes() == content
    assert source.asked == 0
    assert (mirror / "tiny" / "a.bin").exists()


@pytest.mark.parametrize("state", ["absent", "empty", "wrong file", "a folder instead"])
def test_mirror_that_lacks_the_file_does_no_harm(
    make_dataset: Make, tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    mirror = tmp_path / "mirror"
    if state != "absent":
        (mirror / "tiny").mkdir(parents=True)
    if state == "wrong file":
        (mirror / "tiny" / "a.bin").write_bytes(content[::-1])
    if state == "a folder instead":
        (mirror / "tiny" / "a.bin").mkdir()
    monkeypatch.setenv("COMPANION_MIRROR", str(mirror))
    assert cache.fetch(make_dataset(Given({"a.bin": content})))["a.bin"].read_bytes() == content
    (cache.cache_folder() / "tiny" / "a.bin").unlink()
    with pytest.raises(DataUnavailableError, match=f"mirror folder {mirror}/tiny: "):
        cache.fetch(make_dataset())


def test_sources_are_asked_in_order_until_one_delivers(make_dataset: Make, content: bytes) -> None:
    first, second = Given(error="down"), Given({"a.bin": content[:-1]})
    third, fourth = Given({"a.bin": content}), Given({"a.bin": content})
    assert cache.fetch(make_dataset(first, second, third, fourth))["a.bin"].read_bytes() == content
    assert [source.asked for source in (first, second, third, fourth)] == [1, 1, 1, 0]


def test_sources_may_complete_each_other(make_dataset: Make, content: bytes) -> None:
    one = Given({"a.bin": content, "b.bin": b"wrong"})
    two = Given({"a.bin": b"wrong", "b.bin": content})
    paths = cache.fetch(make_dataset(one, two, names=("a.bin", "b.bin")))
    assert [path.read_bytes() for path in paths.values()] == [content, content]


def test_error_says_what_was_tried_and_how_to_go_on(
    make_dataset: Make, cache_root: Path, content: bytes
) -> None:
    folder = cache_root / "tiny"
    folder.mkdir(parents=True)
    (folder / "a.bin").write_bytes(content[::-1])
    dataset = make_dataset(
        Given(error="host is down"), Given({"a.bin": b"wrong"}), names=("a.bin", "b.bin")
    )
    with pytest.raises(DataUnavailableError) as caught:
        cache.fetch(dataset)
    message = str(caught.value)
    digest = dataset.files[0].sha256
    assert message.startswith("tiny: 2 of 2 files could not be fetched.\nTried:\n  cache ")
    assert f"expected {digest}; b.bin missing" in message
    assert "COMPANION_MIRROR is not set" in message
    assert "given host is down: host is down" in message
    assert "a.bin 5 bytes long, expected 102400; b.bin missing" in message
    assert "python -m companion.datasets fetch tiny" in message
    assert f"put these files into {folder}:\n  a.bin  102400 bytes  SHA-256 {digest}\n" in message
    assert listing(cache_root) == {"tiny", ".lock", "a.bin"}


@pytest.mark.parametrize("damage", ["one bit", "truncated", "longer", "empty"])
def test_damaged_file_in_the_cache_is_replaced(
    make_dataset: Make, content: bytes, damage: str
) -> None:
    dataset = make_dataset(Given({"a.bin": content}))
    path = cache.fetch(dataset)["a.bin"]
    damaged = {
        "one bit": bytes([content[0] ^ 1]) + content[1:],
        "truncated": content[:-1],
        "longer": content + b"0",
        "empty": b"",
    }
    path.write_bytes(damaged[damage])
    assert cache.verify(dataset).keys() == {"a.bin"}
    with pytest.raises(DataUnavailableError):
        cache.fetch(make_dataset())
    assert cache.fetch(dataset)["a.bin"].read_bytes() == content
    assert cache.verify(dataset) == {}


def test_folder_in_the_place_of_a_file_is_an_error(
    make_dataset: Make, cache_root: Path, content: bytes
) -> None:
    (cache_root / "tiny" / "a.bin").mkdir(parents=True)
    with pytest.raises(DataUnavailableError, match="COMPANION_DATA"):
        cache.fetch(make_dataset(Given({"a.bin": content})))


def test_complete_cache_may_be_read_only(
    make_dataset: Make, cache_root: Path, content: bytes
) -> None:
    folder = cache_root / "tiny"
    folder.mkdir(parents=True)
    (folder / "a.bin").write_bytes(content)
    folder.chmod(0o555)
    assert cache.fetch(make_dataset())["a.bin"].read_bytes() == content
    assert listing(folder) == {"a.bin"}  # not even a lock
    folder.chmod(0o755)


def test_cache_that_cannot_be_written_is_said_before_anything_is_fetched(
    make_dataset: Make, tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("COMPANION_DATA", str(tmp_path / "file"))
    source = Given({"a.bin": content})
    with pytest.raises(DataUnavailableError, match=r"the cache .* cannot be used .*COMPANION_"):
        cache.fetch(make_dataset(source))
    assert source.asked == 0


def test_left_overs_of_a_killed_process_are_removed(
    make_dataset: Make, cache_root: Path, content: bytes
) -> None:
    dataset = make_dataset(Given({"a.bin": content}))
    left_over = cache_root / "tiny" / ".partial-x" / ".carrier"
    for _ in range(2):  # the file missing; the file here
        left_over.mkdir(parents=True)
        (left_over / "half").write_bytes(content)
        cache.fetch(dataset)
        assert listing(cache_root) == {"tiny", ".lock", "a.bin"}


def test_exception_in_a_source_leaves_nothing_behind(make_dataset: Make, cache_root: Path) -> None:
    class Interrupted(Given):
        def deliver(self, folder: Path) -> None:
            (folder / "a.bin").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.fetch(make_dataset(Interrupted()))
    assert listing(cache_root) == {"tiny", ".lock"}


CHILD = """
import shutil
from companion.datasets import cache
from companion.datasets.dataset import DataUnavailableError, Dataset, File
from companion.datasets.sources import Url
file = File("a.bin", {file.size}, {file.sha256!r})
def copy(raw, folder):
    shutil.copyfile(raw, folder / "a.bin")
{prologue}
print("ready", flush=True)
try:
    print(cache.fetch(Dataset("tiny", "", "", (file,), (Url({url!r}, file.sha256, copy),))))
except DataUnavailableError as error:
    print(error)
"""


@pytest.fixture
def fetch_elsewhere(
    server: Any, content: bytes, make_dataset: Make, run_python: Callable[..., Any]
) -> Callable[..., subprocess.Popen[str]]:
    """Return a function that starts another process which fetches the file from the server."""
    server.pages["/a"] = content

    def start(prologue: str = "") -> subprocess.Popen[str]:
        file = make_dataset().files[0]
        code = CHILD.format(file=file, url=f"{server.url}/a", prologue=prologue)
        process = run_python(code)
        assert process.stdout.readline() == "ready\n"
        return process

    return start


def test_two_processes_download_once(
    server: Any, fetch_elsewhere: Callable[..., Any], cache_root: Path, content: bytes
) -> None:
    server.gate.clear()
    one = fetch_elsewhere()
    assert server.arrived.acquire(timeout=30)
    two = fetch_elsewhere()
    server.gate.set()
    for process in (one, two):
        out, err = process.communicate(timeout=30)
        assert "a.bin" in out
        assert err == ""
    assert server.asked == ["/a"]
    assert (cache_root / "tiny" / "a.bin").read_bytes() == content
    assert listing(cache_root) == {"tiny", ".lock", "a.bin"}


def test_killed_process_leaves_no_file_and_the_one_that_waits_goes_on(
    server: Any, fetch_elsewhere: Callable[..., Any], cache_root: Path, content: bytes
) -> None:
    server.gate.clear()
    one = fetch_elsewhere()
    assert server.arrived.acquire(timeout=30)
    two = fetch_elsewhere()
    one.kill()
    one.wait()
    assert not (cache_root / "tiny" / "a.bin").exists()
    assert server.arrived.acquire(timeout=30)  # the other has the lock and downloads
    server.gate.set()
    out, err = two.communicate(timeout=30)
    assert "a.bin" in out
    assert err == ""
    assert (cache_root / "tiny" / "a.bin").read_bytes() == content
    assert listing(cache_root) == {"tiny", ".lock", "a.bin"}


def test_full_disk_is_said_and_leaves_nothing_behind(
    fetch_elsewhere: Callable[..., Any], cache_root: Path
) -> None:
    """A limit on the size of files stands for a disk without room."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"
    out, err = fetch_elsewhere(limit).communicate(timeout=30)
    assert "cannot be used ([Errno 27] File too large" in out
    assert "on a disk with room" in out
    assert err == ""
    assert listing(cache_root) == {"tiny", ".lock"}
