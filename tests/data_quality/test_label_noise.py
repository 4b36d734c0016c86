"""Wrong labels: made as asked, and found."""

import numpy as np
import pytest

from companion.data_quality import confident_joint, flip_labels, label_issues


@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_as_many_labels_flip_as_asked(share):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 1000)
    flipped = flip_labels(labels, share, 5, rng)
    assert (flipped != labels).sum() == round(1000 * share)
    assert set(flipped) <= set(range(5))
    if share:
        steps = np.bincount((flipped - labels) % 5, minlength=5)[1:]
        assert steps.min() > 0.8 * steps.mean()


@pytest.mark.parametrize("seed", range(10))
def test_the_joint_is_that_of_the_definition(seed):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(4), 60)
    y = np.append(rng.integers(0, 4, 56), range(4))
    thresholds = [p[y == k, k].mean() for k in range(4)]
    expected, issues = np.zeros((4, 4), dtype=int), []
    for i in range(60):
        reaching = [k for k in range(4) if p[i, k] >= thresholds[k]]
        if reaching:
            likely = max(reaching, key=lambda k: p[i, k])
            expected[y[i], likely] += 1
            if likely != y[i]:
                issues.append(i)
    np.testing.assert_array_equal(confident_joint(y, p), expected)
    found = label_issues(y, p)
    assert sorted(found) == issues
    assert (np.diff(p[found, y[found]]) >= 0).all()


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_probabilities_all_equal_reach_their_own_mean(classes):
    """(0.8 + 0.8 + 0.8) / 3 is above 0.8 in floating point."""
    y = np.repeat(np.arange(classes), 3)
    p = np.full((len(y), classes), 0.2 / (classes - 1))
    p[:, 0] = 0.8
    assert confident_joint(y, p)[:, 0].tolist() == [3] * classes
    assert label_issues(y, p).tolist() == list(range(3, len(y)))


def test_certain_and_right_probabilities_give_no_issue():
    y = np.repeat(np.arange(4), 3)
    assert confident_joint(y, np.eye(4)[y]).tolist() == (3 * np.eye(4)).tolist()
    assert label_issues(y, np.eye(4)[y]).tolist() == []


def test_flipped_labels_of_digits_are_found():
    from sklearn.datasets import load_digits
    from sklearn.model_selection import cross_val_predict
    from sklearn.neighbors import KNeighborsClassifier

    x, y = load_digits(return_X_y=True)
    noisy = flip_labels(y, 0.1, 10, np.random.default_rng(0))
    p = cross_val_predict(KNeighborsClassifier(10), x, noisy, method="predict_proba")
    issues = label_issues(noisy, p)
    wrong = np.flatnonzero(noisy != y)
    assert len(set(issues) & set(wrong)) > 0.8 * len(wrong)
    assert (noisy[issues[:50]] != y[issues[:50]]).mean() > 0.9


@pytest.mark.parametrize("function", [confident_joint, label_issues])
@pytest.mark.parametrize(
    ("labels", "p", "message"),
    [
        ([0, 0], [[0.5, 0.5], [0.5, 0.5]], "labels must hold every class, got none of class 1"),
        ([0, 1, 1], [[0.5, 0.5], [0.5, 0.5]], "labels and probabilities must be equally long"),
        ([0, 1], [[0.5, 0.6], [0.5, 0.5]], "probabilities must sum to 1 in each row"),
        ([0, 2], [[0.5, 0.5], [0.5, 0.5]], "labels must hold class numbers from 0 to 1"),
    ],
)
def test_bad_input_is_named(function, labels, p, message):
    with pytest.raises(ValueError, match=message):
        function(labels, p)


def test_bad_shares_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"share must be from 0 to 1, got 1.5"):
        flip_labels([0, 1], 1.5, 2, rng)
    with pytest.raises(ValueError, match="classes must be at least 2, got 1"):
        flip_labels([0], 0.5, 1, rng)
