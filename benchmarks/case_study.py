"""The case study's recipes against each other, trained in turn on this machine.

The reference is the article's recipe: ten epochs of its network. Every training runs in a process
of its own, so that none profits from what another compiled. Its seconds are those of
`companion.training.Run`: from the raw images in memory to the trained model, which includes
preparing the pixels, building, compiling and fitting, but neither imports nor evaluation. The test
images serve the final accuracy alone.

A recipe reaches the reference if the mean of its test accuracies is at least the mean of the
reference's. ``ratio`` is then the median of its seconds by the median of the reference's, and null
if it does not reach it; the recipe ``fast`` is to be at most 1/20. The recipe ``accurate`` has the
reference's seconds as its budget and is to be 0.995 accurate in the mean of three seeds.

    python -m benchmarks.case_study --repeats 3 --output result.json
    python -m benchmarks.case_study --quick

With ``--ladder`` the steps between the article's recipe and the fast one are trained as well; page
5.4 of the book shows the document, which it finds in the package:

    python -m benchmarks.case_study --ladder --output companion/models/mnist_cnn.json

Progress goes to stderr, one JSON document to stdout. With ``--output`` the document is also written
to a file after every training; an interrupted run prints what it has, and ``--resume`` goes on from
the file, keeping what was measured of recipes that are still the same.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from companion.doctor.machine import processor, usable_cores

if TYPE_CHECKING:
    from companion.training import Recipe

REFERENCE = "article"
OURS = ("fast", "accurate")
QUICK_SIZE = 6000
FULL, QUICK = "case_study", "case_study, QUICK: one epoch on few images, not comparable"


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.case_study",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--repeats", type=int, default=3, help="trainings of each recipe")
    parser.add_argument("--recipes", nargs="+", choices=OURS, default=list(OURS), help="ours")
    parser.add_argument("--ladder", action="store_true", help="also the steps between")
    parser.add_argument("--seeds", nargs="+", type=int, help="by default 0, 1, ..., one a repeat")
    parser.add_argument("--quick", action="store_true", help="one epoch on few images: no ratio")
    parser.add_argument("--output", type=Path, help="also write the document to this file")
    parser.add_argument("--resume", action="store_true", help="keep the trainings in that file")
    parser.add_argument("--one", nargs=2, metavar=("RECIPE", "SEED"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        recipe, seed = options.one
        print(json.dumps(train_here(recipe, int(seed), quick=options.quick)))
        return
    if options.repeats < 1:
        parser.error(f"--repeats must be at least 1, got {options.repeats}")
    if options.resume and (options.quick or not options.output or not options.output.exists()):
        parser.error("--resume needs the --output of a run, and goes with no --quick")
    seeds = options.seeds or list(range(options.repeats))
    between = list(recipes())[1:-2] if options.ladder else []
    names = [REFERENCE, *between, *options.recipes]
    runs = resumed(options.output) if options.resume else []
    measure(names, seeds, runs, quick=options.quick, output=options.output)


def recipes() -> "dict[str, Recipe]":
    """Give all recipes by their names, from the article's over the steps to ours."""
    from companion.models import mnist_cnn

    steps = {step.name: step.recipe for step in mnist_cnn.ablation()[:-1]}
    return steps | {name: mnist_cnn.recipe(name) for name in OURS}


def resumed(output: Path) -> list[dict[str, Any]]:
    """Give the runs in a file whose recipes are still the same; the machine must be, too."""
    former = json.loads(output.read_text("utf-8"))
    if former["benchmark"] != FULL:
        sys.exit(f"{output} must hold a full run, got {former['benchmark']!r}")
    if former["machine"] != machine():
        sys.exit(f"{output} was measured on another machine or with other versions")
    today = {name: recipe.settings() for name, recipe in recipes().items()}
    return [run for run in former["runs"] if today.get(run["recipe"]) == run["settings"]]


def measure(
    names: list[str],
    seeds: list[int],
    runs: list[dict[str, Any]],
    *,
    quick: bool,
    output: Path | None,
) -> None:
    """Train each recipe once a seed, in turn, unless that is done; print the document."""
    done = {(run["recipe"], run["seed"]) for run in runs}
    try:
        for seed in seeds:
            for name in names:
                if (name, seed) in done:
                    continue
                runs.append(train_apart(name, seed, quick=quick))
                show = "{recipe:20} seed {seed}: {seconds:6.1f} s, accuracy {accuracy:.4f}"
                print(show.format(**runs[-1]), file=sys.stderr, flush=True)
                if output:
                    save(output, json.dumps(document(runs, quick=quick), indent=2) + "\n")
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    print(json.dumps(document(runs, quick=quick), indent=2))


def save(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def train_apart(recipe: str, seed: int, *, quick: bool) -> dict[str, Any]:
    """Train in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.case_study", "--one", recipe, str(seed)]
    if quick:
        command.append("--quick")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"training {recipe!r} failed:\n{done.stderr}")
    run: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return run


def train_here(name: str, seed: int, *, quick: bool) -> dict[str, Any]:
    """Train in this process and say how it went."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    from companion.datasets import mnist
    from companion.training import train

    data = mnist.load()
    recipe = recipes()[name]
    if quick:
        recipe = replace(recipe, epochs=1)
    run = train(recipe, data, seed=seed, train_size=QUICK_SIZE if quick else None)
    return {
        "recipe": name,
        "settings": recipe.settings(),
        "seed": seed,
        "seconds": round(run.seconds, 3),
        "accuracy": round(run.accuracy(*data[1]), 4),
        "peak_memory_mib": peak_memory_mib(),
        "backend": keras.backend.backend(),
    }


def peak_memory_mib() -> int | None:
    """Give the most memory that this process ever had, None on Windows, which does not count it."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts in bytes, Linux in kibibytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20


def document(runs: list[dict[str, Any]], *, quick: bool) -> dict[str, Any]:
    """Put the runs, the machine and the comparison into one document."""
    results = {name: summary(runs, name) for name in {run["recipe"]: None for run in runs}}
    reference = results.get(REFERENCE)
    for name, result in results.items():
        if quick or name == REFERENCE or reference is None:
            continue
        part = result["median_seconds"] / reference["median_seconds"]
        reached = result["mean_accuracy"] >= reference["mean_accuracy"]
        result["part_of_reference_seconds"] = round(part, 4)
        result["ratio"] = round(part, 4) if reached else None
    return {
        "benchmark": QUICK if quick else FULL,
        "machine": machine(),
        "results": results,
        **({} if quick else {"ratio": results.get("fast", {}).get("ratio")}),
        "runs": runs,
    }


def summary(runs: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Summarise the runs of one recipe."""
    mine = [run for run in runs if run["recipe"] == name]
    accuracies = [run["accuracy"] for run in mine]
    peaks = [run["peak_memory_mib"] for run in mine if run["peak_memory_mib"] is not None]
    return {
        "settings": mine[0]["settings"],
        "runs": len(mine),
        "median_seconds": statistics.median(run["seconds"] for run in mine),
        "mean_accuracy": round(statistics.mean(accuracies), 5),
        "worst_accuracy": min(accuracies),
        "median_peak_memory_mib": statistics.median(peaks) if peaks else None,
    }


def machine() -> dict[str, Any]:
    """Say what the figures were measured on."""
    versions = {}
    for package in ("keras", "tensorflow", "jax", "torch", "numpy"):
        for distribution in (package, f"{package}-cpu"):
            try:
                versions[package] = importlib.metadata.version(distribution)
            except importlib.metadata.PackageNotFoundError:
                continue
    return {
        "system": platform.platform(),
        "processor": processor(),
        "cores": usable_cores(),
        "threads": {
            name: os.environ[name]
            for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
            if name in os.environ
        }
        or "as the backend chooses",
        "python": platform.python_version(),
        "versions": versions,
    }


if __name__ == "__main__":
    main()
