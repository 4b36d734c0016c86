"""Training steps of `companion.nn` beside those of PyTorch and of Keras on TensorFlow.

Two networks on MNIST: a perceptron 784-512-256-10 with batches of 128, with Adam and with SGD, and
the article's convolutional network with batches of 32 and Adam; cross-entropy in all. Each
framework runs in a process of its own with the same number of threads, in turn, several rounds; a
round gives the median of many steps after a warm-up. Keras is timed as `fit`, whose steps are
compiled and whose data come through a pipeline, and as `train_on_batch`, and the faster counts.
PyTorch runs eagerly.

``ratio`` is the median of our rounds by the median of a peer's. Bars: the perceptron at most 1.0
of PyTorch and 0.6 of Keras, the convolutional network at most 2 of PyTorch.

    python -m benchmarks.nn --rounds 5
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata
from typing import Any, NamedTuple

import numpy as np

from benchmarks.case_study import peak_memory_mib
from companion.doctor.machine import processor, usable_cores

FRAMEWORKS = ("companion", "torch", "keras")
WARM_UP = 20
Step = Callable[[np.ndarray, np.ndarray], object]


class Run(NamedTuple):
    """A network, its optimiser, and how it is timed."""

    network: str
    optimizer: str
    batch: int
    steps: int


RUNS = {
    "mlp, Adam": Run("mlp", "adam", 128, 200),
    "mlp, SGD": Run("mlp", "sgd", 128, 200),
    "cnn, Adam": Run("cnn", "adam", 32, 60),
}


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.nn",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3, help="processes of each framework")
    parser.add_argument("--frameworks", nargs="+", choices=FRAMEWORKS, default=list(FRAMEWORKS))
    parser.add_argument("--one", choices=FRAMEWORKS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure_here(options.one)))
        return
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1, got {options.rounds}")
    rounds: list[dict[str, Any]] = []
    try:
        for i in range(options.rounds):
            for framework in options.frameworks:
                rounds.append(measure_apart(framework))
                print(f"round {i + 1}: {json.dumps(rounds[-1])}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    print(json.dumps(document(rounds), indent=2))


def measure_apart(framework: str) -> dict[str, Any]:
    """Measure a framework in a process of its own."""
    threads = str(usable_cores())
    environment = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
    }
    command = [sys.executable, "-m", "benchmarks.nn", "--one", framework]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"{framework} failed:\n{answer.stderr}")
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def measure_here(framework: str) -> dict[str, Any]:
    """Return milliseconds a step of each run, and the peak memory of this process in MiB."""
    from companion.datasets import mnist

    (x, y), _ = mnist.load()
    images = (x[:12_800, ..., None] / 255).astype(np.float32)
    labels = y[:12_800].astype(np.int64)
    measure = {"companion": _companion, "torch": _torch, "keras": _keras}[framework]
    result: dict[str, Any] = {"framework": framework}
    for name, run in RUNS.items():
        inputs = images if run.network == "cnn" else images.reshape(-1, 784)
        result[name] = round(1000 * measure(run, inputs, labels), 3)
        result[f"{name} peak MiB"] = peak_memory_mib()
    return result


def time_steps(run: Run, step: Step, x: np.ndarray, y: np.ndarray) -> float:
    """Return the median seconds of a step."""
    size, seconds = run.batch, []
    for i in range(WARM_UP + run.steps):
        start = i * size % (len(x) - size + 1)
        batch = x[start : start + size], y[start : start + size]
        begin = time.perf_counter()
        step(*batch)
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds[WARM_UP:])


def _companion(run: Run, x: np.ndarray, y: np.ndarray) -> float:
    from companion import nn

    layers: dict[str, list[nn.Layer]] = {
        "mlp": [nn.Dense(512, "relu"), nn.Dense(256, "relu"), nn.Dense(10)],
        "cnn": [
            *(nn.Conv2D(32, 3, activation="relu"), nn.MaxPooling2D()),
            *(nn.Conv2D(64, 3, activation="relu"), nn.MaxPooling2D()),
            *(nn.Conv2D(64, 3, activation="relu"), nn.Flatten()),
            *(nn.Dense(64, "relu"), nn.Dense(10)),
        ],
    }
    model = nn.Sequential([nn.Input(x.shape[1:]), *layers[run.network]])
    model.compile(run.optimizer, "cross_entropy")
    return time_steps(run, model.train_on_batch, x, y)


def _torch(run: Run, x: np.ndarray, y: np.ndarray) -> float:
    import torch
    from torch import nn

    torch.set_num_threads(usable_cores())
    layers = {
        "mlp": [nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10)],
        "cnn": [
            *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten()),
            *(nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10)),
        ],
    }
    model = nn.Sequential(*layers[run.network])
    optimizers = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    optimizer = optimizers[run.optimizer](model.parameters())
    if x.ndim == 4:
        x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))

    def step(images: np.ndarray, labels: np.ndarray) -> float:
        optimizer.zero_grad()
        outputs = model(torch.from_numpy(images))
        loss = nn.functional.cross_entropy(outputs, torch.from_numpy(labels))
        loss.backward()
        optimizer.step()
        return loss.item()

    return time_steps(run, step, x, y)


def _keras(run: Run, x: np.ndarray, y: np.ndarray) -> float:
    import keras
    from keras import layers

    stacks = {
        "mlp": [layers.Dense(512, "relu"), layers.Dense(256, "relu"), layers.Dense(10)],
        "cnn": [
            *(layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()),
            *(layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D()),
            *(layers.Conv2D(64, 3, activation="relu"), layers.Flatten()),
            *(layers.Dense(64, activation="relu"), layers.Dense(10)),
        ],
    }
    model = keras.Sequential([keras.Input(x.shape[1:]), *stacks[run.network]])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(run.optimizer, loss)
    single = time_steps(run, model.train_on_batch, x, y)
    size = run.batch
    examples = len(x) // size * size
    x, y = x[:examples], y[:examples]
    model.fit(x, y, batch_size=size, verbose=0)
    begin = time.perf_counter()
    model.fit(x, y, batch_size=size, verbose=0)
    return min(single, (time.perf_counter() - begin) / (examples // size))


def document(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Put medians and ratios together."""
    results: dict[str, Any] = {}
    for name in RUNS:
        medians = {}
        for framework in FRAMEWORKS:
            own = [r for r in rounds if r["framework"] == framework]
            if own:
                medians[framework] = statistics.median(r[name] for r in own)
                results.setdefault(name, {})[framework] = {
                    "ms a step": medians[framework],
                    "rounds": [r[name] for r in own],
                    "peak MiB": own[0][f"{name} peak MiB"],
                }
        for peer in medians.keys() - {"companion"}:
            if "companion" in medians:
                ratio = medians["companion"] / medians[peer]
                results[name][f"ratio to {peer}"] = round(ratio, 3)
    installed = {dist.name.lower() for dist in metadata.distributions()}
    peers = [name for name in ("numpy", "torch", "keras", "tensorflow") if name in installed]
    versions = {name: metadata.version(name) for name in peers}
    return {
        "benchmark": "nn",
        "python": platform.python_version(),
        "processor": processor(),
        "threads": usable_cores(),
        "versions": versions,
        "results": results,
    }


if __name__ == "__main__":
    main()
