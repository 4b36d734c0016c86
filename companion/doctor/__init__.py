"""Whether this machine is ready for the notebooks, and which known trap it is in.

From a shell: ``python -m companion.doctor``.
"""

from pathlib import Path
from typing import NamedTuple

from companion.doctor.checks import Check, Verdict, run_checks
from companion.doctor.machine import FRAMEWORKS, Imports, Machine, Package, Probe, observe

__all__ = [
    "Check",
    "Fact",
    "Imports",
    "Machine",
    "Package",
    "Probe",
    "Report",
    "Verdict",
    "describe",
    "observe",
    "report",
    "run_checks",
]


class Fact(NamedTuple):
    """Something that was found on the machine."""

    subject: str
    value: str


class Report(NamedTuple):
    """What was found, and what the checks say of it."""

    facts: list[Fact]
    checks: list[Check]


def report(imports: Imports = "all") -> Report:
    """Examine this machine.

    Parameters
    ----------
    imports
        Which frameworks to import, each in a process of its own, to see whether they work and what
        devices they find: all that are installed, only Keras's ``"backend"``, or ``"none"``.

    Returns
    -------
    Report
        Facts and checks, each a row for a table.
    """
    machine = observe(imports)
    return Report(describe(machine), run_checks(machine))


def describe(machine: Machine) -> list[Fact]:
    """List what is worth knowing of a machine.

    Parameters
    ----------
    machine
        What `observe` found.

    Returns
    -------
    list of Fact
        Hardware, versions, backend and devices, tools, and the folder of the data.
    """
    memory = "unknown" if machine.memory is None else f"{machine.memory / 2**30:.1f} GiB"
    facts = [
        Fact("Python", machine.python),
        Fact("system", machine.system),
        Fact("processor", machine.processor),
        Fact("usable cores", str(machine.cores)),
        Fact("memory", memory),
        *(Fact(name, package.version) for name, package in machine.packages.items()),
        Fact("Keras backend", machine.backend),
    ]
    for name in FRAMEWORKS:
        if (probe := machine.probes.get(name)) and not probe.error:
            facts.append(Fact(f"devices of {name}", ", ".join(probe.devices)))
    facts += [Fact(name, value) for name, value in machine.variables.items()]
    facts += [Fact(tool, "yes" if tool in machine.tools else "no") for tool in ("node", "npm")]
    cache = machine.cache
    if cache.is_relative_to(Path.home()):
        cache = "~" / cache.relative_to(Path.home())
    return [*facts, Fact("data folder", str(cache))]
