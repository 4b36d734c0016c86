import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from companion.datasets.archives import extract, extracting

CONTENT = b"\x00content\xff" * 1000
MEMBERS = {"package/data/a.bin": "a.bin"}


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tar_of(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.fixture(params=[zip_of, tar_of], ids=["zip", "tar"])
def make(request: pytest.FixtureRequest) -> object:
    return request.param


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "deep" / "out"
    folder.mkdir(parents=True)
    return folder


def test_named_member_is_copied_and_no_other(tmp_path: Path, out: Path, make: object) -> None:
    archive = make(tmp_path / "x", {"package/data/a.bin": CONTENT, "package/evil.py": b"boom"})
    extracting(MEMBERS)(archive, out)
    assert (out / "a.bin").read_bytes() == CONTENT
    assert [path.name for path in out.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:bz2", "w:xz"])
def test_tar_may_be_compressed_in_any_way(tmp_path: Path, out: Path, mode: str) -> None:
    extract(tar_of(tmp_path / "x", {"package/data/a.bin": CONTENT}, mode), MEMBERS, out)
    assert (out / "a.bin").read_bytes() == CONTENT


def test_member_whose_path_leads_out_is_written_into_the_folder(
    tmp_path: Path, out: Path, make: object
) -> None:
    evil = {"../../evil": b"1", "/evil": b"2", "package/../../evil": b"3"}
    archive = make(tmp_path / "x", {**evil, "package/data/a.bin": CONTENT})
    extract(archive, {**MEMBERS, "../../evil": "b.bin"}, out)
    assert {path.name for path in tmp_path.rglob("*")} == {"x", "deep", "out", "a.bin", "b.bin"}
    assert not Path("/evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_link_or_folder_in_a_tar_is_not_followed(tmp_path: Path, out: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "x", "w") as archive:
        entry = tarfile.TarInfo("package/data/a.bin")
        entry.type, entry.linkname = kind, "/etc/hostname"
        archive.addfile(entry)
    with pytest.raises(ValueError, match="not a plain file"):
        extract(tmp_path / "x", MEMBERS, out)
    assert not list(out.iterdir())


def test_missing_member_is_named(tmp_path: Path, out: Path, make: object) -> None:
    archive = make(tmp_path / "x", {"package/other": CONTENT})
    with pytest.raises(ValueError, match=r"no member package/data/a\.bin"):
        extract(archive, MEMBERS, out)


def test_archive_without_members_is_refused(tmp_path: Path, out: Path, make: object) -> None:
    with pytest.raises(ValueError, match="no member"):
        extract(make(tmp_path / "x", {}), MEMBERS, out)


@pytest.mark.parametrize("content", [b"", b"<html>please log in</html>"])
def test_file_that_is_no_archive_is_refused(tmp_path: Path, out: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(tarfile.ReadError):
        extract(tmp_path / "x", MEMBERS, out)


def test_damaged_zip_member_is_refused(tmp_path: Path, out: Path) -> None:
    archive = zip_of(tmp_path / "x", {"package/data/a.bin": bytes(range(256))})
    data = bytearray(archive.read_bytes())
    data[100] ^= 1
    archive.write_bytes(data)
    with pytest.raises(zipfile.BadZipFile):
        extract(archive, MEMBERS, out)
