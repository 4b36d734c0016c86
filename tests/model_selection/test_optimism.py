"""The expected best of several scores."""

import numpy as np
import pytest
from scipy import integrate, stats

from companion.model_selection import expected_maximum


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100, 10_000])
def test_it_equals_the_integral(count):
    expected, _ = integrate.quad(
        lambda x: x * count * stats.norm.pdf(x) * stats.norm.cdf(x) ** (count - 1), -10, 10
    )
    assert expected_maximum(count) == pytest.approx(expected, abs=1e-7)


def test_known_values():
    assert expected_maximum(1) == pytest.approx(0, abs=1e-12)
    assert expected_maximum(2) == pytest.approx(1 / np.sqrt(np.pi))
    assert expected_maximum(3) == pytest.approx(1.5 / np.sqrt(np.pi))


def test_the_best_of_equal_models_seems_that_much_better():
    best = np.random.default_rng(0).normal(size=(20_000, 10)).max(axis=1)
    assert best.mean() == pytest.approx(expected_maximum(10), abs=0.02)


def test_no_models_are_refused():
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        expected_maximum(0)
