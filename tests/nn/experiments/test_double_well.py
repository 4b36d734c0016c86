import numpy as np
import pytest

from companion.nn import Tensor, grad_check
from companion.nn.experiments.double_well import double_well, share_in_global_well

optimize = pytest.importorskip("scipy.optimize")


def test_E26_the_wells_are_where_scipy_finds_them():
    def value(w):
        return double_well(Tensor(np.asarray(w))).item()

    for bracket, w, f in [((-3, -0.5), -1.473, -5.44), ((0.5, 3), 1.347, -2.62)]:
        found = optimize.minimize_scalar(value, bounds=bracket, method="bounded")
        assert found.x == pytest.approx(w, abs=5e-4)
        assert found.fun == pytest.approx(f, abs=5e-3)
    top = optimize.minimize_scalar(lambda w: -value(w), bounds=(-1, 1), method="bounded")
    assert top.x == pytest.approx(0.126, abs=1e-3)
    grad_check(double_well, np.linspace(-2, 2, 7))


def test_E26_the_smaller_the_batch_the_more_runs_reach_the_global_well():
    shares = [share_in_global_well(batch_size) for batch_size in (1, 2, 4, 8)]
    assert shares[0] == pytest.approx(0.948, abs=0.04)
    assert shares[1] == pytest.approx(0.43, abs=0.06)
    assert shares[2] == pytest.approx(0.018, abs=0.018)
    assert shares[3] == 0.0


@pytest.mark.parametrize("batch_size", [8, 16, 32, 64])
def test_E26_large_batches_and_plain_gradient_descent_stay_in_the_local_well(batch_size):
    assert share_in_global_well(batch_size, steps=500, runs=200) == 0.0


def test_without_noise_no_batch_leaves_the_local_well():
    assert share_in_global_well(1, steps=300, noise=0.0, runs=3) == 0.0


def test_a_run_takes_the_steps_asked_for():
    assert share_in_global_well(64, steps=0, runs=2) == 0.0
    assert share_in_global_well(64, steps=1, learning_rate=0.2, runs=2) == 1.0  # 2 − 0.2 · 17 < 0
    asked = []
    share_in_global_well(48, steps=5, learning_rate=lambda t: asked.append(t) or 0.0, runs=1)
    assert asked == [0, 1, 2, 3, 4]
