"""`tools.vendor` with an npm of our own making: right, wrong, missing."""

import base64
import hashlib
import io
import subprocess
import tarfile

import pytest

from tools import vendor

FILES = {
    "package/dist/one.js": b"one",
    "package/dist/fonts/a.woff": b"font",
    "package/dist/fonts/../../../escaped": b"no",
    "package/src/two.js": b"two",
}


def pack():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in FILES.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


# What npm 11 writes with these options where it finds no registry.
UNREACHABLE = b"""\
npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error errno ENOTFOUND
npm error network request to http://nowhere.invalid/thing failed, reason: getaddrinfo ENOTFOUND
npm error network This is a problem related to network connectivity.
npm error A complete log of this run can be found in: /home/us/.npm/_logs/debug-0.log
"""
TARBALL = pack()
DIGEST = base64.b64encode(hashlib.sha512(TARBALL).digest()).decode()
PACKAGE = vendor.Package("thing", "1.0", DIGEST, "package/dist/", ("one.js", "fonts/"))


@pytest.fixture
def npm(monkeypatch):
    """An npm that packs `TARBALL`, and the commands it was given."""
    calls = []

    def run(command, cwd, **options):
        calls.append(command)
        (cwd / "thing-1.0.tgz").write_bytes(TARBALL)

    monkeypatch.setattr(vendor.subprocess, "run", run)
    monkeypatch.setattr(vendor.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(vendor, "PACKAGES", (PACKAGE,))
    return calls


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(vendor, "FOLDER", tmp_path / "vendor")
    return tmp_path / "vendor"


def test_only_the_members_wanted_are_unpacked(npm, folder):
    vendor.main()
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert files == {"thing/one.js", "thing/fonts/a.woff", "thing/version"}
    assert (folder / "thing" / "one.js").read_bytes() == b"one"


def test_nothing_is_fetched_twice(npm, folder):
    vendor.main()
    vendor.main()
    assert npm == [["/bin/npm", "pack", *vendor.OPTIONS, "thing@1.0"]]


def test_another_version_is_replaced(npm, folder, monkeypatch):
    vendor.main()
    (folder / "thing" / "version").write_text("0.9")
    (folder / "thing" / "old.js").write_text("old")
    vendor.main()
    assert not (folder / "thing" / "old.js").exists()
    assert (folder / "thing" / "version").read_text() == "1.0"


def test_a_wrong_digest_is_refused_and_leaves_nothing(npm, folder, monkeypatch):
    wrong = vendor.Package("thing", "1.0", "wrong", "package/dist/", ("one.js",))
    monkeypatch.setattr(vendor, "PACKAGES", (wrong,))
    with pytest.raises(ValueError, match=r"sha512 of thing@1\.0 must be wrong, got "):
        vendor.main()
    assert list(folder.iterdir()) == []


def test_without_npm_one_line_says_so(folder, monkeypatch, capsys):
    monkeypatch.setattr(vendor.shutil, "which", lambda name: None)
    vendor.main()
    assert capsys.readouterr().out.splitlines() == [
        "npm is not installed: the book's pages will load MathJax and Mermaid from a CDN"
    ]


def test_an_npm_that_fails_leaves_the_cdn(npm, folder, monkeypatch, capsys):
    def fail(command, **options):
        raise subprocess.CalledProcessError(1, command, stderr=UNREACHABLE)

    monkeypatch.setattr(vendor.subprocess, "run", fail)
    vendor.main()
    assert capsys.readouterr().out == (
        "npm could not fetch thing (npm error code ENOTFOUND): "
        "the pages use what is there, or a CDN\n"
    )
    assert list(folder.iterdir()) == []


def test_the_cdn_has_the_same_version_and_script():
    assert vendor.MATHJAX.cdn.endswith(f"/mathjax@{vendor.MATHJAX.version}/es5/tex-mml-chtml.js")
    assert vendor.MERMAID.cdn.endswith(f"/mermaid@{vendor.MERMAID.version}/dist/mermaid.min.js")
