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


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@pytest.mark.parametrize("seed", range(5))
def test_classes_that_nobody_gave_keep_their_distance(seed, weights):
    """Scikit-learn takes it from the list of all labels; large numbers need no large table."""
    rng = np.random.default_rng(seed)
    first, second = rng.choice([0, 1, 5, 6], (2, 30))
    expected = peer.cohen_kappa_score(first, second, weights=weights, labels=range(7))
    assert cohen_kappa(first, second, weights) == pytest.approx(expected)
    far = cohen_kappa(1_000_000 * first, 1_000_000 * second, weights)
    assert far == pytest.approx(expected)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int32, float])
def test_cohens_kappa_takes_labels_of_any_type_and_any_stride(dtype):
    table = np.random.default_rng(0).integers(0, 2, (40, 4)).astype(dtype)
    expected = peer.cohen_kappa_score(table[::2, 1], table[::2, 3])
    assert cohen_kappa(table[::2, 1], table[::2, 3]) == pytest.approx(expected)
    assert cohen_kappa(table[:1, 0], 1 - table[:1, 0].astype(int)) == 0


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint64, float])
def test_fleiss_kappa_does_not_overflow_in_small_types(dtype):
    from statsmodels.stats.inter_rater import fleiss_kappa as peer_kappa

    counts = np.random.default_rng(0).multinomial(100, [0.6, 0.3, 0.1], 20)
    assert fleiss_kappa(counts.astype(dtype)) == pytest.approx(peer_kappa(counts))


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
    for wrong in (0.5, np.nan, np.inf):
        with pytest.raises(
            ValueError, match=rf"counts must be whole numbers from 0, got .*{wrong}"
        ):
            fleiss_kappa([[1, wrong]])
    with pytest.raises(ValueError, match="same number of labels an item, two or more, got 2 to 3"):
        fleiss_kappa([[1, 1], [2, 1]])
    with pytest.raises(ValueError, match="two or more, got 1 to 1"):
        fleiss_kappa([[1, 0], [0, 1]])
