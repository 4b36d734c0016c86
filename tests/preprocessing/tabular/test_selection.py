"""Selection of columns against scikit-learn, and what it does when it sees the test rows."""

import numpy as np
import pytest
from sklearn import feature_selection

from companion.preprocessing.tabular import SelectKBest


@pytest.mark.parametrize("classes", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_the_columns_kept_equal_those_of_scikit_learn(seed, classes):
    rng = np.random.default_rng(seed)
    X = rng.normal(rng.normal(0, 50), 2, (rng.integers(5, 60), rng.integers(2, 30)))
    y = X[:, 0] + rng.normal(0, 2, len(X))
    y = (y > np.median(y)).astype(int) if classes else y
    k = int(rng.integers(1, X.shape[1] + 1))
    score = feature_selection.f_classif if classes else feature_selection.f_regression
    theirs = feature_selection.SelectKBest(score, k=k).fit(X, y)
    ours = SelectKBest(k).fit(X, y)
    np.testing.assert_array_equal(ours.kept_, theirs.get_support(indices=True))
    np.testing.assert_array_equal(ours.transform(X), theirs.transform(X))
    correlations = feature_selection.r_regression(X, y)
    np.testing.assert_allclose(ours.scores_, correlations**2, atol=1e-12)


def test_a_constant_column_and_a_constant_target_score_0():
    X = np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 5.0]])
    assert SelectKBest(1).fit(X, [0, 1, 2]).scores_[0] == 0
    assert SelectKBest(1).fit(X, [0, 1, 2]).kept_.tolist() == [1]
    assert SelectKBest(1).fit(X, [4, 4, 4]).scores_.tolist() == [0, 0]


def test_chosen_on_all_rows_noise_predicts_the_rows_that_were_held_out():
    """Hastie, Tibshirani and Friedman 2009, section 7.10.2, with the nearest mean of a class."""
    leaky, honest = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(50, 1000)), rng.permutation(np.repeat([0, 1], 25))
        train, test = np.arange(25), np.arange(25, 50)
        for scores, rows in ((leaky, np.arange(50)), (honest, train)):
            kept = SelectKBest(20).fit(X[rows], y[rows]).transform(X)
            means = np.stack([kept[train][y[train] == c].mean(axis=0) for c in (0, 1)])
            distances = ((kept[test][:, None] - means) ** 2).sum(axis=2)
            scores.append((distances.argmin(axis=1) == y[test]).mean())
    assert np.mean(leaky) > 0.8
    assert abs(np.mean(honest) - 0.5) < 0.1


@pytest.mark.parametrize(
    ("k", "X", "y", "message"),
    [
        (3, np.zeros((4, 2)), np.zeros(4), "k must be at most 2 columns, got 3"),
        (1, np.zeros((4, 2)), np.zeros(3), r"y must be 4 finite numbers, got shape \(3,\)"),
        (1, np.zeros((2, 2)), [0, np.nan], "y must be 2 finite numbers"),
        (1, [[np.nan], [1.0]], [0, 1], "X must have no missing values; impute them first"),
    ],
)
def test_bad_input_is_refused(k, X, y, message):
    with pytest.raises(ValueError, match=message):
        SelectKBest(k).fit(X, y)


def test_bad_k_and_use_before_fit_are_refused():
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        SelectKBest(0)
    with pytest.raises(RuntimeError, match="SelectKBest must be fitted first"):
        SelectKBest(1).transform([[1.0]])
