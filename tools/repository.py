"""The repository's URL stands in _config.yml; this stamps it wherever a literal copy is needed.

``python -m tools.repository`` replaces the address of the repository, or of a former place of it,
in the pages, the README and the package's metadata; ``--check`` only names the files that differ.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from tools import files
from tools.pages import ROOT, hidden

# Where a file names its own repository rather than somebody else's.
OWN = re.compile(
    r"(?:git\+https://github\.com/"  # the set-up cell of a page, pip in the README
    r"|colab\.research\.google\.com/github/"
    r"|repository-code: [\"']?https://github\.com/"  # CITATION.cff
    r"|Homepage = \"https://github\.com/)"  # pyproject.toml
    r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?=\.git\b|[/@\"'#)\s]|$)",
    re.MULTILINE,
)

SETUP = """\
import importlib.util

if importlib.util.find_spec("companion") is None:  # in Colab
    !pip install -q "large-models-companion[notebooks] @ git+{url}\""""


def repository_url(root: Path = ROOT) -> str:
    """Return the repository's URL from `_config.yml`.

    Raises
    ------
    ValueError
        If it is no repository on GitHub, which Colab needs.
    """
    url = str(yaml.safe_load((root / "_config.yml").read_text("utf-8"))["repository"]["url"])
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", url):
        raise ValueError(f"repository.url must be https://github.com/OWNER/NAME, got {url!r}")
    return url


def site_url(repository: str) -> str:
    """Return the address under which the book of a repository is published."""
    owner, name = repository.split("/")[-2:]
    return f"https://{owner.lower()}.github.io/{name}"


def setup_cell(repository: str) -> str:
    """Return the source of every page's set-up cell."""
    return SETUP.format(url=repository)


def stamped(root: Path = ROOT) -> dict[Path, str]:
    """Return the files that name another repository as their own, with their right text."""
    url = repository_url(root)
    texts = {path: path.read_text("utf-8") for path in _files(root)}
    named = {(own["owner"], own["name"]) for text in texts.values() for own in OWN.finditer(text)}
    owner, name = url.split("/")[-2:]
    former = sorted(named - {(owner, name)})
    right = {path: _replace(text, former, url) for path, text in texts.items()}
    return {path: text for path, text in right.items() if text != texts[path]}


def _files(root: Path) -> Iterator[Path]:
    yield from sorted(root.glob("*.md"))
    yield from (
        root / name for name in ("CITATION.cff", "pyproject.toml") if (root / name).exists()
    )
    for path in sorted((root / "book").rglob("*.md")):
        if not hidden(path.relative_to(root)):
            yield path


def _replace(text: str, former: Iterable[tuple[str, str]], url: str) -> str:
    slug = "/".join(url.split("/")[-2:])
    for owner, name in former:
        end = r"(?=\.git\b|[^\w.-]|\.?$|\.\s)"
        text = re.sub(
            rf"(github(?:\.com|usercontent\.com)?/){re.escape(f'{owner}/{name}')}{end}",
            rf"\g<1>{slug}",
            text,
            flags=re.M,
        )
        text = re.sub(
            rf"{re.escape(site_url(f'{owner}/{name}'))}{end}", site_url(url), text, flags=re.M
        )
    return text


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.repository", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail if it would")
    options = parser.parse_args(arguments)
    wrong = stamped(root)
    outcome = "names another repository" if options.check else "stamped"
    for path, text in wrong.items():
        print(f"{path.relative_to(root)}: {outcome}")
        if not options.check:
            files.write(path, text)
    return int(options.check and bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
