"""Splits against scikit-learn and Keras, and their properties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import model_selection as peer

from companion.model_selection import (
    group_folds,
    hold_out,
    k_folds,
    last_share,
    stratified_folds,
)


def same(folds, expected):
    assert len(folds) == len(expected)
    for ours, theirs in zip(folds, expected, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


@given(st.integers(2, 60), st.data())
def test_folds_equal_scikit_learn(examples, data):
    k = data.draw(st.integers(2, examples))
    same(k_folds(examples, k), list(peer.KFold(k).split(np.zeros(examples))))


@pytest.mark.parametrize("seed", range(20))
def test_stratified_folds_equal_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 6))
    labels = np.concatenate([rng.integers(0, 4, 40), np.repeat(range(4), k)])
    labels = rng.permutation(labels)
    named = np.array(["cat", "ant", "dog", "bee"])[labels]
    expected = list(peer.StratifiedKFold(k).split(np.zeros(len(labels)), labels))
    same(stratified_folds(labels, k), expected)
    same(stratified_folds(named, k), expected)


@pytest.mark.parametrize("seed", range(10))
def test_shuffled_folds_hold_every_example_out_once(seed):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.concatenate([rng.integers(0, 3, 50), np.repeat(range(3), 5)]))
    for folds in (k_folds(len(labels), 5, rng), stratified_folds(labels, 5, rng)):
        held = np.concatenate([fold.held_out for fold in folds])
        assert sorted(held) == list(range(len(labels)))
        for fold in folds:
            assert sorted([*fold.train, *fold.held_out]) == list(range(len(labels)))
    counts = np.array([np.bincount(labels[f.held_out], minlength=3) for f in folds])
    assert (np.ptp(counts, axis=0) <= 1).all()
    assert not np.array_equal(folds[0].held_out, stratified_folds(labels, 5)[0].held_out)


@pytest.mark.parametrize("seed", range(10))
def test_groups_stay_together_and_parts_are_as_even_as_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 12, 100)
    folds = group_folds(groups, 4)
    for fold in folds:
        assert not set(groups[fold.train]) & set(groups[fold.held_out])
    held = np.concatenate([fold.held_out for fold in folds])
    assert sorted(held) == list(range(100))
    theirs = peer.GroupKFold(4).split(groups, groups=groups)
    sizes = sorted(len(held_out) for _, held_out in theirs)
    assert sorted(len(fold.held_out) for fold in folds) == sizes


@given(st.integers(2, 80), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_the_held_out_share_has_the_size_of_scikit_learn(examples, share, seed):
    if math.ceil(share * examples) >= examples:
        return
    fold = hold_out(examples, share, np.random.default_rng(seed))
    train, test = peer.train_test_split(range(examples), test_size=share, random_state=0)
    assert (len(fold.train), len(fold.held_out)) == (len(train), len(test))
    assert sorted([*fold.train, *fold.held_out]) == list(range(examples))


@pytest.mark.parametrize("seed", range(20))
def test_a_stratified_share_divides_each_class_alike(seed):
    rng = np.random.default_rng(seed)
    labels = np.array(list("abc"))[rng.integers(0, 3, 90)]
    share = rng.uniform(0.1, 0.9)
    fold = hold_out(90, share, rng, labels)
    aside = math.ceil(share * 90)
    assert len(fold.held_out) == aside
    assert sorted([*fold.train, *fold.held_out]) == list(range(90))
    for c in "abc":
        exact = (labels == c).sum() * aside / 90
        assert abs((labels[fold.held_out] == c).sum() - exact) < 1


@pytest.mark.parametrize("examples", [5, 7, 60_000])
@pytest.mark.parametrize("share", [0.2, 0.25, 0.5])
def test_the_last_share_is_that_of_keras(examples, share):
    fold = last_share(examples, share)
    assert fold.train[-1] + 1 == fold.held_out[0] == math.floor(examples * (1 - share))
    assert fold.held_out[-1] == examples - 1


def test_bad_input_is_named():
    rng = np.random.default_rng(0)
    for call, message in (
        (lambda: hold_out(10, 1.0, rng), r"share must be between 0 and 1, got 1\.0"),
        (lambda: hold_out(1, 0.5, rng), "examples must leave one on each side, got 1"),
        (lambda: hold_out(3, 0.5, rng, [0, 1]), r"labels must have shape \(3,\)"),
        (lambda: last_share(1, 0.5), "examples must leave one on each side"),
        (lambda: last_share(5, 0), "share must be between 0 and 1, got 0"),
        (lambda: k_folds(3, 4), "k must be from 2 to 3 examples, got 4"),
        (lambda: k_folds(3, 1), "k must be from 2 to 3 examples, got 1"),
        (lambda: stratified_folds([0, 0, 1], 2), "k = 2 examples of each class, got 1"),
        (lambda: stratified_folds([], 2), r"labels must have shape \(examples,\)"),
        (lambda: group_folds(["a", "a"], 2), "k must be from 2 to 1 groups, got 2"),
        (lambda: group_folds([], 2), r"groups must have shape \(examples,\)"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
