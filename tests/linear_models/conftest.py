"""Random problems that the tests of linear models share."""

import numpy as np
import pytest


@pytest.fixture
def problem():
    """Give a function that draws examples with a known linear part."""

    def draw(examples, features, seed=0, rank=None, offset=3.0):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(examples, rank or features))
        if rank:
            X = X @ rng.normal(size=(rank, features))
        X = X * rng.uniform(0.5, 2, features) + offset * rng.normal(size=features)
        w = np.where(np.arange(features) % 2, 0.0, rng.normal(size=features))
        return X, X @ w + 0.3 * rng.normal(size=examples) + 5

    return draw
