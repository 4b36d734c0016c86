"""Categories as numbers: a column of zeros and ones each, or one number.

The categories are those of the training rows, sorted; what is missing is a category of its own:
None, and after it not a number.
"""

from collections.abc import Hashable
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.preprocessing.tabular._checks import as_numbers, as_table, fitted

_NAN = float("nan")


def to_categorical(labels: ArrayLike, classes: int | None = None) -> NDArray[np.float64]:
    """Return one-hot rows: 1 in the column of the label, 0 elsewhere.

    Parameters
    ----------
    labels
        Class numbers, ``(…)``.
    classes
        Number of classes; by default one more than the largest label.

    Returns
    -------
    numpy.ndarray
        ``(…, classes)``, in double precision; ``argmax(axis=-1)`` gives the labels back.

    Raises
    ------
    ValueError
        If the labels are not whole numbers from 0 to ``classes - 1``, or there is none to count
        the classes by.
    """
    numbers = np.asarray(labels)
    if numbers.size == 0:
        if classes is None:
            raise ValueError("labels must not be empty unless classes is given")
        return np.zeros((*numbers.shape, classes))
    _must_be_whole(numbers, "labels")
    count = int(numbers.max()) + 1 if classes is None else classes
    if not 0 <= numbers.min() <= numbers.max() < count:
        raise ValueError(
            f"labels must be from 0 to {count - 1}, got {numbers.min()} to {numbers.max()}"
        )
    return np.eye(count)[numbers.astype(np.int64)]


class OneHotEncoder:
    """A column of zeros and ones for each category of each column.

    After `fit`, `categories_` holds the categories of each column.

    Parameters
    ----------
    handle_unknown
        What a category that was not there at `fit` gives: an error, or zeros alone.

    Raises
    ------
    ValueError
        If `handle_unknown` is neither.
    """

    categories_: list[NDArray[Any]]

    def __init__(self, handle_unknown: Literal["error", "ignore"] = "error") -> None:
        if handle_unknown not in ("error", "ignore"):
            raise ValueError(f"handle_unknown must be error or ignore, got {handle_unknown!r}")
        self.handle_unknown = handle_unknown

    def fit(self, X: ArrayLike) -> Self:
        """Learn the categories of each column of the training rows, ``(rows, columns)``."""
        self.categories_ = _table_categories(X)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return ``(rows, categories of all columns)``, column after column."""
        table = as_table(X, len(fitted(self, "categories_")))
        blocks = []
        for number, categories in enumerate(self.categories_):
            unknown = "allowed" if self.handle_unknown == "ignore" else f"column {number}"
            codes = _codes(table[:, number], categories, unknown)
            blocks.append((codes[:, None] == np.arange(len(categories))).astype(float))
        return np.concatenate(blocks, axis=1)

    def fit_transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Learn from the training rows and return them encoded."""
        return self.fit(X).transform(X)

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return the category with the largest number of each block; None where all are 0."""
        widths = [len(categories) for categories in fitted(self, "categories_")]
        table = as_numbers(X, sum(widths))
        blocks = np.split(table, np.cumsum(widths)[:-1], axis=1)
        columns = []
        for block, categories in zip(blocks, self.categories_, strict=True):
            column, known = categories[block.argmax(axis=1)], (block != 0).any(axis=1)
            columns.append(column if known.all() else _or_none(known, column))
        return _side_by_side(columns)


class OrdinalEncoder:
    """One number for each category: its place among the sorted categories of its column.

    A model that computes with the numbers takes their order and their distances at face value; for
    categories without an order use `OneHotEncoder`. Not a number that was there at `fit` stays what
    it is; None has the largest number.

    After `fit`, `categories_` holds the categories of each column.

    Parameters
    ----------
    unknown_value
        The number of a category that was not there at `fit`, such as -1; None for an error.
    """

    categories_: list[NDArray[Any]]

    def __init__(self, unknown_value: float | None = None) -> None:
        self.unknown_value = unknown_value

    def fit(self, X: ArrayLike) -> Self:
        """Learn the categories of each column of the training rows, ``(rows, columns)``."""
        self.categories_ = _table_categories(X)
        if self.unknown_value in range(max(map(len, self.categories_))):
            raise ValueError(
                f"unknown_value must be no category's number, got {self.unknown_value}"
            )
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the numbers of the categories, ``(rows, columns)``."""
        table = as_table(X, len(fitted(self, "categories_")))
        columns = []
        for number, categories in enumerate(self.categories_):
            unknown = f"column {number}" if self.unknown_value is None else "allowed"
            codes = _codes(table[:, number], categories, unknown).astype(float)
            if _key(categories[-1]) is _NAN:
                codes[codes == len(categories) - 1] = np.nan
            codes[codes < 0] = self.unknown_value
            columns.append(codes)
        return np.stack(columns, axis=1)

    def fit_transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Learn from the training rows and return them encoded."""
        return self.fit(X).transform(X)

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return the categories of the numbers; None for the number of the unknown ones."""
        columns = []
        table = as_numbers(X, len(fitted(self, "categories_")))
        for column, categories in zip(table.T, self.categories_, strict=True):
            names: dict[Hashable, Any] = dict(enumerate(categories.tolist()))
            if _key(names[len(names) - 1]) is _NAN:
                names[_NAN] = names.pop(len(names) - 1)
            if self.unknown_value is not None:
                names[_key(self.unknown_value)] = None
            keys = [_key(code) for code in column.tolist()]
            if strangers := set(keys) - names.keys():
                raise ValueError(f"X has a number that stands for no category: {strangers.pop()}")
            values = [names[key] for key in keys]
            columns.append(np.array(values, object if None in values else categories.dtype))
        return _side_by_side(columns)


class LabelEncoder:
    """Class numbers from 0 for labels of any kind: their places among the sorted labels.

    After `fit`, `classes_` holds the labels, sorted.
    """

    classes_: NDArray[Any]

    def fit(self, y: ArrayLike) -> Self:
        """Learn the labels, ``(examples,)``."""
        self.classes_ = _categories(_as_column(y), "y")
        return self

    def transform(self, y: ArrayLike) -> NDArray[np.int64]:
        """Return the class numbers, ``(examples,)``."""
        classes = fitted(self, "classes_")
        return _codes(_as_column(y), classes, "y")

    def fit_transform(self, y: ArrayLike) -> NDArray[np.int64]:
        """Learn the labels and return their numbers."""
        return self.fit(y).transform(y)

    def inverse_transform(self, y: ArrayLike) -> NDArray[Any]:
        """Return the labels of the class numbers."""
        classes, numbers = fitted(self, "classes_"), _as_column(y)
        _must_be_whole(numbers, "y")
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < len(classes):
            raise ValueError(
                f"y must be from 0 to {len(classes) - 1}, got {numbers.min()} to {numbers.max()}"
            )
        return np.asarray(classes[numbers.astype(np.int64)])


def _must_be_whole(numbers: NDArray[Any], name: str) -> None:
    if numbers.dtype.kind in "iub":
        return
    broken = numbers
    if numbers.dtype.kind == "f":
        broken = numbers[~np.isfinite(numbers) | (numbers != np.floor(numbers))]
    if broken.size:
        raise ValueError(f"{name} must be whole numbers, got {numbers.dtype}: {broken.flat[0]}")


def _as_column(y: ArrayLike) -> NDArray[Any]:
    column = np.asarray(y)
    if column.ndim != 1:
        raise ValueError(f"y must have shape (examples,), got {column.shape}")
    return column


def _table_categories(X: ArrayLike) -> list[NDArray[Any]]:
    table = as_table(X)
    return [_categories(column, f"column {number}") for number, column in enumerate(table.T)]


def _key(value: Any) -> Hashable:
    """Return the value itself, but the same NaN for each: one is not equal to another."""
    return _NAN if value != value else value


def _categories(column: NDArray[Any], name: str) -> NDArray[Any]:
    if column.dtype != object:
        return np.unique(column)  # puts not a number last, once
    keys: set[Any] = set(map(_key, column.tolist()))
    present = keys - {None, _NAN}
    try:
        ordered = sorted(present)
    except TypeError:
        kinds = ", ".join(sorted({type(value).__name__ for value in present}))
        raise ValueError(f"{name} must hold one kind of value, got {kinds}") from None
    ordered += [missing for missing in (None, _NAN) if missing in keys]
    categories = np.empty(len(ordered), dtype=object)
    categories[:] = ordered
    return categories


def _codes(column: NDArray[Any], categories: NDArray[Any], unknown: str) -> NDArray[np.int64]:
    """Places of the values among the categories; −1 for an unknown one if that is "allowed"."""
    places = {_key(value): place for place, value in enumerate(categories.tolist())}
    values = column.tolist()
    codes = np.array([places.get(_key(value), -1) for value in values], dtype=np.int64)
    if unknown != "allowed" and (codes < 0).any():
        stranger = values[int(codes.argmin())]
        raise ValueError(f"{unknown} has a value that was not there at fit: {stranger!r}")
    return codes


def _or_none(known: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[Any]:
    chosen = values.astype(object)
    chosen[~known] = None
    return chosen


def _side_by_side(columns: list[NDArray[Any]]) -> NDArray[Any]:
    if len({column.dtype for column in columns}) > 1:
        columns = [column.astype(object) for column in columns]
    return np.stack(columns, axis=1)
