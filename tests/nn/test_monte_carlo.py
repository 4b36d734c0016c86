"""Monte Carlo dropout against the moments that are known."""

import numpy as np
import pytest

from companion.nn import Dense
from companion.nn.layers.dropout import Dropout
from companion.nn.layers.normalization import BatchNormalization
from companion.nn.layers.recurrent import GRU, LSTM
from companion.nn.monte_carlo import monte_carlo_predictions


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_mean_and_deviation_are_those_of_dropout(rate):
    x = np.array([[1.0, -2.0, 0.0, 5.0]])
    layer = Dropout(rate).build((4,), np.random.default_rng(0), "float64")
    mean, deviation = monte_carlo_predictions(layer, x, samples=20_000)
    expected = np.abs(x) * np.sqrt(rate / (1 - rate))
    assert (np.abs(mean - x) <= 5 * expected / np.sqrt(20_000)).all()
    np.testing.assert_allclose(deviation, expected, rtol=0.03)


def test_mean_and_deviation_are_those_of_the_passes():
    x = np.random.default_rng(0).normal(size=(3, 5, 2))
    first, second = (
        GRU(4, dropout=0.3, recurrent_dropout=0.3).build((None, 2), np.random.default_rng(1))
        for _ in range(2)
    )
    mean, deviation = monte_carlo_predictions(first, x, samples=7)
    passes = np.array([second(x, training=True).value for _ in range(7)])
    np.testing.assert_array_equal(mean, passes.mean(axis=0))
    np.testing.assert_array_equal(deviation, passes.std(axis=0))
    assert mean.shape == deviation.shape == (3, 4)


@pytest.mark.parametrize("rates", [{"dropout": 0.4}, {"recurrent_dropout": 0.4}])
def test_recurrent_dropout_gives_uncertainty(rates):
    x = np.random.default_rng(0).normal(size=(3, 5, 2))
    layer = LSTM(4, **rates).build((None, 2), np.random.default_rng(1))
    _, deviation = monte_carlo_predictions(layer, x, samples=30)
    assert (deviation > 0).all()


def test_without_dropout_there_is_no_deviation():
    layer = Dense(3).build((2,), np.random.default_rng(0))
    mean, deviation = monte_carlo_predictions(layer, np.ones((4, 2)), samples=8)
    np.testing.assert_allclose(mean, layer(np.ones((4, 2))).value, rtol=1e-6)
    np.testing.assert_allclose(deviation, 0, atol=1e-6)
    assert mean.dtype == deviation.dtype == np.float32


def test_an_empty_batch_gives_empty_predictions():
    layer = LSTM(4, dropout=0.5).build((None, 2), np.random.default_rng(1))
    mean, deviation = monte_carlo_predictions(layer, np.ones((0, 5, 2)), samples=2)
    assert mean.shape == deviation.shape == (0, 4)


def test_state_that_training_changes_is_refused():
    layer = BatchNormalization().build((2,), np.random.default_rng(0))
    with pytest.raises(ValueError, match="model has state that training changes: moving_mean"):
        monte_carlo_predictions(layer, np.ones((4, 2)))


def test_at_least_one_pass_is_needed():
    layer = Dense(3).build((2,), np.random.default_rng(0))
    for samples in (0, -1, 2.5):
        with pytest.raises(ValueError, match=f"samples must be a positive whole .*, got {samples}"):
            monte_carlo_predictions(layer, np.ones((4, 2)), samples=samples)
