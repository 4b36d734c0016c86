"""The one-cycle schedule against PyTorch's."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.training import OneCycle

# Keras reads a tensor of PyTorch in a way that NumPy 2 is going to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def rates(schedule: OneCycle, steps: int) -> np.ndarray:
    return np.array([keras.ops.convert_to_numpy(schedule(step)) for step in range(steps)])


@pytest.mark.parametrize(
    ("steps", "warmup"), [(469, 0.25), (100, 0.3), (10, 0.5), (5, 0.1), (7, 0.0), (1, 0.25)]
)
def test_one_cycle_equals_torch(steps, warmup):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    expected = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.3, total_steps=steps, pct_start=warmup
    )
    theirs = []
    for step in range(steps):
        theirs.append(expected.get_last_lr()[0])
        optimizer.step()
        if step < steps - 1:
            expected.step()
    np.testing.assert_allclose(rates(OneCycle(0.3, steps, warmup), steps), theirs, atol=1e-6)


@given(steps=st.integers(1, 40), warmup=st.floats(0, 0.99))
def test_one_cycle_rises_to_the_peak_and_falls_to_the_end(steps, warmup):
    rate = rates(OneCycle(1.0, steps, warmup), steps + 3)
    top = int(rate.argmax())
    assert (rate > 0).all()
    assert (rate <= 1).all()
    assert (np.diff(rate[: top + 1]) >= 0).all()
    assert (np.diff(rate[top:]) <= 0).all()
    np.testing.assert_allclose(rate[steps - 1 :], 1 / 25e4, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"peak": 0.0, "steps": 9}, "peak must be above 0, got 0.0"),
        ({"peak": float("nan"), "steps": 9}, "peak must be above 0, got nan"),
        ({"peak": 0.1, "steps": 0}, "steps must be at least 1, got 0"),
        ({"peak": 0.1, "steps": 9, "warmup": 1.0}, r"warmup must be in \[0, 1\), got 1.0"),
    ],
)
def test_one_cycle_names_the_wrong_argument(arguments, wrong):
    with pytest.raises(ValueError, match=wrong):
        OneCycle(**arguments)


def test_one_cycle_survives_serialisation():
    schedule = OneCycle(0.1, 50, 0.4)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    np.testing.assert_array_equal(rates(again, 50), rates(schedule, 50))
