"""The front of cheap and good models."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.model_selection import pareto_front


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=25))
def test_it_holds_what_nothing_dominates(models):
    costs, scores = np.array(models, dtype=float).T
    front = pareto_front(costs, scores)
    for i, (c, s) in enumerate(models):
        dominated = any(
            (a <= c and b >= s and (a, b) != (c, s)) or ((a, b) == (c, s) and j < i)
            for j, (a, b) in enumerate(models)
        )
        assert (i in front) == (not dominated)
    assert (np.diff(costs[front]) > 0).all()
    assert (np.diff(scores[front]) > 0).all()


def test_infinite_figures_are_figures():
    assert pareto_front([np.inf], [-np.inf]).tolist() == [0]
    assert pareto_front([1, 2], [-np.inf, 0]).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("costs", "scores", "message"),
    [
        ([], [], r"must have shape \(models,\) and not be empty"),
        ([1], [1, 2], r"got \(1,\) and \(2,\)"),
        ([np.nan], [1], "costs must be numbers, got nan"),
        ([1], [np.nan], "scores must be numbers, got nan"),
    ],
)
def test_bad_input_is_named(costs, scores, message):
    with pytest.raises(ValueError, match=message):
        pareto_front(costs, scores)
