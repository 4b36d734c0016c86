"""A cache of its own for every test, a web server on this machine, and a small data set."""

import contextlib
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import companion
from companion.datasets import Dataset, File, Source, sources

CONTENT = bytes(range(256)) * 400


def file_of(name: str, content: bytes = CONTENT) -> File:
    return File(name, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def content() -> bytes:
    return CONTENT


@pytest.fixture
def cache_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache in a folder with a space and letters beyond ASCII, and no mirror."""
    root = tmp_path / "cäche 数据"
    monkeypatch.setenv("COMPANION_DATA", str(root))
    monkeypatch.delenv("COMPANION_MIRROR", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(sources, "_unreachable", {})
    return root


@pytest.fixture
def make_dataset(cache_root: Path) -> Callable[..., Dataset]:
    """Return a maker of data sets: their sources, and the names of their files."""

    def make(*given: Source, names: tuple[str, ...] = ("a.bin",)) -> Dataset:
        return Dataset("tiny", "A tiny data set", "CC0", tuple(map(file_of, names)), given)

    return make


@dataclass
class Server:
    """What the web server serves and what it was asked; it answers once the gate is open."""

    url: str
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    gate: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            page = state.pages.get(self.path)
            if page is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            try:
                self.wfile.write(page[: len(page) // 2])
                self.wfile.flush()
                state.arrived.release()
                state.gate.wait(30)
                self.wfile.write(page[len(page) // 2 :])
            except OSError:  # the client was killed
                pass

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        state = Server(f"http://127.0.0.1:{web.server_port}")
        state.gate.set()
        thread = threading.Thread(target=web.serve_forever, args=(0.02,))
        thread.start()
        yield state
        state.gate.set()
        web.shutdown()
        thread.join()


@pytest.fixture
def run_python(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts Python code, with the package on its path, as a process."""
    root = str(Path(companion.__file__).parents[1])

    def start(code: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONPATH": root},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        stack.enter_context(process)
        stack.callback(process.kill)
        return process

    with contextlib.ExitStack() as stack:
        yield start


@pytest.fixture
def fake_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that puts an ``npm`` first on the path, a shell script of these lines."""

    def install(script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        npm = folder / "npm"
        npm.write_text(f"#!/bin/sh\n{script}\n")
        npm.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    return install
