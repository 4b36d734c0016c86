"""Cross-validation, learning curves and nesting against scikit-learn; here, on cores, on Dask."""

import os
import warnings

import numpy as np
import pytest
from sklearn import model_selection as peer
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from companion.metrics import accuracy
from companion.model_selection import (
    cross_validate,
    grid,
    hold_out,
    k_folds,
    learning_curve,
    nested_cross_validate,
    stratified_folds,
)
from companion.model_selection.parallel import parallel_map

X, Y = load_digits(return_X_y=True)
X, Y = X[:400], Y[:400]


def neighbours(x, y, n_neighbors=5):
    return KNeighborsClassifier(n_neighbors).fit(x, y).predict


@pytest.mark.parametrize("k", [2, 5])
@pytest.mark.parametrize("n_neighbors", [1, 7])
def test_scores_equal_scikit_learn(k, n_neighbors):
    model = KNeighborsClassifier(n_neighbors)
    found = cross_validate(neighbours, X, Y, k_folds(400, k), settings={"n_neighbors": n_neighbors})
    np.testing.assert_allclose(found, peer.cross_val_score(model, X, Y, cv=peer.KFold(k)))
    found = cross_validate(
        neighbours, X, Y, stratified_folds(Y, k), settings={"n_neighbors": n_neighbors}
    )
    np.testing.assert_allclose(found, peer.cross_val_score(model, X, Y, cv=k))


def test_the_learning_curve_equals_scikit_learn():
    sizes = [20, 77, 200]

    def tree(x, y):
        return DecisionTreeClassifier(random_state=0).fit(x, y).predict

    found = learning_curve(tree, X, Y, sizes, k_folds(400, 4))
    _, training, held_out = peer.learning_curve(
        DecisionTreeClassifier(random_state=0), X, Y, train_sizes=sizes, cv=peer.KFold(4)
    )
    np.testing.assert_allclose(found.training, training)
    np.testing.assert_allclose(found.held_out, held_out)
    assert found.sizes.tolist() == sizes


def test_nesting_equals_scikit_learn():
    values = [1, 3, 9]
    found = nested_cross_validate(
        neighbours, X, Y, grid(n_neighbors=values), k_folds(400, 3), lambda y: k_folds(len(y), 4)
    )
    inner = peer.GridSearchCV(KNeighborsClassifier(), {"n_neighbors": values}, cv=peer.KFold(4))
    expected = peer.cross_validate(inner, X, Y, cv=peer.KFold(3), return_estimator=True)
    np.testing.assert_allclose(found.scores, expected["test_score"])
    assert found.settings == [e.best_params_ for e in expected["estimator"]]


def nearest():
    """Return a way to learn in NumPy alone, sent to other processes by value: they start sooner."""

    def fit(x, y):
        def predict(new):
            distance = (x**2).sum(axis=1) - 2 * new @ x.T
            return y[distance.argmin(axis=1)]

        return predict

    return fit


def test_E40_the_score_that_chose_is_too_high():
    """Of settings that all guess, the best seems to know; nesting is not deceived."""

    def guess(x, y, seed):
        return lambda new: np.random.default_rng([seed, len(new)]).integers(0, 2, len(new))

    chosen, nested = [], []
    for draw in range(30):
        rng = np.random.default_rng(draw)
        x, y = np.zeros((80, 1)), rng.permutation([0, 1] * 40)
        candidates, folds = grid(seed=range(20)), k_folds(80, 4, rng)
        scores = [cross_validate(guess, x, y, folds, settings=c).mean() for c in candidates]
        chosen.append(max(scores))
        inner = nested_cross_validate(guess, x, y, candidates, folds, lambda y: k_folds(len(y), 3))
        nested.append(inner.scores.mean())
    assert np.mean(chosen) > 0.57
    assert np.mean(nested) == pytest.approx(0.5, abs=0.04)


def test_E41_folds_reduce_variance_and_not_bias():
    x, y = load_digits(return_X_y=True)
    misses = {"hold out": [], "2 folds": [], "10 folds": []}
    for draw in range(40):
        rng = np.random.default_rng(draw)
        known, others = np.split(rng.permutation(len(y)), [150])
        truth = accuracy(y[others], nearest()(x[known], y[known])(x[others]))
        for name, folds in (
            ("hold out", [hold_out(150, 0.1, rng)]),
            ("2 folds", k_folds(150, 2, rng)),
            ("10 folds", k_folds(150, 10, rng)),
        ):
            scores = cross_validate(nearest(), x[known], y[known], folds)
            misses[name].append(scores.mean() - truth)
    assert np.std(misses["10 folds"]) < np.std(misses["hold out"]) / 1.5
    assert np.mean(misses["2 folds"]) < np.mean(misses["10 folds"]) - 0.02
    assert np.mean(misses["2 folds"]) < -0.03


@pytest.mark.parametrize("workers", [2, -1])
def test_several_cores_give_the_same_scores(workers):
    folds = k_folds(400, 3)
    found = cross_validate(nearest(), X, Y, folds, workers=workers)
    np.testing.assert_array_equal(found, cross_validate(nearest(), X, Y, folds))


@pytest.mark.parametrize(("workers", "processes"), [(1, False), (2, True)])
def test_a_cluster_gives_the_same_scores(workers, processes):
    distributed = pytest.importorskip("distributed")
    folds = k_folds(400, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=processes,
            dashboard_address=None,
            host="tcp://127.0.0.1",
        ) as cluster:
            address = cluster.scheduler_address
            found = cross_validate(nearest(), X, Y, folds, workers=address)
            places = set(parallel_map(lambda _: os.getpid(), [(i,) for i in range(8)], address))
    np.testing.assert_array_equal(found, cross_validate(nearest(), X, Y, folds))
    assert (os.getpid() in places) == (not processes)


def test_folds_of_scikit_learn_serve_as_they_come():
    expected = cross_validate(neighbours, X, Y, k_folds(400, 3))
    found = cross_validate(neighbours, X, Y, peer.KFold(3).split(X))
    np.testing.assert_array_equal(found, expected)
    lists = [(train.tolist(), held.tolist()) for train, held in k_folds(400, 3)]
    np.testing.assert_array_equal(cross_validate(neighbours, X, Y, lists), expected)


def test_a_score_that_is_no_number_chooses_nothing():
    with pytest.raises(ValueError, match=r"must give a score for \{'n_neighbors': 1\}, got"):
        nested_cross_validate(
            neighbours,
            X,
            Y,
            grid(n_neighbors=[1, 3]),
            k_folds(400, 2),
            lambda y: k_folds(len(y), 2),
            score=lambda true, predicted: float("nan"),
        )


def test_another_score_is_used():
    rng = np.random.default_rng(0)
    fold = hold_out(400, 0.25, rng)
    wrong = cross_validate(neighbours, X, Y, [fold], score=lambda y, p: 1 - accuracy(y, p))
    assert wrong == pytest.approx(1 - cross_validate(neighbours, X, Y, [fold]))


def test_bad_input_is_named():
    folds = k_folds(400, 2)
    with pytest.raises(ValueError, match="x and y must be equally long, got 400 and 399"):
        cross_validate(neighbours, X, Y[:-1], folds)
    with pytest.raises(ValueError, match="folds must hold one or more, got none"):
        cross_validate(neighbours, X, Y, [])
    with pytest.raises(ValueError, match="folds must hold places from 0 to 9"):
        cross_validate(neighbours, X[:10], Y[:10], folds)
    with pytest.raises(ValueError, match="sizes must be from 1 to 200 training examples, got 201"):
        learning_curve(neighbours, X, Y, [201], folds)
    for size in (0.5, 1.5):
        with pytest.raises(ValueError, match=f"sizes must be from 1 to 200 .*, got {size}"):
            learning_curve(neighbours, X, Y, [size], folds)
    with pytest.raises(ValueError, match="sizes must hold one or more, got none"):
        learning_curve(neighbours, X, Y, [], folds)
    with pytest.raises(ValueError, match=r"folds must hold places from 0 to 399, got \[0\.5\]"):
        cross_validate(neighbours, X, Y, [([0.5], [1])])
    with pytest.raises(ValueError, match="candidates must have settings to choose from"):
        nested_cross_validate(neighbours, X, Y, [], folds, lambda y: k_folds(len(y), 2))
    with pytest.raises(ValueError, match="workers must be at least 1, -1 or an address, got 0"):
        cross_validate(neighbours, X, Y, folds, workers=0)
