"""The doctor on machines that are well and on machines in each known trap."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from companion import doctor
from companion.doctor import Machine, Package, Probe, machine, run_checks
from companion.doctor.__main__ import main
from companion.doctor.versions import release, satisfies

WELL = Machine(
    python="3.12.4",
    system="Linux",
    processor="a processor",
    cores=2,
    memory=16 * 2**30,
    disk=50 * 2**30,
    cache=Path("/cache"),
    packages={
        "numpy": Package("2.1.0", ">=3.10"),
        "keras": Package("3.15.1", ">=3.11"),
        "tensorflow": Package("2.21.0", ">=3.10", "3.13", ">=1.26.0"),
        "pip": Package("24.0"),
    },
    backend="tensorflow",
    probes={"tensorflow": Probe(("CPU:0",))},
)


def with_packages(**packages):
    return replace(WELL, packages={**WELL.packages, **packages})


def without(name):
    packages = {other: package for other, package in WELL.packages.items() if other != name}
    return replace(WELL, packages=packages, probes={})


def find(ill: Machine, subject: str):
    (check,) = [check for check in run_checks(ill) if check.subject.startswith(subject)]
    return check


def test_a_machine_that_is_well_has_no_complaint():
    assert {check.verdict for check in run_checks(WELL)} == {"ok"}
    assert all(check.advice.endswith(".") for check in run_checks(WELL))


def test_E08_python_3_8_is_refused_and_an_untested_newer_one_warned_of():
    old = find(replace(WELL, python="3.8.10"), "Python")
    assert old.verdict == "problem"
    assert "keras 3.15.1 needs >=3.11" in old.advice
    new = find(replace(WELL, python="3.14.0"), "Python")
    assert new.verdict == "warning"
    assert "tensorflow 2.21.0" in new.advice


def test_E09_a_torchvision_that_does_not_import_is_named():
    ill = replace(
        with_packages(torchvision=Package("0.28.0")),
        probes={"torchvision": Probe(error="RuntimeError: operator torchvision::nms")},
    )
    check = find(ill, "torchvision")
    assert check.verdict == "warning"
    assert "pip uninstall torchvision" in check.advice


TRAPS = [
    # KT18
    (replace(WELL, backend="theano"), "backend theano", "problem", "Not a backend of Keras 3"),
    (replace(WELL, backend="jax"), "backend jax", "problem", "KERAS_BACKEND to tensorflow"),
    (without("tensorflow"), "backend tensorflow", "problem", "install one"),
    (without("keras"), "Keras", "warning", "'models' extra"),
    (with_packages(keras=Package("2.15.0")), "Keras", "problem", "need Keras 3"),
    (with_packages(**{"tf-keras": Package("2.21.0")}), "Keras", "warning", "never mix"),
    (
        replace(
            with_packages(**{"tf-keras": Package("2.21.0")}),
            variables={"TF_USE_LEGACY_KERAS": "1"},
        ),
        "Keras",
        "problem",
        "Unset TF_USE_LEGACY_KERAS",
    ),
    (
        with_packages(tensorflow=Package("2.17.0", requires_numpy="<2.0.0,>=1.23.5")),
        "NumPy",
        "problem",
        "tensorflow 2.17.0 needs <2.0.0,>=1.23.5",
    ),
    (
        replace(WELL, probes={"tensorflow": Probe(error="ImportError: libx.so")}),
        "tensorflow",
        "problem",
        "ImportError: libx.so",
    ),
    (replace(WELL, tools={"nvidia-smi": "/usr/bin/nvidia-smi"}), "GPU", "warning", "sees none"),
    (
        with_packages(
            torch=Package("2.13.0", openmp=("libomp.dylib",)),
            **{"scikit-learn": Package("1.9.1", openmp=("libomp.dylib",))},
        ),
        "OpenMP",
        "warning",
        "OMP: Error #15",
    ),
    (replace(WELL, memory=2 * 2**30), "memory", "warning", "3 GiB"),
    (replace(WELL, disk=2**20), "disk", "problem", "COMPANION_DATA"),
    (replace(WELL, disk=2**30), "disk", "warning", "not for installing"),
    (replace(WELL, writable=False), "the data folder cannot be", "problem", "Make /cache writable"),
    (with_packages(pip=Package("20.0.2")), "pip", "warning", "Very old"),
]


@pytest.mark.parametrize(("ill", "subject", "verdict", "advice"), TRAPS)
def test_each_trap_is_found_and_named(ill, subject, verdict, advice):
    check = find(ill, subject)
    assert check.verdict == verdict
    assert advice in check.advice


def test_a_framework_that_is_not_chosen_may_be_broken():
    ill = replace(with_packages(torch=Package("2.13.0")), probes={"torch": Probe(error="x")})
    assert find(ill, "torch").verdict == "warning"


def test_a_gpu_that_the_backend_sees_is_well():
    seen = replace(
        WELL,
        tools={"nvidia-smi": "/usr/bin/nvidia-smi"},
        probes={"tensorflow": Probe(("CPU:0", "GPU:0"))},
    )
    assert find(seen, "GPU") == ("GPU", "ok", "tensorflow sees GPU:0.")


def test_gnu_openmp_runtimes_do_not_quarrel():
    both = with_packages(
        torch=Package("2.13.0", openmp=("libgomp.so.1",)),
        **{"scikit-learn": Package("1.9.1", openmp=("libgomp-a34b3233.so.1.0.0",))},
    )
    assert find(both, "OpenMP").verdict == "ok"


def test_a_quick_look_says_nothing_of_devices():
    subjects = [check.subject for check in run_checks(replace(WELL, probes={}))]
    assert "GPU" not in subjects


def test_a_machine_of_unknown_memory_and_without_packages_is_described():
    bare = replace(WELL, packages={}, memory=None, probes={})
    assert dict(doctor.describe(bare))["memory"] == "unknown"
    assert not [check for check in run_checks(bare) if check.subject.startswith("NumPy")]


def test_the_facts_name_what_matters():
    facts = dict(doctor.describe(replace(WELL, variables={"KERAS_BACKEND": "jax"})))
    assert facts["Python"] == "3.12.4"
    assert facts["usable cores"] == "2"
    assert facts["memory"] == "16.0 GiB"
    assert facts["tensorflow"] == "2.21.0"
    assert facts["devices of tensorflow"] == "CPU:0"
    assert facts["KERAS_BACKEND"] == "jax"
    assert facts["npm"] == "no"
    assert facts["data folder"] == str(Path("/cache"))


def test_the_home_folder_is_not_shown(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setattr(Path, "home", lambda: Path("/home/somebody"))
    at_home = replace(WELL, cache=Path("/home/somebody/.cache/x"))
    assert dict(doctor.describe(at_home))["data folder"] == str(Path("~/.cache/x"))


# Observing


def test_observing_this_machine_quickly_imports_no_framework(monkeypatch):
    probed = []
    monkeypatch.setattr(machine, "probe", lambda programs, seconds: probed.append(programs) or {})
    seen = machine.observe("none")
    assert probed == [{}]
    assert seen.packages["numpy"].version
    assert seen.cores >= 1
    assert seen.disk > 0


def test_a_data_folder_that_one_may_not_enter_is_a_problem(monkeypatch, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir()
    monkeypatch.setenv("COMPANION_DATA", str(locked / "data"))
    stat, access = os.stat, os.access

    def denying_stat(path, **options):
        if Path(path).is_relative_to(locked / "data"):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    def denying_access(path, mode):
        if Path(path).is_relative_to(locked / "data"):
            return False
        return access(path, mode) and (Path(path) != locked or mode == os.F_OK)

    monkeypatch.setattr(os, "stat", denying_stat)  # root may enter any folder
    monkeypatch.setattr(os, "access", denying_access)
    check = find(machine.observe("none"), "the data folder cannot be written")
    assert check.verdict == "problem"
    assert str(locked / "data") in check.advice


def test_the_processor_has_a_name():
    assert machine.processor()


def test_usable_cores_respect_affinity(monkeypatch):
    monkeypatch.setattr(machine.sys, "platform", "linux")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert machine.usable_cores() == 1
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert machine.usable_cores() == 1


@pytest.mark.parametrize(
    ("variable", "settings", "backend"),
    [
        ("jax", '{"backend": "torch"}', "jax"),
        (None, '{"backend": "torch"}', "torch"),
        (None, "{}", "tensorflow"),
        (None, "broken", "tensorflow"),
        (None, "[]", "tensorflow"),
        (None, None, "tensorflow"),
    ],
)
def test_the_backend_is_chosen_as_keras_chooses(monkeypatch, tmp_path, variable, settings, backend):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    if variable:
        monkeypatch.setenv("KERAS_BACKEND", variable)
    if settings is not None:
        (tmp_path / "keras.json").write_text(settings, encoding="utf-8")
    assert machine.chosen_backend() == backend


def test_the_data_folder_is_that_of_the_datasets(monkeypatch, tmp_path):
    cache = pytest.importorskip("companion.datasets.cache")
    monkeypatch.delenv("COMPANION_DATA", raising=False)
    assert machine.observe("none").cache == cache.cache_folder()
    monkeypatch.setenv("COMPANION_DATA", str(tmp_path / "absent" / "folder"))
    assert machine.observe("none").cache == cache.cache_folder()


def test_probes_report_devices_errors_and_time_limits():
    programs = {
        "works": "print('noise'); d = ['CPU:0']",
        "fails": "raise RuntimeError('operator is missing')",
        "exits": "import os; os._exit(3)",
        "hangs": "import time; time.sleep(60)",
    }
    assert machine.probe(programs, seconds=3.0) == {
        "works": Probe(("CPU:0",)),
        "fails": Probe(error="RuntimeError: operator is missing"),
        "exits": Probe(error="ended with code 3"),
        "hangs": Probe(error="the import did not end in time"),
    }


def test_a_package_is_read_from_its_metadata(monkeypatch, tmp_path):
    folder = tmp_path / "torch-9.1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: torch\nVersion: 9.1+cpu\nRequires-Python: >=3.12\n"
        "Classifier: Programming Language :: Python :: 3\n"
        "Classifier: Programming Language :: Python :: 3.9\n"
        "Classifier: Programming Language :: Python :: 3.13\n"
        "Requires-Dist: numpy<3,>=1.26\n"
        "Requires-Dist: numpy>=9; extra == 'new'\n"
    )
    libraries = tmp_path / "torch" / "lib"
    libraries.mkdir(parents=True)
    for name in ("libiomp5.so", "libtorch.so"):
        (libraries / name).touch()
    (folder / "RECORD").write_text("torch/lib/libiomp5.so,,\ntorch/lib/libtorch.so,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    seen = machine.observe("none").packages["torch"]
    assert seen == Package("9.1+cpu", ">=3.12", "3.13", "<3,>=1.26", ("libiomp5.so",))


def test_a_package_with_broken_metadata_is_reported_and_not_fatal(monkeypatch, tmp_path):
    (tmp_path / "keras-3.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    seen = machine.observe("none")
    assert seen.packages["keras"].version == "0+broken"
    assert find(seen, "Keras").verdict == "problem"


def test_tensorflow_cpu_counts_as_tensorflow(monkeypatch, tmp_path):
    folder = tmp_path / "tensorflow_cpu-2.21.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: tensorflow-cpu\nVersion: 2.21.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert machine.observe("none").packages["tensorflow"].version == "2.21.0"


# Versions

NUMBERS = st.lists(st.integers(0, 15), min_size=1, max_size=3).map(lambda n: ".".join(map(str, n)))
PLAIN = st.tuples(st.sampled_from([">=", "<=", ">", "<", "==", "!="]), NUMBERS).map("".join)
STARRED = st.tuples(st.sampled_from(["==", "!="]), NUMBERS, st.just(".*")).map("".join)
COMPATIBLE = NUMBERS.filter(lambda n: "." in n).map("~={}".format)
CLAUSES = st.lists(PLAIN | STARRED | COMPATIBLE, max_size=3).map(",".join)


@given(NUMBERS, CLAUSES)
def test_satisfies_equals_packaging(version, requirement):
    assert satisfies(version, requirement) == SpecifierSet(requirement).contains(version)


def test_versions_are_compared_by_number():
    assert release("3.10") > release("3.9.18")
    assert release("2.13.0+cpu") == (2, 13)
    assert satisfies("3.11.7", ">=3.10, <3.14")
    assert satisfies("3.11.7", "@ https://example.org/x.whl")  # unreadable: no false alarm
    with pytest.raises(ValueError, match="version must begin with a number, got 'dev'"):
        release("dev")


# The command line


@pytest.fixture
def machine_is(monkeypatch):
    def use(seen):
        monkeypatch.setattr(doctor, "observe", lambda imports: seen)

    return use


def test_the_command_prints_facts_and_checks(machine_is, capsys):
    machine_is(WELL)
    assert main([]) == 0
    text = capsys.readouterr().out
    assert "Keras backend" in text
    assert "ok       Keras 3.15.1" in text


def test_the_command_fails_on_a_problem_only(machine_is, capsys):
    machine_is(replace(WELL, memory=2**30))
    assert main([]) == 0
    assert "WARNING  memory 1.0 GiB" in capsys.readouterr().out
    machine_is(replace(WELL, backend="theano"))
    assert main([]) == 1
    assert "PROBLEM  backend theano" in capsys.readouterr().out


def test_the_command_prints_json(machine_is, capsys):
    machine_is(WELL)
    assert main(["--json", "--imports", "none"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"subject": "Python", "value": "3.12.4"} in rows["facts"]
    assert {check["verdict"] for check in rows["checks"]} == {"ok"}
