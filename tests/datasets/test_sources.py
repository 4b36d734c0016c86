import hashlib
import io
import os
import pty
import shutil
import socket
import subprocess
import tarfile
import termios
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import run_kernel

import companion
from companion.datasets import SourceError, sources
from companion.datasets.archives import extracting
from companion.datasets.sources import NpmPackage, Url, Wheel


def copy(raw: Path, folder: Path) -> None:
    shutil.copyfile(raw, folder / "a.bin")


@pytest.fixture
def out(tmp_path: Path, cache_root: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_url_is_downloaded_checked_and_unpacked(server: Any, out: Path, content: bytes) -> None:
    server.pages["/a"] = content
    Url(f"{server.url}/a", hashlib.sha256(content).hexdigest(), copy).deliver(out)
    assert (out / "a.bin").read_bytes() == content


def test_download_with_another_digest_is_not_unpacked(server: Any, out: Path) -> None:
    server.pages["/a"] = b"<html>please log in</html>"
    digest = hashlib.sha256(server.pages["/a"]).hexdigest()
    with pytest.raises(SourceError, match=f"download is {digest}, expected 00ff"):
        Url(f"{server.url}/a", "00ff", copy).deliver(out)
    assert not (out / "a.bin").exists()


def test_missing_page_is_a_source_error_and_the_host_is_asked_again(server: Any, out: Path) -> None:
    for _ in range(2):
        with pytest.raises(SourceError, match="404"):
            Url(f"{server.url}/a", "00", copy).deliver(out)
    assert server.asked == ["/a", "/a"]


@pytest.mark.parametrize("url", ["http://", "nonsense://x/y", "http://127.0.0.1:99999/"])
def test_wrong_url_is_a_source_error(out: Path, url: str) -> None:
    with pytest.raises(SourceError):
        Url(url, "00", copy).deliver(out)


def test_dead_host_is_asked_once_a_minute(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                calls.append(connection)
                connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        source = Url(f"http://127.0.0.1:{listener.getsockname()[1]}/a", "00", copy)
        for _ in range(3):
            with pytest.raises(SourceError, match=r"127\.0\.0\.1:.* does not answer"):
                source.deliver(out)
        assert len(calls) == 1
        monkeypatch.setattr(sources, "_FORGET_SECONDS", 0)
        with pytest.raises(SourceError, match="does not answer"):
            source.deliver(out)
        thread.join()
    assert len(calls) == 2


def test_silent_host_is_given_up(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        source = Url(f"http://127.0.0.1:{listener.getsockname()[1]}/a", "00", copy)
        with pytest.raises(SourceError, match=r"does not answer .*(nothing within|timed out)"):
            source.deliver(out)


def test_host_that_falls_silent_is_given_up(
    server: Any, out: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_READ_SECONDS", 0.2)
    server.pages["/a"] = content
    server.gate.clear()
    with pytest.raises(SourceError, match=r"does not answer .*timed out"):
        Url(f"{server.url}/a", "00", copy).deliver(out)
    assert not (out / "a.bin").exists()


def test_interrupted_download_is_a_source_error(server: Any, out: Path, content: bytes) -> None:
    class Short(bytes):
        def __len__(self) -> int:
            return super().__len__() + 10  # announced, not sent

    server.pages["/a"] = Short(content)
    with pytest.raises(SourceError):
        Url(f"{server.url}/a", hashlib.sha256(content).hexdigest(), copy).deliver(out)
    assert not (out / "a.bin").exists()


def wheel_of(folder: Path, members: dict[str, bytes]) -> None:
    members |= {
        "tiny_data-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tiny-data\nVersion: 1.0",
        "tiny_data-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
        b"Tag: py3-none-any\n",
        "tiny_data-1.0.dist-info/RECORD": b"",
    }
    with zipfile.ZipFile(folder / "tiny_data-1.0-py3-none-any.whl", "w") as wheel:
        for name, data in members.items():
            wheel.writestr(name, data)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the real pip takes packages from, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_wheel_is_downloaded_by_pip_and_unzipped(index: Path, out: Path, content: bytes) -> None:
    wheel_of(index, {"tiny_data/a.bin": content, "tiny_data/__init__.py": b"raise SystemExit"})
    Wheel("tiny-data", "1.0", extracting({"tiny_data/a.bin": "a.bin"})).deliver(out)
    assert (out / "a.bin").read_bytes() == content


def test_pip_says_why_it_failed(index: Path, out: Path) -> None:
    wheel_of(index, {})
    with pytest.raises(SourceError, match=r"Could not find a version .* tiny-data==2\.0"):
        Wheel("tiny-data", "2.0", copy).deliver(out)


def test_setup_py_of_a_source_package_is_not_run(index: Path, out: Path, tmp_path: Path) -> None:
    victim = tmp_path / "setup.py ran"
    with tarfile.open(index / "tiny-data-1.0.tar.gz", "w:gz") as archive:
        code = f"open({str(victim)!r}, 'w')".encode()
        entry = tarfile.TarInfo("tiny-data-1.0/setup.py")
        entry.size = len(code)
        archive.addfile(entry, io.BytesIO(code))
    with pytest.raises(SourceError, match="Could not find a version"):
        Wheel("tiny-data", "1.0", copy).deliver(out)
    assert not victim.exists()


def test_python_without_pip_is_said(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SourceError, match="this Python has no pip"):
        Wheel("tiny-data", "1.0", copy).deliver(out)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, r"no member tiny_data/a\.bin"),
        ({"../a.bin": b"evil"}, r"no member tiny_data/a\.bin"),
    ],
)
def test_wheel_without_the_member_is_a_source_error(
    index: Path, out: Path, members: dict[str, bytes], message: str
) -> None:
    wheel_of(index, members)
    with pytest.raises(SourceError, match=message):
        Wheel("tiny-data", "1.0", extracting({"tiny_data/a.bin": "a.bin"})).deliver(out)


UNTAR = extracting({"package/a.bin": "a.bin"})


def test_npm_package_is_packed_and_untarred(
    tmp_path: Path, out: Path, content: bytes, fake_npm: Callable[[str], None]
) -> None:
    with tarfile.open(tmp_path / "x.tgz", "w:gz") as archive:
        entry = tarfile.TarInfo("package/a.bin")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    fake_npm(f'echo "$@" > "{tmp_path}/words"; cp "{tmp_path}/x.tgz" scope-tiny-1.0.tgz')
    NpmPackage("@scope/tiny", "1.0", UNTAR).deliver(out)
    assert (out / "a.bin").read_bytes() == content
    words = (tmp_path / "words").read_text().split()
    assert words[:2] == ["pack", "@scope/tiny@1.0"]
    assert "--ignore-scripts" in words


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'npm error code E404' >&2; echo 'npm error 404 Not Found' >&2; exit 1", "code E404"),
        ("exit 3", "exit code 3"),
        ("true", r"left 0 files \*\.tgz, expected 1"),
        ("touch a.tgz b.tgz", r"left 2 files \*\.tgz, expected 1"),
        ("touch empty.tgz", r"empty\.tgz cannot be unpacked: .*empty"),
        ("echo '<html>' > login.tgz", r"login\.tgz cannot be unpacked"),
    ],
)
def test_failing_npm_is_a_source_error(
    out: Path, fake_npm: Callable[[str], None], script: str, message: str
) -> None:
    fake_npm(script)
    with pytest.raises(SourceError, match=message):
        NpmPackage("tiny", "1.0", UNTAR).deliver(out)


def test_npm_that_hangs_is_ended(
    out: Path, fake_npm: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_CARRIER_SECONDS", 0.3)
    fake_npm("exec sleep 60")
    with pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        NpmPackage("tiny", "1.0", UNTAR).deliver(out)


def test_machine_without_npm_is_said(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(out))
    with pytest.raises(SourceError, match="npm is not installed"):
        NpmPackage("tiny", "1.0", UNTAR).deliver(out)


def test_fault_of_the_disk_is_not_taken_for_a_fault_of_the_archive(server: Any, out: Path) -> None:
    def full(raw: Path, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    server.pages["/a"] = b"x"
    with pytest.raises(OSError, match="No space left"):
        Url(f"{server.url}/a", hashlib.sha256(b"x").hexdigest(), full).deliver(out)


FETCH = """
import shutil, sys
from pathlib import Path
from companion.datasets import sources
def copy(raw, folder):
    shutil.copyfile(raw, folder / "a.bin")
sources.NpmPackage("tiny", "1.0", copy).deliver(Path({npm!r}))
sources.Url({url!r}, {digest!r}, copy).deliver(Path({web!r}))
"""


@pytest.fixture
def fetching(
    tmp_path: Path, server: Any, content: bytes, fake_npm: Callable[[str], None], cache_root: Path
) -> str:
    """Code that fetches a file from a web server and from an npm that talks."""
    server.pages["/a"] = content
    fake_npm("echo 'npm warn noise' >&2; echo noise; touch x.tgz")
    for name in ("npm", "web"):
        (tmp_path / name).mkdir()
    return FETCH.format(
        npm=str(tmp_path / "npm"),
        web=str(tmp_path / "web"),
        url=f"{server.url}/a",
        digest=hashlib.sha256(content).hexdigest(),
    )


def test_progress_is_shown_on_a_terminal(
    fetching: str, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    process = run_python(fetching, stderr=theirs)
    out, _ = process.communicate()
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert out == ""
    assert "npm pack tiny@1.0" in shown
    assert "100%" in shown
    assert "noise" not in shown


def test_nothing_is_written_where_no_terminal_is(
    fetching: str, run_python: Callable[..., subprocess.Popen[str]]
) -> None:
    assert run_python(fetching).communicate() == ("", "")


def test_cell_of_a_notebook_has_no_output(fetching: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a kernel without ipywidgets, where importing ``tqdm.auto`` warns."""
    monkeypatch.setenv("PYTHONPATH", str(Path(companion.__file__).parents[1]))
    messages = []
    with run_kernel() as client:
        code = "import sys; sys.modules['ipywidgets'] = None\n" + fetching
        client.execute_interactive(code, timeout=60, output_hook=messages.append)
    assert {message["msg_type"] for message in messages} == {"status", "execute_input"}
