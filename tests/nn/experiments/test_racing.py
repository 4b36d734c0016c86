import numpy as np
import pytest

from companion import nn
from companion.nn.experiments.racing import race

sklearn_datasets = pytest.importorskip("sklearn.datasets")


@pytest.fixture(scope="module")
def digits():
    x, y = sklearn_datasets.load_digits(return_X_y=True)
    return (x[:500] / 16).astype(np.float32), y[:500]


def run(digits, optimizer, batch_size, updates, marks=20):
    model = nn.Sequential([nn.Input((64,)), nn.Dense(16, "relu"), nn.Dense(10)], seed=0)
    return model, race(model, *digits, optimizer, batch_size, updates, marks)


def test_the_laps_count_epochs_updates_and_time(digits):
    _, laps = run(digits, nn.SGD(0.1), 32, 48)
    assert laps.updates[0] == 0
    assert laps.updates[-1] == 48
    assert np.all(np.diff(laps.updates) > 0)
    assert np.allclose(laps.epochs, laps.updates / 16)
    assert laps.seconds[0] == 0
    assert np.all(np.diff(laps.seconds) > 0)
    assert len({len(column) for column in laps}) == 1


@pytest.mark.parametrize(("marks", "expected"), [(1, [0, 5]), (2, [0, 1, 5])])
def test_the_last_update_is_always_measured(digits, marks, expected):
    _, laps = run(digits, nn.SGD(0.1), 50, 5, marks)
    assert laps.updates.tolist() == expected


def test_measuring_does_not_change_what_is_trained(digits):
    raced, laps = run(digits, nn.Adam(0.01), 50, 20)
    fitted = nn.Sequential([nn.Input((64,)), nn.Dense(16, "relu"), nn.Dense(10)], seed=0)
    fitted.compile(nn.Adam(0.01), "cross_entropy")
    start = fitted.evaluate(*digits, batch_size=500)["loss"]
    fitted.fit(*digits, batch_size=50, epochs=2)
    for one, other in zip(raced.weights().values(), fitted.weights().values(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert laps.loss[0] == start
    assert laps.loss[-1] == fitted.evaluate(*digits, batch_size=500)["loss"]


def test_the_first_mark_below_a_loss_is_found(digits):
    _, laps = run(digits, nn.Adam(0.01), 50, 40)
    lap = laps.reached(1.0)
    place = int(np.flatnonzero(laps.updates == lap.updates)[0])
    assert laps.loss[place] <= 1.0 < laps.loss[place - 1]
    assert lap == tuple(column[place] for column in laps)
    assert laps.reached(0.0) is None


def test_the_smaller_the_batch_the_lower_the_loss_after_equal_epochs(digits):
    losses = [run(digits, nn.SGD(rate), b, 2 * -(-500 // b))[1].loss[-1] for b, rate in SETTINGS]
    assert losses == sorted(losses)
    assert losses[-1] > 3 * losses[0]


def test_the_larger_the_batch_the_lower_the_loss_after_equal_updates(digits):
    losses = []
    for batch_size, rate in SETTINGS:
        losses.append(run(digits, nn.SGD(rate), batch_size, 40)[1].loss[-1])
    assert losses[0] > 1.5 * losses[-1]


def test_adam_is_ahead_of_plain_descent_where_both_take_all_examples(digits):
    plain = run(digits, nn.SGD(0.5), 500, 40)[1]
    adam = run(digits, nn.Adam(0.02), 500, 40)[1]
    assert adam.loss[-1] < plain.loss[-1]


# Each rate is near the largest at which the batches train well.
SETTINGS = [(1, 0.03), (32, 0.3), (500, 0.5)]


def test_E38_batches_of_tens_reach_a_loss_with_fewer_updates_than_one_and_fewer_epochs_than_all(
    digits,
):
    one, tens, everything = (
        run(digits, nn.SGD(rate), batch_size, updates)[1].reached(0.5)
        for (batch_size, rate), updates in zip(SETTINGS, [1500, 160, 60], strict=True)
    )
    assert tens.epochs < everything.epochs / 3
    assert tens.updates < one.updates / 3


@pytest.mark.parametrize("name", ["updates", "marks"])
def test_counts_must_be_positive(digits, name):
    settings = {"updates": 1, "marks": 5, name: 0}
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        run(digits, nn.SGD(0.1), 32, **settings)
