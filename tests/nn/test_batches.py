import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.nn.batches import Batches


@given(
    examples=st.integers(0, 40),
    batch_size=st.integers(1, 50),
    shuffle=st.booleans(),
    drop_last=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_an_epoch_has_every_example_once_in_batches_of_the_size_asked_for(
    examples, batch_size, shuffle, drop_last, seed
):
    x = np.arange(examples)
    data = Batches(x, -x, batch_size=batch_size, seed=seed, shuffle=shuffle, drop_last=drop_last)
    epoch = list(data)
    assert len(epoch) == len(data)
    seen = [int(i) for a, _ in epoch for i in a]
    assert all((a == -b).all() for a, b in epoch)
    full = examples // batch_size
    assert [len(a) for a, _ in epoch[:full]] == [batch_size] * full
    if drop_last:
        assert len(epoch) == full
        assert len(set(seen)) == len(seen) == full * batch_size
    else:
        assert sorted(seen) == list(range(examples))
    if not shuffle:
        assert seen == list(range(len(seen)))


def test_each_epoch_has_another_order():
    data = Batches(np.arange(50), batch_size=50, seed=0)
    (first,), (second,) = next(iter(data)), next(iter(data))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, np.arange(50))


def test_the_same_seed_gives_the_same_epochs_and_another_seed_others():
    def epochs(seed):
        data = Batches(np.arange(50), batch_size=7, seed=seed)
        return [np.concatenate([a for (a,) in data]).tolist() for _ in range(3)]

    assert epochs(4) == epochs(4) == epochs(np.random.default_rng(4))
    assert epochs(4) != epochs(5)


def test_all_orders_are_equally_likely():
    data = Batches(np.arange(3), batch_size=3, seed=1)
    orders = [tuple(next(iter(data))[0].tolist()) for _ in range(6000)]
    counts = [orders.count(order) for order in set(orders)]
    assert len(counts) == 6
    assert sum((n - 1000) ** 2 / 1000 for n in counts) < 20.5  # χ², 5 degrees of freedom: p = 0.001


def test_rows_of_all_arrays_belong_together_and_keep_shape_and_type():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(23, 4, 5)).astype(np.float32), np.arange(23)
    for a, b, c in Batches(x, y, y > 3, batch_size=4, seed=0):
        assert a.dtype == np.float32
        assert b.dtype == y.dtype
        assert np.array_equal(a, x[b])
        assert np.array_equal(c, b > 3)


def test_one_batch_of_all_examples_and_batches_of_one():
    x = np.arange(5)
    assert len(Batches(x, batch_size=5, seed=0)) == len(Batches(x, batch_size=99, seed=0)) == 1
    assert [a.shape for (a,) in Batches(x, batch_size=1, seed=0)] == [(1,)] * 5


def test_the_variance_of_a_batch_gradient_falls_with_one_over_its_size():
    # Of B among N examples without replacement: σ² / B · (N − B) / (N − 1) (Cochran 1977, 2.3).
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 3))
    y = x @ [1.0, -2.0, 0.5] + rng.normal(size=64)
    w = np.zeros(3)
    gradients = 2 * (x @ w - y)[:, None] * x  # of each example's squared error, (64, 3)
    variance = gradients.var(axis=0).sum()
    for batch_size in (1, 2, 4, 8, 16, 32):
        data = Batches(gradients, batch_size=batch_size, seed=batch_size)
        means = np.array([g.mean(axis=0) for _ in range(400) for (g,) in data])
        expected = variance / batch_size * (64 - batch_size) / 63
        assert means.var(axis=0).sum() == pytest.approx(expected, rel=0.1)
        assert np.allclose(means.mean(axis=0), gradients.mean(axis=0))


@pytest.mark.parametrize(
    ("arrays", "settings", "message"),
    [
        ((np.zeros(3), np.zeros(4)), {"batch_size": 1}, r"one common length, got \[3, 4\]"),
        ((), {"batch_size": 1}, r"one common length, got \[\]"),
        ((np.zeros(3),), {"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ((np.zeros(3),), {"batch_size": 1, "seed": None}, "seed must be given to shuffle"),
    ],
)
def test_bad_arguments_are_refused(arrays, settings, message):
    with pytest.raises(ValueError, match=message):
        Batches(*arrays, **{"seed": 0} | settings)
