"""The known traps: each check looks at a machine and says in one sentence what to do."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from companion.doctor.machine import FRAMEWORKS, Machine
from companion.doctor.versions import release, satisfies

Verdict = Literal["ok", "warning", "problem"]
_GIB = 2**30


class Check(NamedTuple):
    """A trap, whether this machine is in it, and what that means."""

    subject: str
    verdict: Verdict
    advice: str


def run_checks(machine: Machine) -> list[Check]:
    """Run every check that applies.

    Parameters
    ----------
    machine
        What `companion.doctor.machine.observe` found.

    Returns
    -------
    list of Check
        In a fixed order; those of packages that are not installed are left out.
    """
    return [finding for check in _CHECKS for finding in check(machine)]


def _python(machine: Machine) -> Iterator[Check]:
    # Each package supports only the Pythons that its wheel names (E08).
    subject = f"Python {machine.python}"
    minor = ".".join(machine.python.split(".")[:2])
    refusing, silent = [], []  # what names an older Python only, but does not refuse this one
    for name in ("large-models-companion", "numpy", "keras", *FRAMEWORKS):
        if package := machine.packages.get(name):
            if not satisfies(machine.python, package.requires_python):
                refusing.append(f"{name} {package.version} needs {package.requires_python}")
            elif name in FRAMEWORKS and release(minor) > release(package.newest_python or minor):
                silent.append(f"{name} {package.version}")
    if refusing:
        yield Check(subject, "problem", f"Make an environment with Python 3.12: {_list(refusing)}.")
    elif silent:
        yield Check(
            subject, "warning", f"Newer than what {_list(silent)} names; 3.12 is the safe choice."
        )
    else:
        yield Check(subject, "ok", "Every installed package supports it.")


def _numpy(machine: Machine) -> Iterator[Check]:
    # A framework built for another NumPy crashes when it is imported.
    numpy = machine.packages.get("numpy")
    if numpy is None:
        return
    subject = f"NumPy {numpy.version}"
    unmet = [
        f"{name} {package.version} needs {package.requires_numpy}"
        for name, package in machine.packages.items()
        if package.requires_numpy and not satisfies(numpy.version, package.requires_numpy)
    ]
    if unmet:
        yield Check(subject, "problem", f"Install another NumPy: {_list(unmet)}.")
    else:
        yield Check(subject, "ok", "What the installed packages ask for.")


def _keras(machine: Machine) -> Iterator[Check]:
    # Keras 2 is another library of the same name.
    keras = machine.packages.get("keras")
    legacy = machine.variables.get("TF_USE_LEGACY_KERAS", "").lower() in ("1", "true")
    if keras is None:
        advice = "Not installed: the notebooks that train need the package's 'models' extra."
        yield Check("Keras", "warning", advice)
        return
    subject = f"Keras {keras.version}"
    if release(keras.version) < (3,):
        yield Check(subject, "problem", "The models need Keras 3: pip install --upgrade keras.")
    elif legacy:
        advice = "Unset TF_USE_LEGACY_KERAS: tf.keras would be Keras 2 beside Keras 3."
        yield Check(subject, "problem", advice)
    elif "tf-keras" in machine.packages:
        advice = "tf-keras, which is Keras 2, is installed as well: never mix objects of the two."
        yield Check(subject, "warning", advice)
    else:
        yield Check(subject, "ok", "The only Keras here.")


def _backend(machine: Machine) -> Iterator[Check]:
    # Keras 3 knows three backends that train; Theano has been gone since 2020.
    if "keras" not in machine.packages:
        return
    subject = f"backend {machine.backend}"
    installed = [name for name in FRAMEWORKS if name in machine.packages]
    choices = f"set KERAS_BACKEND to {' or '.join(installed)}" if installed else "install one"
    if machine.backend in installed:
        yield Check(subject, "ok", f"Installed; of the three there are {_list(installed)}.")
    elif machine.backend in FRAMEWORKS:
        yield Check(subject, "problem", f"Keras would load it, but it is not installed: {choices}.")
    else:
        yield Check(subject, "problem", f"Not a backend of Keras 3 that can train: {choices}.")


def _imports(machine: Machine) -> Iterator[Check]:
    # An installed package may still fail to import: torchvision beside a CPU-only torch (E09).
    for name, probe in machine.probes.items():
        package = machine.packages[name]
        subject = f"{name} {package.version}"
        if not probe.error:
            yield Check(subject, "ok", "It can be imported.")
        elif name == "torchvision":
            advice = (
                "Nothing here needs it: pip uninstall torchvision, or take it from torch's index"
            )
            yield Check(subject, "warning", f"{advice} ({probe.error}).")
        else:
            verdict: Verdict = "problem" if name == machine.backend else "warning"
            yield Check(subject, verdict, f"Install it anew: its import fails ({probe.error}).")


def _gpu(machine: Machine) -> Iterator[Check]:
    # A GPU that the chosen backend does not see stands idle.
    probe = machine.probes.get(machine.backend)
    if probe is None or probe.error:
        return
    usable = [device for device in probe.devices if not device.lower().startswith("cpu")]
    if usable:
        yield Check("GPU", "ok", f"{machine.backend} sees {_list(usable)}.")
    elif "nvidia-smi" in machine.tools:
        advice = f"{machine.backend} sees none although nvidia-smi is here: install its CUDA build."
        yield Check("GPU", "warning", advice)
    else:
        yield Check("GPU", "ok", "None, and none is needed: the notebooks are sized for two cores.")


def _openmp(machine: Machine) -> Iterator[Check]:
    # Two of Intel's or LLVM's OpenMP runtimes in one process abort it; GNU's does no harm.
    bringing = [
        f"{name} ({', '.join(files)})"
        for name, package in machine.packages.items()
        if (files := [file for file in package.openmp if not file.startswith("libgomp")])
    ]
    if len(bringing) > 1:
        advice = f"If a process aborts with 'OMP: Error #15', import only one of {_list(bringing)}."
        yield Check("OpenMP", "warning", advice)
    else:
        yield Check("OpenMP", "ok", "No two runtimes that quarrel.")


def _resources(machine: Machine) -> Iterator[Check]:
    if machine.memory is not None:
        subject = f"memory {machine.memory / _GIB:.1f} GiB"
        if machine.memory < 4 * _GIB:
            yield Check(subject, "warning", "Close other programs: a notebook may take 3 GiB.")
        else:
            yield Check(subject, "ok", "Enough for every notebook at its defaults.")
    if not machine.writable:
        advice = f"Make {machine.cache} writable, or let COMPANION_DATA name another folder."
        yield Check("the data folder cannot be written", "problem", advice)
    subject = f"disk {machine.disk / _GIB:.1f} GiB free"
    if machine.disk < _GIB // 10:
        advice = f"Free some space in {machine.cache}, or let COMPANION_DATA name another folder."
        yield Check(subject, "problem", advice)
    elif machine.disk < 2 * _GIB:
        yield Check(subject, "warning", "Enough for MNIST, not for installing a framework.")
    else:
        yield Check(subject, "ok", "Enough for the data.")


def _pip(machine: Machine) -> Iterator[Check]:
    # An old pip cannot read new wheels and builds from source instead.
    if pip := machine.packages.get("pip"):
        if release(pip.version) < (22,):
            advice = "Very old: python -m pip install --upgrade pip, before anything else."
            yield Check(f"pip {pip.version}", "warning", advice)
        else:
            yield Check(f"pip {pip.version}", "ok", "New enough for today's wheels.")


def _list(words: list[str]) -> str:
    return ", ".join(words)


_CHECKS = (_python, _numpy, _keras, _backend, _imports, _gpu, _openmp, _resources, _pip)
