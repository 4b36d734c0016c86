"""Take named members out of an archive; nothing in the archive decides where they are written."""

import shutil
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path


def extract(archive: Path, members: Mapping[str, str], folder: Path) -> None:
    """Copy members of a zip or tar archive into a folder.

    Parameters
    ----------
    archive
        A zip file (a wheel is one) or a tar file, compressed or not.
    members
        The path of each member in the archive, and the name of the file to write.
    folder
        Where the files are written.

    Raises
    ------
    ValueError
        If the archive lacks a member, or the member is not a plain file.
    zipfile.BadZipFile, tarfile.TarError
        If the archive cannot be read.
    """
    copy = _copy_from_zip if zipfile.is_zipfile(archive) else _copy_from_tar
    copy(archive, {member: folder / name for member, name in members.items()})


def extracting(members: Mapping[str, str]) -> Callable[[Path, Path], None]:
    """Return the function ``(archive, folder)`` that extracts these members.

    Parameters
    ----------
    members
        As for :func:`extract`.

    Returns
    -------
    callable
        The ``unpack`` of a source whose archive holds the files as they are.
    """
    return lambda archive, folder: extract(archive, members, folder)


def _copy_from_zip(archive: Path, targets: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(archive) as opened:
        for member, target in targets.items():
            try:
                source = opened.open(member)
            except KeyError:
                raise ValueError(f"the archive has no member {member}") from None
            with source, target.open("wb") as file:
                shutil.copyfileobj(source, file)


def _copy_from_tar(archive: Path, targets: Mapping[str, Path]) -> None:
    with tarfile.open(archive) as opened:
        for member, target in targets.items():
            try:
                entry = opened.getmember(member)
            except KeyError:
                raise ValueError(f"the archive has no member {member}") from None
            source = opened.extractfile(entry) if entry.isfile() else None
            if source is None:
                raise ValueError(f"the archive's member {member} is not a plain file")
            with source, target.open("wb") as file:
                shutil.copyfileobj(source, file)
