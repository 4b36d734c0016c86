"""Dawid and Skene's estimates: against a plain version, and on annotators that are known."""

import numpy as np
import pytest

from companion.data_quality import dawid_skene, majority_vote


def annotate(rng, items=400, classes=3, skill=(0.9, 0.75, 0.6, 0.55), missing=0.2):
    truth = rng.integers(0, classes, items)
    labels = np.empty((items, len(skill)), dtype=int)
    for a, p in enumerate(skill):
        wrong = (truth + rng.integers(1, classes, items)) % classes
        labels[:, a] = np.where(rng.random(items) < p, truth, wrong)
    gone = rng.random(labels.shape) < missing
    gone[np.arange(items), rng.integers(0, len(skill), items)] = False
    return truth, np.where(gone, -1, labels)


def one_round(labels, classes, truth):
    """Return prior, confusions, new probabilities and log-likelihood by the paper's sums."""
    items, annotators = labels.shape
    prior = [sum(truth[i][j] for i in range(items)) / items for j in range(classes)]
    confusion = np.zeros((annotators, classes, classes))
    for a in range(annotators):
        for j in range(classes):
            for i in range(items):
                if labels[i, a] >= 0:
                    confusion[a, j, labels[i, a]] += truth[i][j]
            total = confusion[a, j].sum()
            confusion[a, j] = confusion[a, j] / total if total else 1 / classes
    joint = np.array(
        [
            [
                prior[j] * np.prod([confusion[a, j, x] for a, x in enumerate(labels[i]) if x >= 0])
                for j in range(classes)
            ]
            for i in range(items)
        ]
    )
    evidence = joint.sum(axis=1, keepdims=True)
    return prior, confusion, joint / evidence, np.log(evidence).sum()


@pytest.mark.parametrize("seed", range(5))
def test_the_rounds_are_those_of_the_paper(seed):
    rng = np.random.default_rng(seed)
    _, labels = annotate(rng, items=30, missing=0.4)
    shares = np.array([[(row == j).sum() for j in range(3)] for row in labels], dtype=float)
    truth, likelihoods = shares / shares.sum(axis=1, keepdims=True), []
    for _ in range(4):
        prior, confusion, truth, likelihood = one_round(labels, 3, truth)
        likelihoods.append(likelihood)
    found = dawid_skene(labels, 3, rounds=4, tolerance=0)
    np.testing.assert_allclose(found.prior, prior)
    np.testing.assert_allclose(found.confusion, confusion, atol=1e-12)
    np.testing.assert_allclose(found.probabilities, truth, atol=1e-12)
    np.testing.assert_allclose(found.log_likelihood, likelihoods)


@pytest.mark.parametrize("seed", range(5))
def test_the_names_of_classes_items_and_annotators_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    _, labels = annotate(rng, items=60)
    found = dawid_skene(labels, 3, rounds=20, tolerance=0)
    classes, items, annotators = (rng.permutation(n) for n in (3, 60, 4))
    renamed = np.append(classes, -1)[labels][np.ix_(items, annotators)]
    again = dawid_skene(renamed, 3, rounds=20, tolerance=0)
    np.testing.assert_allclose(again.probabilities[:, classes], found.probabilities[items])
    np.testing.assert_allclose(again.prior[classes], found.prior)
    np.testing.assert_allclose(
        again.confusion[:, classes][:, :, classes], found.confusion[annotators], atol=1e-12
    )
    np.testing.assert_allclose(again.log_likelihood, found.log_likelihood)


def test_one_annotator_is_believed():
    found = dawid_skene([[0], [2], [2], [0], [0]], 4)
    assert found.probabilities.tolist() == np.eye(4)[[0, 2, 2, 0, 0]].tolist()
    assert found.prior.tolist() == [0.6, 0, 0.4, 0]
    even = [0.25] * 4  # nothing speaks of the classes 1 and 3
    assert found.confusion.tolist() == [[[1, 0, 0, 0], even, [0, 0, 1, 0], even]]
    assert found.log_likelihood[-1] == pytest.approx(3 * np.log(0.6) + 2 * np.log(0.4))


def test_an_annotator_who_labelled_nothing_changes_nothing():
    _, labels = annotate(np.random.default_rng(3), items=50)
    more = np.insert(labels, 2, -1, axis=1)
    found, with_silent = dawid_skene(labels, 3), dawid_skene(more, 3)
    np.testing.assert_allclose(with_silent.probabilities, found.probabilities)
    np.testing.assert_allclose(with_silent.confusion[2], 1 / 3)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64])
def test_labels_may_be_of_any_integer_type_and_one_class_is_certain(dtype):
    labels = np.zeros((3, 2), dtype)
    found = dawid_skene(labels, 1)
    assert found.probabilities.tolist() == [[1]] * 3
    assert found.log_likelihood[-1] == 0
    assert dawid_skene(labels, 2).probabilities.tolist() == [[1, 0]] * 3


def test_it_learns_whom_to_trust():
    truth, labels = annotate(np.random.default_rng(0), items=3000)
    found = dawid_skene(labels, 3)
    right = found.confusion[:, range(3), range(3)].mean(axis=1)
    np.testing.assert_allclose(right, [0.9, 0.75, 0.6, 0.55], atol=0.06)
    by_model = (found.probabilities.argmax(axis=1) == truth).mean()
    assert by_model > (majority_vote(labels, 3) == truth).mean() + 0.02
    assert (np.diff(found.log_likelihood) > -1e-8).all()


def test_annotators_that_agree_are_believed():
    labels = np.array([[0, 0], [1, 1], [0, 0]])
    found = dawid_skene(labels, 2)
    assert found.probabilities.argmax(axis=1).tolist() == [0, 1, 0]
    assert found.probabilities.max(axis=1) == pytest.approx(1)


def test_the_vote_of_equals_goes_to_the_lowest():
    assert majority_vote([[2, 1, -1], [2, 2, 0]], 3).tolist() == [1, 2]


@pytest.mark.parametrize("function", [dawid_skene, majority_vote])
@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        ([], 2, r"labels must have shape \(items, annotators\) and not be empty"),
        ([[0, 2]], 2, "labels must be whole numbers from -1 to 1"),
        ([[0.0, 1.0]], 2, r"numbers from -1 to 1, got 0.0 to 1.0 of dtype float64"),
        ([[-2, 1]], 2, "got -2 to 1 of dtype int64"),
        ([[0, 1], [-1, -1]], 2, "labels must have one for each item, got none for 1"),
        ([[0]], 0, "classes must be at least 1, got 0"),
    ],
)
def test_bad_input_is_named(function, labels, classes, message):
    with pytest.raises(ValueError, match=message):
        function(labels, classes)


def test_bad_options_are_named():
    with pytest.raises(ValueError, match="rounds must be at least 1, got 0"):
        dawid_skene([[0]], 1, rounds=0)
    with pytest.raises(ValueError, match="tolerance must be at least 0, got -1"):
        dawid_skene([[0]], 1, tolerance=-1)
