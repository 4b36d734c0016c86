"""The versions of requirements.lock, which ``python -m tools.conda`` copies to environment.yml."""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import files
from tools.pages import ROOT

PIN = re.compile(r"^( *- (?P<name>[\w.-]+)==)\S+", re.MULTILINE)


def locked(lock: str, python: str) -> dict[str, str]:
    """Return the versions in a lock file, by name, for a Python such as ``3.12`` on Linux."""
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
    for line in lock.splitlines():
        if re.match(r"[a-zA-Z]", line):
            requirement = Requirement(line.removesuffix("\\"))
            if requirement.marker is None or requirement.marker.evaluate(place):
                (pin,) = requirement.specifier
                versions[canonicalize_name(requirement.name)] = pin.version
    return versions


def pinned(environment: str, lock: str) -> str:
    """Return the text of environment.yml with each ``name==version`` as the lock file has it.

    Raises
    ------
    ValueError
        If it names no Python, or a package that is not locked.
    """
    if not (python := re.search(r"^ *- python=(\S+)", environment, re.MULTILINE)):
        raise ValueError("environment.yml must pin python=VERSION, got none")
    versions = locked(lock, python[1])

    def pin(found: re.Match[str]) -> str:
        if (name := canonicalize_name(found["name"])) not in versions:
            raise ValueError(f"environment.yml must name what requirements.lock has, got {name}")
        return found[1] + versions[name]

    return PIN.sub(pin, environment)


def main(root: Path = ROOT) -> int:
    """Rewrite the pins of environment.yml; all else in it stays."""
    path = root / "environment.yml"
    lock = (root / "requirements.lock").read_text("utf-8")
    if files.write(path, pinned(path.read_text("utf-8"), lock)):
        print(f"wrote {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
