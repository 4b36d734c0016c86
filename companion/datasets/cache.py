"""The cache of data files: fetch what is missing, and hand out nothing whose digest is wrong."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import filelock
import pooch

from companion.datasets.dataset import Dataset, DataUnavailableError, File, Source, SourceError
from companion.datasets.sources import Mirror

_LOCK_SECONDS = 1800
_STAGING = ".partial-"


def cache_folder() -> Path:
    """Return the folder of all data sets: ``COMPANION_DATA``, or one in the user's cache.

    Returns
    -------
    Path
        An absolute path; the folder need not exist.
    """
    chosen = os.environ.get("COMPANION_DATA")
    folder = Path(chosen) if chosen else Path(pooch.os_cache("large-models-companion"))
    return folder.expanduser().absolute()


def fault(path: Path, file: File) -> str | None:
    """Say what is wrong with a file on disk, or return None when its every byte is right.

    Parameters
    ----------
    path
        Where it lies.
    file
        What it must be.

    Returns
    -------
    str or None
        "missing", or the size or digest that was found.
    """
    if not path.is_file():
        return "missing"
    size = path.stat().st_size
    if size != file.size:
        return f"{size} bytes long, expected {file.size}"
    received = pooch.file_hash(str(path))
    return None if received == file.sha256 else f"SHA-256 is {received}, expected {file.sha256}"


def require(path: Path, file: File) -> None:
    """Raise unless a file on disk is right to the last byte.

    Parameters
    ----------
    path
        Where it lies.
    file
        What it must be.

    Raises
    ------
    SourceError
        If it is missing, or its size or digest is another.
    """
    if wrong := fault(path, file):
        raise SourceError(f"{file.name}: {wrong}")


def fetch(dataset: Dataset) -> dict[str, Path]:
    """Return the paths of a data set's files, fetching those that the cache lacks.

    Every file is hashed on every call (about 1 GB/s), so that a damaged file is replaced and never
    handed out; a cache that is complete may be read-only. Files enter the cache by a rename, under
    a lock that the system takes from a process that dies.

    Parameters
    ----------
    dataset
        The data set.

    Returns
    -------
    dict of str to Path
        For each file, by its name, the path of a file with the right digest.

    Raises
    ------
    DataUnavailableError
        If a file is missing and no source delivered it, or the cache cannot be used.
    """
    folder = cache_folder() / dataset.name
    lock = filelock.FileLock(folder / ".lock")
    try:
        if _faults(dataset, folder):
            folder.mkdir(parents=True, exist_ok=True)
            with lock.acquire(timeout=_LOCK_SECONDS):
                _fill(dataset, folder)
        elif _left_overs(folder):
            with contextlib.suppress(OSError), lock.acquire(timeout=0):
                _sweep(folder)
    except OSError as error:
        raise DataUnavailableError(
            f"{dataset.name}: the cache {folder} cannot be used ({error}). Name a folder that you "
            "may write, on a disk with room, in the environment variable COMPANION_DATA."
        ) from error
    return {file.name: folder / file.name for file in dataset.files}


def verify(dataset: Dataset) -> dict[str, str]:
    """Say what is wrong with the files of a data set in the cache, and fetch nothing.

    Parameters
    ----------
    dataset
        The data set.

    Returns
    -------
    dict of str to str
        For each file that is missing or damaged, by its name, what is wrong.
    """
    faults = _faults(dataset, cache_folder() / dataset.name)
    return {file.name: wrong for file, wrong in faults.items()}


def count_files(dataset: Dataset) -> int:
    """Return how many files of a data set are in the cache, without reading them.

    Parameters
    ----------
    dataset
        The data set.

    Returns
    -------
    int
        From 0 to the number of its files.
    """
    return sum((cache_folder() / dataset.name / file.name).is_file() for file in dataset.files)


def _faults(dataset: Dataset, folder: Path) -> dict[File, str]:
    found = ((file, fault(folder / file.name, file)) for file in dataset.files)
    return {file: reason for file, reason in found if reason}


def _fill(dataset: Dataset, folder: Path) -> None:
    """Ask one source after the other until every file is there; needs the lock."""
    _sweep(folder)
    missing = _faults(dataset, folder)
    tried = [f"cache {folder}: {_summary(missing)}"]
    sources: list[Source] = list(dataset.sources)
    if mirror := os.environ.get("COMPANION_MIRROR"):
        sources.insert(0, Mirror(Path(mirror).expanduser() / dataset.name, dataset.files))
    else:
        tried.append("mirror folder: the environment variable COMPANION_MIRROR is not set")
    for source in sources:
        if not missing:
            break
        with tempfile.TemporaryDirectory(
            prefix=_STAGING, dir=folder, ignore_cleanup_errors=True
        ) as staging:
            try:
                source.deliver(Path(staging))
            except SourceError as error:
                tried.append(f"{source}: {error}")
                continue
            delivered = _faults(dataset, Path(staging))
            for file in missing:
                if file not in delivered:
                    _install(Path(staging, file.name), folder / file.name)
        missing = {file: delivered[file] for file in missing if file in delivered}
        if missing:
            tried.append(f"{source}: {_summary(missing)}")
    if missing:
        raise DataUnavailableError(_report(dataset, folder, missing, tried))


def _install(staged: Path, target: Path) -> None:
    """Move a file into the cache so that it is there wholly or not at all, also after a crash."""
    with staged.open("rb+") as file:
        os.fsync(file.fileno())
    staged.replace(target)


def _left_overs(folder: Path) -> list[Path]:
    return list(folder.glob(f"{_STAGING}*"))


def _sweep(folder: Path) -> None:
    """Remove what killed processes left behind; needs the lock, as no other process may be busy."""
    for left_over in _left_overs(folder):
        shutil.rmtree(left_over, ignore_errors=True)


def _summary(faults: Mapping[File, str]) -> str:
    return "; ".join(f"{file.name} {reason}" for file, reason in faults.items())


def _report(dataset: Dataset, folder: Path, missing: Mapping[File, str], tried: list[str]) -> str:
    files = [f"  {file.name}  {file.size} bytes  SHA-256 {file.sha256}" for file in missing]
    return "\n".join(
        [
            f"{dataset.name}: {len(missing)} of {len(dataset.files)} files could not be fetched.",
            "Tried:",
            *(f"  {line}" for line in tried),
            "To go on without a connection, run",
            f"  python -m companion.datasets fetch {dataset.name}",
            "on a machine that has one, copy the folder that it prints, and name the folder above",
            f"the copy of {dataset.name}/ in the environment variable COMPANION_MIRROR.",
            f"Or put these files into {folder}:",
            *files,
        ]
    )
