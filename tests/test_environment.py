"""The descriptions of the environment agree: pyproject.toml, the lock, environment.yml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
CONDA_PYTHON = next(d for d in CONDA if str(d).startswith("python=")).removeprefix("python=")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def locked(python: str) -> dict[str, str]:
    """Name -> version for one Python on Linux, read from the lock file."""
    place = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_machine": "x86_64",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    versions = {}
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines():
        if re.match(r"[a-zA-Z]", line):
            requirement = Requirement(line.removesuffix("\\"))
            if requirement.marker is None or requirement.marker.evaluate(place):
                (pin,) = requirement.specifier
                versions[canonicalize_name(requirement.name)] = pin.version
    return versions


def direct() -> dict[str, Requirement]:
    """What pyproject.toml asks for by name, over all extras."""
    extras = PROJECT["optional-dependencies"].values()
    listed = [Requirement(r) for r in PROJECT["dependencies"] + [r for e in extras for r in e]]
    return {canonicalize_name(r.name): r for r in listed if r.name != PROJECT["name"]}


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_satisfies_every_range(python: str) -> None:
    versions = locked(python)
    for name, requirement in direct().items():
        assert requirement.specifier.contains(versions[name], prereleases=True), requirement


def test_the_lock_has_hashes_and_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=[a-zA-Z])", text)
    assert len(entries) > 100
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "--index" not in text


def test_the_conda_environment_is_the_lock() -> None:
    (pip,) = [d["pip"] for d in CONDA if isinstance(d, dict)]
    pinned = {canonicalize_name(n): v for n, v in (line.split("==") for line in pip)}
    versions = locked(CONDA_PYTHON)
    assert pinned == {name: versions[name] for name in direct()}


def test_the_torch_of_the_tests_is_named_once() -> None:
    (pin,) = re.findall(r"^torch==(\S+)$", (ROOT / "requirements-torch.txt").read_text(), re.M)
    assert f"torch=={pin} " in (ROOT / "environment.yml").read_text("utf-8")
