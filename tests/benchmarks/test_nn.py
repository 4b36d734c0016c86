"""The benchmark of training steps: its numbers are put together as it says."""

import numpy as np
import pytest

from benchmarks import nn

ROUNDS = [
    {"framework": f, "mlp": mlp, "mlp peak MiB": 100, "cnn": 10 * mlp, "cnn peak MiB": 200}
    for f, mlp in [("companion", 3.0), ("torch", 4.0), ("companion", 2.0), ("torch", 4.0)]
]


def test_ratios_are_those_of_the_medians():
    results = nn.document(ROUNDS)["results"]
    assert results["mlp"]["companion"] == {
        "ms a step": 2.5,
        "rounds": [3.0, 2.0],
        "peak MiB": 100,
    }
    assert results["mlp"]["ratio to torch"] == 0.625
    assert results["cnn"]["ratio to torch"] == 0.625
    assert "ratio to keras" not in results["mlp"]


def test_nothing_is_claimed_of_no_rounds():
    assert nn.document([])["results"] == {}


def test_steps_are_timed_after_a_warm_up(monkeypatch):
    monkeypatch.setitem(nn.STEPS, "mlp", 3)
    sizes = []
    x, y = np.zeros((300, 4)), np.zeros(300, int)
    seconds = nn.time_steps("mlp", lambda a, b: sizes.append((len(a), len(b))), x, y)
    assert sizes == [(128, 128)] * (nn.WARM_UP + 3)
    assert 0 <= seconds < 1


@pytest.mark.parametrize("framework", ["companion", "torch"])
@pytest.mark.parametrize("network", ["mlp", "cnn"])
def test_both_networks_train_in_each_framework(monkeypatch, framework, network):
    if framework == "torch":
        pytest.importorskip("torch")
    monkeypatch.setattr(nn, "WARM_UP", 1)
    monkeypatch.setitem(nn.STEPS, network, 1)
    rng = np.random.default_rng(0)
    shape = (256, 784) if network == "mlp" else (256, 28, 28, 1)
    x, y = rng.random(shape, np.float32), rng.integers(0, 10, 256)
    measure = {"companion": nn._companion, "torch": nn._torch}[framework]
    assert measure(network, x, y) > 0
