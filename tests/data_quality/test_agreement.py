"""Kappas against scikit-learn and statsmodels."""

import numpy as np
import pytest
from sklearn import metrics as peer

from companion.data_quality import cohen_kappa, fleiss_kappa


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@pytest.mark.parametrize("seed", range(15))
def test_cohens_kappa_equals_scikit_learn(seed, weights):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 4, rng.integers(4, 50))
    second = np.where(rng.random(len(first)) < 0.6, first, rng.integers(0, 4, len(first)))
    first[0], second[1] = 3, 3
    labels = range(4)
    expected = peer.cohen_kappa_score(first, second, weights=weights, labels=labels)
    assert cohen_kappa(first, second, weights) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(10))
def test_fleiss_kappa_equals_statsmodels(seed):
    from statsmodels.stats.inter_rater import fleiss_kappa as peer_kappa

    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.ones(4), 20)
    counts = np.array([rng.multinomial(6, p) for p in share])
    assert fleiss_kappa(counts) == pytest.approx(peer_kappa(counts))


def test_full_and_no_agreement():
    assert cohen_kappa([0, 1, 2], [0, 1, 2]) == 1
    assert cohen_kappa([0, 1], [1, 0]) == -1
    assert np.isnan(cohen_kappa([1, 1], [1, 1]))
    assert fleiss_kappa([[3, 0], [0, 3]]) == 1
    assert np.isnan(fleiss_kappa([[3, 0], [3, 0]]))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="weights must be linear, quadratic or None, got 'cubic'"):
        cohen_kappa([0], [0], "cubic")
    with pytest.raises(ValueError, match="must be equally long, got 1 and 2"):
        cohen_kappa([0], [0, 1])
    with pytest.raises(ValueError, match=r"counts must have shape \(items, classes\)"):
        fleiss_kappa([])
    with pytest.raises(ValueError, match="counts must be whole numbers from 0"):
        fleiss_kappa([[1, -1]])
    with pytest.raises(ValueError, match="same number of labels an item, two or more, got 2 to 3"):
        fleiss_kappa([[1, 1], [2, 1]])
    with pytest.raises(ValueError, match="two or more, got 1 to 1"):
        fleiss_kappa([[1, 0], [0, 1]])
