"""Encoders against scikit-learn and Keras."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import preprocessing

from companion.preprocessing.tabular import (
    LabelEncoder,
    OneHotEncoder,
    OrdinalEncoder,
    to_categorical,
)


def tables():
    rng = np.random.default_rng(0)
    words = np.array(["tench", "cat", "espresso", "", "Katze ü", "猫"])
    mixed = np.empty((25, 3), dtype=object)
    mixed[:, 0] = words[rng.integers(0, 6, 25)].tolist()
    mixed[:, 1] = rng.integers(-5, 5, 25).tolist()
    mixed[:, 2] = rng.choice([0.5, 1.5, np.nan], 25).tolist()
    gaps = mixed[:, :1].copy()
    gaps[3:6] = None
    numbers = rng.integers(0, 4, (30, 3))
    floats = np.where(rng.random((30, 3)) < 0.2, np.nan, numbers)
    return {
        "numbers": numbers,
        "floats with gaps": floats,
        "words": words[rng.integers(0, 6, (40, 2))],
        "mixed columns": mixed,
        "words with gaps": gaps,
        "one row": numbers[:1],
    }


TABLES = tables()


def same(ours, theirs):
    """Equal also where both are missing."""
    ours, theirs = np.asarray(ours, object), np.asarray(theirs, object)
    assert ours.shape == theirs.shape
    for a, b in zip(ours.ravel(), theirs.ravel(), strict=True):
        assert a == b or (a is None and b is None) or (a != a and b != b)


@pytest.mark.parametrize("name", TABLES)
def test_one_hot_equals_scikit_learn_and_goes_back(name):
    X = TABLES[name]
    ours, theirs = OneHotEncoder(), preprocessing.OneHotEncoder(sparse_output=False)
    encoded = ours.fit_transform(X)
    np.testing.assert_array_equal(encoded, theirs.fit_transform(X), strict=True)
    for categories, expected in zip(ours.categories_, theirs.categories_, strict=True):
        same(categories, expected)
    same(ours.inverse_transform(encoded), X)
    # Outputs of a network: the largest wins.
    soft = np.random.default_rng(0).random(encoded.shape)
    same(ours.inverse_transform(soft), theirs.inverse_transform(soft))


@pytest.mark.parametrize("name", TABLES)
def test_ordinal_equals_scikit_learn_and_goes_back(name):
    X = TABLES[name]
    ours, theirs = OrdinalEncoder(), preprocessing.OrdinalEncoder()
    encoded = ours.fit_transform(X)
    np.testing.assert_array_equal(encoded, theirs.fit_transform(X), strict=True)
    same(ours.inverse_transform(encoded), X)


POOLS = (
    ["a", "b", "", "é"],
    [0, 1, -3],
    [0.5, 1.5, np.nan],
    ["a", None, "b"],
    ["a", np.nan, "c"],
    [None, np.nan, "x"],
    [1.5, None, np.nan],
    [True, False],
    [b"a", b"b"],
)


def drawn(rng, pools, rows):
    table = np.empty((rows, len(pools)), dtype=object)
    for row, column in np.ndindex(*table.shape):
        table[row, column] = pools[column][rng.integers(len(pools[column]))]
    return table


@pytest.mark.parametrize("seed", range(60))
def test_encoders_of_any_columns_equal_scikit_learn(seed):
    """None and not a number beside one another too, and rows with what was not there at fit."""
    rng = np.random.default_rng(seed)
    pools = [POOLS[number] for number in rng.integers(0, len(POOLS), rng.integers(1, 4))]
    X, new = drawn(rng, pools, int(rng.integers(1, 12))), drawn(rng, pools, 6)
    pairs = (
        (
            OneHotEncoder("ignore"),
            preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        ),
        (
            OrdinalEncoder(-1),
            preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        ),
    )
    for ours, theirs in pairs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # theirs, of what they do not know
            expected, of_new = theirs.fit_transform(X), theirs.transform(new)
        encoded = ours.fit_transform(X)
        np.testing.assert_array_equal(encoded, expected, strict=True)
        np.testing.assert_array_equal(ours.transform(new), of_new)
        same(ours.inverse_transform(encoded), X)


def test_unknown_categories_are_zeros_if_so_asked_as_in_scikit_learn():
    train = np.array([["a", "x"], ["b", "y"]], dtype=object)
    new = np.array([["b", "z"], ["c", "x"]], dtype=object)
    ours = OneHotEncoder("ignore").fit(train)
    theirs = preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(train)
    encoded = ours.transform(new)
    np.testing.assert_array_equal(encoded, theirs.transform(new))
    assert ours.inverse_transform(encoded).tolist() == [["b", None], [None, "x"]]
    same(ours.inverse_transform(encoded), theirs.inverse_transform(encoded))


@pytest.mark.parametrize("unknown", [-1, 99, np.nan])
def test_unknown_categories_get_the_number_asked_for_as_in_scikit_learn(unknown):
    train, new = np.array([[3], [5], [5]]), np.array([[5], [4], [3], [6]])
    ours = OrdinalEncoder(unknown).fit(train)
    theirs = preprocessing.OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=unknown
    ).fit(train)
    np.testing.assert_array_equal(ours.transform(new), theirs.transform(new))
    same(ours.inverse_transform(ours.transform(new)), [[5], [None], [3], [None]])


@pytest.mark.parametrize("encoder", [OneHotEncoder, OrdinalEncoder])
@pytest.mark.parametrize(
    ("train", "new", "stranger"),
    [
        ([["a", 1], ["b", 2]], [["a", 1], ["a", 3]], "column 1 .*: 3"),
        ([["a", 1], ["b", 2]], [["c", 1]], "column 0 .*: 'c'"),
        ([[1.0], [2.0]], [[np.nan]], "column 0 .*: nan"),
        ([[1], [2]], [["1"]], "column 0 .*: '1'"),
    ],
)
def test_unknown_categories_are_named(encoder, train, new, stranger):
    with pytest.raises(ValueError, match=stranger.replace(".*", "has a value that was not .*")):
        encoder().fit(train).transform(new)


@given(arrays(np.int64, st.integers(1, 30), elements=st.integers(-50, 50)))
def test_labels_equal_those_of_scikit_learn(y):
    ours, theirs = LabelEncoder(), preprocessing.LabelEncoder()
    np.testing.assert_array_equal(ours.fit_transform(y), theirs.fit_transform(y))
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    np.testing.assert_array_equal(ours.inverse_transform(ours.transform(y)), y, strict=True)


@given(st.lists(st.text(max_size=5), min_size=1, max_size=20))
def test_labels_of_words_go_there_and_back(words):
    y = np.array(words, dtype=object)
    encoder = LabelEncoder()
    numbers = encoder.fit_transform(y)
    assert encoder.classes_.tolist() == sorted(set(words))
    assert encoder.inverse_transform(numbers).tolist() == words


@pytest.mark.parametrize("classes", [None, 7, 12])
@pytest.mark.parametrize("shape", [(9,), (4, 5), (2, 3, 4)])
def test_to_categorical_equals_keras(shape, classes):
    keras = pytest.importorskip("keras")
    labels = np.random.default_rng(0).integers(0, 7, shape)
    labels.flat[0] = 6
    expected = keras.utils.to_categorical(labels, classes)
    ours = to_categorical(labels, classes)
    np.testing.assert_array_equal(ours, expected, strict=True)
    np.testing.assert_array_equal(ours.argmax(axis=-1), labels)
    np.testing.assert_array_equal(to_categorical(labels.astype(float), classes), expected)


def test_to_categorical_of_nothing_has_the_classes():
    assert to_categorical([], 3).shape == (0, 3)
    assert to_categorical(2, 3).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        ([0, 3], 3, "labels must be from 0 to 2, got 0 to 3"),
        ([-1, 1], None, "labels must be from 0 to 1, got -1 to 1"),
        ([0.5], None, "labels must be whole numbers, got float64: 0.5"),
        ([np.nan], 3, "labels must be whole numbers, got float64: nan"),
        ([1, np.inf], None, "labels must be whole numbers, got float64: inf"),
        (["a"], None, "labels must be whole numbers"),
        ([], None, "labels must not be empty unless classes is given"),
    ],
)
def test_to_categorical_refuses_what_are_no_labels(labels, classes, message):
    with pytest.raises(ValueError, match=message):
        to_categorical(labels, classes)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: OneHotEncoder("zeros"), "handle_unknown must be error or ignore, got 'zeros'"),
        (lambda: OneHotEncoder().fit([]), r"X must have shape \(rows, columns\), not empty"),
        (lambda: OrdinalEncoder().fit(["a", "b"]), r"X must have shape \(rows, columns\)"),
        (
            lambda: OneHotEncoder().fit([["a"], [1]]),
            "column 0 must hold one kind of value, got int, str",
        ),
        (lambda: OneHotEncoder().fit([[1]]).transform([[1, 2]]), "X must have 1 columns as at fit"),
        (lambda: OneHotEncoder().fit([[1], [2]]).inverse_transform([[1]]), "X must have 2 columns"),
        (lambda: OrdinalEncoder().fit([[1], [2]]).inverse_transform([[2]]), "no category: 2.0"),
        (lambda: OrdinalEncoder().fit([[1]]).inverse_transform([[np.nan]]), "no category: nan"),
        (lambda: OrdinalEncoder(1).fit([[1], [2]]), "unknown_value must be no category's number"),
        (lambda: LabelEncoder().fit([[1]]), r"y must have shape \(examples,\), got \(1, 1\)"),
        (lambda: LabelEncoder().fit([1]).transform([2]), "y has a value that was not there .*: 2"),
        (lambda: OrdinalEncoder().fit([[1]]).inverse_transform([[0, 0]]), "X must have 1 columns"),
        (lambda: OneHotEncoder().fit([[1]]).inverse_transform([1]), r"X must have shape \(rows"),
        (lambda: LabelEncoder().fit([1]).inverse_transform([1]), "y must be from 0 to 0, got 1"),
        (lambda: LabelEncoder().fit([1]).inverse_transform([0.5]), "y must be whole numbers.* 0.5"),
        (lambda: LabelEncoder().fit([1]).inverse_transform(["a"]), "y must be whole numbers"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OrdinalEncoder(), LabelEncoder()])
def test_use_before_fit_is_refused(encoder):
    for method in (encoder.transform, encoder.inverse_transform):
        with pytest.raises(RuntimeError, match="Encoder must be fitted first: call fit"):
            method([[1]])
