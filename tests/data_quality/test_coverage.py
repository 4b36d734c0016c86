"""Coverage: its expectation, and what it is there to see."""

from math import comb

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from companion.data_quality import coverage


@pytest.mark.parametrize("seed", range(10))
def test_it_is_the_definition(seed):
    rng = np.random.default_rng(seed)
    real, other, k = rng.normal(size=(30, 3)), rng.normal(size=(20, 3)), int(rng.integers(1, 6))
    own = np.sort(cdist(real, real), axis=1)[:, k]
    expected = (cdist(real, other) <= own[:, None]).any(axis=1).mean()
    assert coverage(real, other, k) == expected


def test_the_same_population_is_covered_as_expected():
    rng = np.random.default_rng(0)
    n, k = 60, 3
    found = [coverage(rng.normal(size=(n, 2)), rng.normal(size=(n, 2)), k) for _ in range(150)]
    # The k nearest of the 2n - 1 others are all reference points with this probability.
    missed = comb(n - 1, k) / comb(2 * n - 1, k)
    assert np.mean(found) == pytest.approx(1 - missed, abs=0.01)


def test_a_missing_group_is_seen():
    rng = np.random.default_rng(1)
    left, right = rng.normal(-10, 1, (50, 2)), rng.normal(10, 1, (50, 2))
    real = np.concatenate([left, right])
    assert coverage(real, rng.normal(-10, 1, (100, 2))) <= 0.5


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"reference must have shape \(points, features\)"):
        coverage([], [[1.0]])
    with pytest.raises(ValueError, match="sample must have the features of reference, 1, got 2"):
        coverage([[1.0], [2.0]], [[1.0, 2.0]], 1)
    with pytest.raises(ValueError, match="sample must be finite, got nan"):
        coverage([[1.0], [2.0]], [[np.nan]], 1)
    with pytest.raises(ValueError, match="k must be from 1 to 1, got 2"):
        coverage([[1.0], [2.0]], [[1.0]], 2)
