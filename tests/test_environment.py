"""The descriptions of the environment agree: pyproject.toml, the lock, environment.yml."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.conda import locked

ROOT = Path(__file__).parents[1]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
CONDA_PYTHON = next(d for d in CONDA if str(d).startswith("python=")).removeprefix("python=")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def direct() -> dict[str, Requirement]:
    """What pyproject.toml asks for by name, over all extras."""
    extras = PROJECT["optional-dependencies"].values()
    listed = [Requirement(r) for r in PROJECT["dependencies"] + [r for e in extras for r in e]]
    return {canonicalize_name(r.name): r for r in listed if r.name != PROJECT["name"]}


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_satisfies_every_range(python: str) -> None:
    versions = locked(LOCK, python)
    for name, requirement in direct().items():
        assert requirement.specifier.contains(versions[name], prereleases=True), requirement


def test_the_lock_has_hashes_and_no_index() -> None:
    entries = re.split(r"\n(?=[a-zA-Z])", LOCK)
    assert len(entries) > 100
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in LOCK
    assert "--index" not in LOCK


def test_the_conda_environment_is_the_lock() -> None:
    (pip,) = [d["pip"] for d in CONDA if isinstance(d, dict)]
    pinned = {canonicalize_name(n): v for n, v in (line.split("==") for line in pip)}
    versions = locked(LOCK, CONDA_PYTHON)
    assert pinned == {name: versions[name] for name in direct()}


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("python", ["no-such-python", "false"])
def test_a_python_that_cannot_be_used_is_not_replaced_by_another(python, tmp_path) -> None:
    command = ["make", "setup", f"PYTHON={python}", f"VENV={tmp_path}/venv"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode != 0
    assert f"None of these is Python 3.11, 3.12 or 3.13: {python};" in made.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_torch_of_the_tests_is_named_once() -> None:
    (pin,) = re.findall(r"^torch==(\S+)$", (ROOT / "requirements-torch.txt").read_text(), re.M)
    assert f"torch=={pin} " in (ROOT / "environment.yml").read_text("utf-8")
