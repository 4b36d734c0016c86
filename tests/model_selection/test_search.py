"""Searches against scikit-learn's."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import model_selection as peer
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from companion.model_selection import (
    best_trial,
    cross_validate,
    grid,
    k_folds,
    log_uniform,
    sample_settings,
    search,
    stratified_folds,
    successive_halving,
)

X, Y = load_digits(return_X_y=True)
X, Y = X[:300], Y[:300]


def neighbours(x, y, **settings):
    return KNeighborsClassifier(**settings).fit(x, y).predict


def test_the_grid_equals_scikit_learn():
    values = {"a": [1, 2], "b": ["x", "y", "z"], "c": [None]}
    assert grid(**values) == list(peer.ParameterGrid(values))
    assert grid() == [{}]


def test_a_search_of_the_grid_equals_scikit_learn():
    values = {"n_neighbors": [1, 3, 5], "weights": ["uniform", "distance"]}
    folds = k_folds(300, 3)
    trials = search(
        lambda settings: cross_validate(neighbours, X, Y, folds, settings=settings), grid(**values)
    )
    expected = peer.GridSearchCV(KNeighborsClassifier(), values, cv=peer.KFold(3)).fit(X, Y)
    np.testing.assert_allclose([t.mean for t in trials], expected.cv_results_["mean_test_score"])
    assert best_trial(trials).settings == expected.best_params_


@given(
    st.integers(2, 40),
    st.integers(2, 4),
    st.integers(1, 9),
    st.integers(10, 200),
    st.integers(0, 9),
)
def test_halving_thins_out_as_jamieson_and_talwalkar(count, factor, smallest, largest, seed):
    quality = np.random.default_rng(seed).permutation(count)
    rungs = successive_halving(
        lambda settings, resource: quality[settings["i"]],
        grid(i=range(count)),
        smallest,
        largest,
        factor,
    )
    sizes = [len(rung.trials) for rung in rungs]
    for before, after in pairwise(sizes):
        assert after == -(-before // factor)
    assert [rung.resource for rung in rungs] == [smallest * factor**i for i in range(len(rungs))]
    assert rungs[-1].resource <= largest
    assert sizes[-1] <= factor or rungs[-1].resource * factor > largest
    assert best_trial(rungs[-1].trials).settings["i"] == quality.argmax()


@pytest.mark.parametrize("candidates", [8, 9, 14])
def test_halving_equals_scikit_learn(candidates):
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401

    values = {"n_neighbors": list(range(1, 2 * candidates, 2))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = peer.HalvingGridSearchCV(
            KNeighborsClassifier(),
            values,
            cv=3,
            resource="leaf_size",
            min_resources=1,
            max_resources=30,
            factor=3,
        ).fit(X, Y)
    # The size of a leaf changes no score, and so the choice depends on the thinning alone.
    folds = stratified_folds(Y, 3)

    def evaluate(settings, resource):
        return cross_validate(neighbours, X, Y, folds, settings=settings)

    rungs = successive_halving(evaluate, grid(**values), smallest=1, largest=30)
    assert [len(r.trials) for r in rungs] == expected.n_candidates_
    assert [r.resource for r in rungs] == expected.n_resources_
    best = best_trial(rungs[-1].trials)
    assert best.mean == pytest.approx(expected.best_score_)


def test_random_settings_are_drawn_from_what_was_given():
    rng = np.random.default_rng(0)
    drawn = sample_settings(3000, rng, rate=log_uniform(1e-4, 1e-1), units=[16, 32], bias=[True])
    logs = np.log10([each["rate"] for each in drawn])
    assert logs.min() >= -4
    assert logs.max() <= -1
    np.testing.assert_allclose(np.quantile(logs, [0.25, 0.5, 0.75]), [-3.25, -2.5, -1.75], atol=0.1)
    assert 0.45 < np.mean([each["units"] == 16 for each in drawn]) < 0.55
    assert all(each["bias"] is True for each in drawn)
    again = sample_settings(5, np.random.default_rng(7), units=range(100))
    assert again == sample_settings(5, np.random.default_rng(7), units=range(100))


def test_of_equals_the_first_wins():
    assert best_trial(search(lambda s: [0.5, 0.5], grid(i=[3, 1, 2]))).settings == {"i": 3}


def test_cores_give_the_same_trials():
    here = search(lambda s: s["i"] ** 2, grid(i=range(4)))
    there = search(lambda s: s["i"] ** 2, grid(i=range(4)), workers=2)
    assert [t.mean for t in here] == [t.mean for t in there] == [0, 1, 4, 9]


def test_bad_input_is_named():
    rng = np.random.default_rng(0)
    for call, message in (
        (lambda: grid(a=[]), "a must have one value or more, got none"),
        (lambda: grid(kernel="rbf"), "kernel must be a list of values, got 'rbf'"),
        (lambda: grid(k=5), "k must be a list of values, got 5"),
        (lambda: sample_settings(1, rng, a="rbf"), "a must be a list of values, got 'rbf'"),
        (lambda: sample_settings(0, rng), "count must be at least 1, got 0"),
        (lambda: sample_settings(1, rng, a=[]), "a must have one value or more, got none"),
        (lambda: log_uniform(0, 1), "low and high must be above 0 and rising, got 0 and 1"),
        (lambda: search(len, []), "candidates must have settings to try, got none"),
        (lambda: search(lambda s: np.nan, [{"i": 1}]), "evaluate must give a score for"),
        (lambda: best_trial([]), "trials must hold one or more, got none"),
        (lambda: successive_halving(max, [{}], 1, 9, 1), "factor must be at least 2, got 1"),
        (lambda: successive_halving(max, [{}], 9, 1), "smallest must be from 1 to largest = 1"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
