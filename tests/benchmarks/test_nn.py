"""The benchmark of training steps: its numbers are put together as it says."""

import numpy as np
import pytest

from benchmarks import nn

ROUNDS = [
    {"framework": f} | {k: v for run in nn.RUNS for k, v in ((run, ms), (f"{run} peak MiB", 100))}
    for f, ms in [("companion", 3.0), ("torch", 4.0), ("companion", 2.0), ("torch", 4.0)]
]


def test_ratios_are_those_of_the_medians():
    results = nn.document(ROUNDS)["results"]
    assert results["mlp, SGD"]["companion"] == {
        "ms a step": 2.5,
        "rounds": [3.0, 2.0],
        "peak MiB": 100,
    }
    assert results["mlp, SGD"]["ratio to torch"] == 0.625
    assert results["cnn, Adam"]["ratio to torch"] == 0.625
    assert "ratio to keras" not in results["mlp, SGD"]


def test_nothing_is_claimed_of_no_rounds():
    assert nn.document([])["results"] == {}


def test_steps_are_timed_after_a_warm_up(monkeypatch):
    run = nn.Run("mlp", "sgd", batch=128, steps=3)
    sizes = []
    x, y = np.zeros((300, 4)), np.zeros(300, int)
    seconds = nn.time_steps(run, lambda a, b: sizes.append((len(a), len(b))), x, y)
    assert sizes == [(128, 128)] * (nn.WARM_UP + 3)
    assert 0 <= seconds < 1


@pytest.mark.parametrize("framework", ["companion", "torch"])
@pytest.mark.parametrize("run", nn.RUNS.values(), ids=nn.RUNS)
def test_each_run_trains_in_each_framework(monkeypatch, framework, run):
    if framework == "torch":
        pytest.importorskip("torch")
    monkeypatch.setattr(nn, "WARM_UP", 1)
    rng = np.random.default_rng(0)
    shape = (256, 784) if run.network == "mlp" else (256, 28, 28, 1)
    x, y = rng.random(shape, np.float32), rng.integers(0, 10, 256)
    measure = {"companion": nn._companion, "torch": nn._torch}[framework]
    assert measure(run._replace(steps=1), x, y) > 0
