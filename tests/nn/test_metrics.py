"""What `evaluate` reports, against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as peer

from companion import nn


@pytest.mark.parametrize("shape", [(1, 1), (8, 2), (5,), (3, 4, 2)])
def test_root_mean_squared_error_equals_scikit_learn(shape):
    rng = np.random.default_rng(0)
    targets, outputs = rng.normal(size=(2, *shape))
    expected = peer.root_mean_squared_error(targets.ravel(), outputs.ravel())
    assert nn.metrics.root_mean_squared_error(targets, outputs) == pytest.approx(expected)


def test_root_mean_squared_error_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"must have the outputs' shape \(8, 2\), got \(8,\)"):
        nn.metrics.root_mean_squared_error(np.zeros(8), np.zeros((8, 2)))


def test_a_metric_is_found_by_its_name():
    model = nn.Sequential([nn.Input((3,)), nn.Dense(1)])
    model.compile("adam", "mean_squared_error", ["root_mean_squared_error"])
    rng = np.random.default_rng(1)
    logs = model.evaluate(rng.normal(size=(20, 3)), rng.normal(size=(20, 1)))
    assert logs["root_mean_squared_error"] == pytest.approx(np.sqrt(logs["loss"]), rel=1e-5)
