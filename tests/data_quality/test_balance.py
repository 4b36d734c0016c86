"""Weights against scikit-learn, and the properties of the samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from companion.data_quality import balanced_class_weights, class_balance, oversample, undersample

# Every class from 0 to the largest occurs.
LABELS = st.integers(1, 5).flatmap(
    lambda k: st.lists(st.integers(0, k - 1), max_size=30).map(lambda some: [*some, *range(k)])
)


@given(LABELS)
def test_weights_equal_scikit_learn(labels):
    expected = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    weights = balanced_class_weights(labels)
    np.testing.assert_allclose(weights, expected)
    assert weights[labels].mean() == pytest.approx(1)


@given(LABELS, st.integers(0, 2**32 - 1))
def test_samples_are_even(labels, seed):
    rng = np.random.default_rng(seed)
    labels, counts = np.array(labels), np.bincount(labels)
    many, few = oversample(labels, rng), undersample(labels, rng)
    assert (np.bincount(labels[many]) == counts.max()).all()
    assert (np.bincount(labels[few]) == counts.min()).all()
    assert set(many) == set(range(len(labels)))
    assert len(set(few)) == len(few)


def test_the_balance_of_known_shares():
    balance = class_balance([0] * 3 + [1])
    assert balance.shares.tolist() == [0.75, 0.25]
    assert balance.ratio == 3
    assert balance.effective_classes == pytest.approx(0.75**-0.75 * 0.25**-0.25)
    assert class_balance([0, 1, 2]).effective_classes == pytest.approx(3)
    assert class_balance([0, 0], classes=2).ratio == np.inf


def test_a_class_beyond_the_labels_can_be_asked_for():
    np.testing.assert_allclose(balanced_class_weights([0, 1, 1], 2), [1.5, 0.75])
    with pytest.raises(ValueError, match="labels must hold every class, got none of class 2"):
        balanced_class_weights([0, 1, 1], 3)
    with pytest.raises(ValueError, match="from 0 to 1, got 0 to 2"):
        balanced_class_weights([0, 2], 2)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.float32])
def test_labels_of_any_type_and_stride_are_counted(dtype):
    table = np.random.default_rng(0).integers(0, 2, (30, 3)).astype(dtype)
    labels = table[::-2, 1]
    rng = np.random.default_rng(1)
    expected = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    np.testing.assert_allclose(balanced_class_weights(labels), expected)
    assert class_balance(labels).shares[1] == pytest.approx(labels.mean())
    for sample in (oversample, undersample):
        assert labels[sample(labels, rng)].mean() == 0.5
    assert oversample([0], rng).tolist() == undersample([0], rng).tolist() == [0]


@pytest.mark.parametrize("function", [balanced_class_weights, oversample, undersample])
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], r"labels must have shape \(examples,\) and not be empty"),
        ([0, 2], "labels must hold every class, got none of class 1"),
        ([1, 2], "labels must hold every class, got none of class 0"),
        ([0, 10**12], "labels must hold every class, got none of class 1"),
        ([0, 0.5], "labels must hold whole numbers, got 0.5"),
    ],
)
def test_bad_labels_are_named(function, labels, message):
    arguments = () if function is balanced_class_weights else (np.random.default_rng(0),)
    with pytest.raises(ValueError, match=message):
        function(labels, *arguments)
