"""Dropout: its mask's moments, and what it does where nothing is drawn."""

import numpy as np
import pytest

from companion.nn.layers.dropout import Dropout, dropout_mask
from companion.nn.tensor import Tensor


def build(rate, seed=0, dtype=np.float32):
    return Dropout(rate).build((400, 250), np.random.default_rng(seed), dtype)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_E32_inverted_dropout_keeps_the_expectation(rate):
    n, x = 100_000, 3.0
    y = build(rate, dtype=np.float64)(np.full((1, 400, 250), x), training=True).value
    variance = x**2 * rate / (1 - rate)
    assert y.mean() == pytest.approx(x, abs=5 * np.sqrt(variance / n))
    # The variance of a sample variance follows from the fourth moment of the mask.
    q = 1 - rate
    fourth = x**4 * (rate + rate**4 / q**3)
    error = 5 * np.sqrt((fourth - variance**2) / n) + 25 * variance / n
    assert y.var() == pytest.approx(variance, abs=error)
    # Without the division the outputs in training are smaller by the factor 1 - p.
    assert (y * q).mean() == pytest.approx(x * q, abs=5 * np.sqrt(variance / n))


def test_E32_nothing_is_dropped_where_the_network_is_used():
    x = np.random.default_rng(0).normal(size=(2, 400, 250)).astype(np.float32)
    np.testing.assert_array_equal(build(0.9)(x).value, x)
    np.testing.assert_array_equal(build(0.0)(x, training=True).value, x)


def test_what_is_kept_is_what_torch_keeps():
    torch = pytest.importorskip("torch")
    x = np.ones((1, 400, 250), np.float32)
    ours = np.unique(build(0.3)(x, training=True).value)
    theirs = torch.unique(torch.nn.functional.dropout(torch.tensor(x), 0.3))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_the_gradient_passes_where_the_number_did():
    x = Tensor(np.ones((1, 400, 250), np.float32), requires_grad=True)
    y = build(0.5)(x, training=True)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.value)


def test_every_call_draws_anew_and_a_seed_repeats_all_of_them():
    x = np.ones((1, 400, 250), np.float32)
    first, again, other = build(0.5), build(0.5), build(0.5, seed=1)
    draws = [first(x, training=True).value for _ in range(2)]
    np.testing.assert_array_equal(draws, [again(x, training=True).value for _ in range(2)])
    assert not np.array_equal(*draws)
    assert not np.array_equal(draws[0], other(x, training=True).value)


def test_layers_of_one_network_draw_differently():
    rng = np.random.default_rng(0)
    x = np.ones((1, 400, 250), np.float32)
    first, second = (Dropout(0.5).build((400, 250), rng)(x, True).value for _ in range(2))
    assert not np.array_equal(first, second)


def test_the_mask_is_the_same_for_both_types_of_numbers():
    single, double = (
        dropout_mask((50,), 0.5, np.random.default_rng(0), np.dtype(dtype))
        for dtype in (np.float32, np.float64)
    )
    assert single.dtype == np.float32
    assert double.dtype == np.float64
    np.testing.assert_array_equal(single, double)


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, np.nan])
def test_the_rate_must_be_below_1(rate):
    with pytest.raises(ValueError, match=rf"rate must be in \[0, 1\), got {rate}"):
        Dropout(rate)
