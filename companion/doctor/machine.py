"""What this machine has: hardware, packages, settings, and the devices that frameworks see."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple

Imports = Literal["all", "backend", "none"]
FRAMEWORKS = ("tensorflow", "jax", "torch")
# The packages that matter here; those of the second line bring OpenMP runtimes.
PACKAGES = (
    *("large-models-companion", "numpy", "keras", *FRAMEWORKS, "torchvision", "tf-keras"),
    *("scikit-learn", "intel-openmp"),
    *("matplotlib", "ipython", "jupyter-book", "papermill", "pip"),
)
VARIABLES = ("KERAS_BACKEND", "TF_USE_LEGACY_KERAS", "CUDA_VISIBLE_DEVICES", "COMPANION_DATA")
# Each prints a list of the devices that a framework sees, or fails.
_PROBES = {
    "tensorflow": "import tensorflow as t; "
    "d = [x.name.replace('/physical_device:', '') for x in t.config.list_physical_devices()]",
    "jax": "import jax; d = [f'{x.platform}:{x.id} {x.device_kind}' for x in jax.devices()]",
    "torch": "import torch as t; d = ['CPU'] + [t.cuda.get_device_name(i) for i in "
    "range(t.cuda.device_count())] + ['MPS'] * t.backends.mps.is_available()",
    "torchvision": "import torchvision; d = []",
}
_SECONDS = 90.0


class Package(NamedTuple):
    """An installed package and what its metadata asks for."""

    version: str
    requires_python: str = ""  # such as ">=3.10"
    newest_python: str = ""  # that its classifiers name, such as "3.13"
    requires_numpy: str = ""  # such as ">=1.26.0"
    openmp: tuple[str, ...] = ()  # file names of the OpenMP runtimes that it brings


class Probe(NamedTuple):
    """What came of importing a package in a process of its own."""

    devices: tuple[str, ...] = ()
    error: str = ""  # the last line of the error; empty when the import succeeded


@dataclass(frozen=True)
class Machine:
    """Everything that the checks look at."""

    python: str
    system: str
    processor: str
    cores: int  # that this process may use
    memory: int | None  # bytes, None where the system does not say
    disk: int  # free bytes where the data cache lies
    cache: Path
    packages: Mapping[str, Package]
    backend: str  # that Keras would choose
    writable: bool = True  # the data cache
    variables: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)  # path by name
    probes: Mapping[str, Probe] = field(default_factory=dict)  # by package imported


def observe(imports: Imports = "all") -> Machine:
    """Look at this machine.

    Parameters
    ----------
    imports
        Which frameworks to import, each in a process of its own, to see whether they work and what
        devices they find: all that are installed, only Keras's ``"backend"``, or ``"none"``.

    Returns
    -------
    Machine
        What was found. A broken installation is reported there, never raised.
    """
    packages = {name: found for name in PACKAGES if (found := _package(name))}
    if "tensorflow" not in packages and (found := _package("tensorflow-cpu")):
        packages["tensorflow"] = found  # the same library, in a smaller wheel
    cache = _cache_folder()
    # The folder, or what it would be made in. Not Path.exists: that raises where one may not enter.
    place = next(path for path in (cache, *cache.parents) if os.access(path, os.F_OK))
    backend = chosen_backend()
    wanted = {"all": tuple(_PROBES), "backend": (backend,), "none": ()}[imports]
    probed = [name for name in wanted if name in _PROBES and name in packages]
    return Machine(
        python=platform.python_version(),
        system=platform.platform(),
        processor=processor(),
        cores=usable_cores(),
        memory=_memory(),
        disk=shutil.disk_usage(place).free,
        cache=cache,
        writable=os.access(place, os.W_OK | os.X_OK),
        packages=packages,
        backend=backend,
        variables={name: os.environ[name] for name in VARIABLES if name in os.environ},
        tools={t: path for t in ("node", "npm", "nvidia-smi") if (path := shutil.which(t))},
        probes=probe({name: _PROBES[name] for name in probed}, _SECONDS),
    )


def usable_cores() -> int:
    """Return how many processor cores this process may use.

    Returns
    -------
    int
        At least 1. On Linux the affinity mask counts, which containers and schedulers narrow.
    """
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor() -> str:
    """Return the name of the processor, as well as the system knows it.

    Returns
    -------
    str
        Such as ``"Intel(R) Xeon(R) CPU @ 2.20GHz"``.
    """
    if sys.platform == "linux":
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        if found := re.search(r"^model name\s*: (.*)$", text, re.MULTILINE):
            return found[1]
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
        return answer.stdout.strip() or platform.processor()
    return platform.processor() or platform.machine()


def chosen_backend() -> str:
    """Return the backend that Keras would load: ``KERAS_BACKEND``, ``keras.json``, or TensorFlow.

    Returns
    -------
    str
        As written there; it need not exist.
    """
    if chosen := os.environ.get("KERAS_BACKEND"):
        return chosen
    home = Path(os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser())
    try:
        settings = json.loads((home / "keras.json").read_text(encoding="utf-8"))
        return str(settings.get("backend", "tensorflow"))
    except (OSError, ValueError, AttributeError):  # absent or broken: Keras ignores it as well
        return "tensorflow"


def probe(programs: Mapping[str, str], seconds: float) -> dict[str, Probe]:
    """Run short programs that set ``d`` to a list of devices, each in a process of its own.

    They run side by side, so that the slowest decides how long it takes.

    Parameters
    ----------
    programs
        Python source by name.
    seconds
        Time limit of all together.

    Returns
    -------
    dict
        What each found, or the last line of its error.
    """
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-c", f"{code}\nimport json; print(); print(json.dumps(d))"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
        )
        for name, code in programs.items()
    }
    deadline = time.monotonic() + seconds
    return {name: _outcome(process, deadline) for name, process in processes.items()}


def _outcome(process: subprocess.Popen[str], deadline: float) -> Probe:
    limit = max(deadline - time.monotonic(), 1.0)
    try:
        output, errors = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Probe(error="the import did not end in time")
    if process.returncode == 0:
        return Probe(devices=tuple(json.loads(output.strip().splitlines()[-1])))
    lines = errors.strip().splitlines() or [f"ended with code {process.returncode}"]
    return Probe(error=lines[-1].strip())


def _package(name: str) -> Package | None:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None

    try:
        stated_metadata = found.metadata
    except FileNotFoundError:  # from the backport importlib_metadata, where it is loaded
        return Package("0+broken")

    def stated(key: str) -> list[str]:
        return stated_metadata.get_all(key) or []

    pythons = re.findall(r"Python :: 3\.(\d+)$", "\n".join(stated("Classifier")), re.MULTILINE)
    numpy = (re.fullmatch(r"numpy\s*\(?([^;)]*)\)?", need) for need in found.requires or [])
    names = {file.name for file in found.files or []}
    return Package(
        version=(stated("Version") or ["0+broken"])[0],
        requires_python=",".join(stated("Requires-Python")),
        newest_python=f"3.{max(map(int, pythons))}" if pythons else "",
        requires_numpy=",".join(match[1].strip() for match in numpy if match),
        openmp=tuple(sorted(file for file in names if re.match(r"lib[gi]?omp", file))),
    )


def _cache_folder() -> Path:
    # pooch, which companion.datasets asks for its folder, is not loaded only to be looked at.
    if chosen := os.environ.get("COMPANION_DATA"):
        return Path(chosen).expanduser().absolute()
    name = "large-models-companion"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~")).expanduser() / name / name / "Cache"
    if sys.platform == "darwin":
        return Path("~/Library/Caches").expanduser() / name
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / name


def _memory() -> int | None:
    if sys.platform == "win32":
        return None
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
