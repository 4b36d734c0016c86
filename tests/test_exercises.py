"""What a reader sees of an answer."""

import numpy as np
import pytest

from companion.exercises import check

NAN = float("nan")


@pytest.fixture
def verdict(capsys):
    def run(answer, solution, **options):
        assert check(answer, solution, **options) is None
        return capsys.readouterr().out

    return run


def test_no_answer_asks_for_one(verdict):
    expected = "No answer yet: put yours in the cell above, then run both cells.\n"
    assert verdict(None, 3) == expected


@pytest.mark.parametrize(
    ("answer", "solution"),
    [
        (3, 3),
        (3.0, 3),
        (3 + 5e-7, 3),
        (np.float32(0.5), 0.5),
        (np.array(7), 7),
        (7, np.array(7)),
        (NAN, NAN),
        (float("inf"), float("inf")),
        (1 + 2j, 1 + 2j),
        (10**400, 10**400),
        (True, True),
        (np.bool_(False), False),
        (" Overfitting ", "overfitting"),
        ([1, 2], (1, 2)),
        ([1.0, NAN], np.array([1.0, NAN])),
        (np.eye(2), [[1, 0], [0, 1]]),
        (["a", "b"], ["a", "b"]),
        ([True, False], [True, False]),
        ([], []),
        ({1, 2}, {2, 1}),
        ({"a": 1}, {"a": 1}),
    ],
)
def test_right_answers_are_right(verdict, answer, solution):
    assert verdict(answer, solution) == "Right.\n"


@pytest.mark.parametrize(
    ("answer", "solution", "message"),
    [
        (2, 3, "Not yet: got 2, which is too small."),
        (3.1, 3, "Not yet: got 3.1, which is too large."),
        (3, 10**400, "Not yet: got 3."),
        (10**400, 3.5, "Not yet: got 1000"),
        (float("inf"), 3, "Not yet: got inf, which is too large."),
        (np.float64(2.5), 3, "Not yet: got 2.5, which is too small."),
        (NAN, 3, "Not yet: got nan."),
        (3, NAN, "Not yet: got 3."),
        ("3", 3, "Not yet: got '3'; a number is asked for."),
        (True, 1, "Not yet: got True; a number is asked for."),
        ([3], 3, "Not yet: got [3]; a number is asked for."),
        (1, True, "Not yet: got 1; True or False is asked for."),
        (False, True, "Not yet: got False."),
        (3, "three", "Not yet: got 3; a text is asked for."),
        ("two", "three", "Not yet: got 'two'."),
        (1j, 1, "Not yet: got 1j."),
        ([1, 2], [1, 2, 3], "Not yet: got [1, 2]; shape (3,) is asked for, and this is (2,)."),
        (3, [1, 2], "Not yet: got 3; shape (2,) is asked for, and this is ()."),
        ([1, 5, 7], [1, 2, 3], "Not yet: got [1, 5, 7]; 2 of 3 entries are off."),
        (["a", "b"], [1, 2], "Not yet: got ['a', 'b']; numbers are asked for."),
        ([[1], [1, 2]], [1, 2], "Not yet: got [[1], [1, 2]]; its rows differ in length."),
        (["a", "c"], ["a", "b"], "Not yet: got ['a', 'c']; 1 of 2 entries are off."),
        ([1, 2], ["a", "b"], "Not yet: got [1, 2]; 2 of 2 entries are off."),
        (np.zeros(100), np.ones(100), "Not yet: got an array of shape (100,); 100 of 100"),
        ({1}, {1, 2}, "Not yet: got {1}."),
        ([1], {1}, "Not yet: got [1]; a set is asked for."),
        (..., 3, "Not yet: got Ellipsis, which is a place for your answer."),
    ],
)
def test_wrong_answers_get_a_hint(verdict, answer, solution, message):
    assert verdict(answer, solution).startswith(message)


@pytest.mark.parametrize("answer", [2, 400, "x", [1, 2], NAN, True])
def test_the_hint_does_not_give_the_solution_away(verdict, answer):
    assert "93322" not in verdict(answer, 93322)


def test_the_tolerance_is_absolute_and_inclusive(verdict):
    assert verdict(1.25, 1.0, tolerance=0.25) == "Right.\n"
    assert verdict([1000.2], [1000.0], tolerance=0.1) != "Right.\n"
    assert verdict(1.0, 1.0, tolerance=0) == "Right.\n"


@pytest.mark.parametrize("tolerance", [-1, NAN])
def test_a_tolerance_below_zero_is_refused(tolerance):
    with pytest.raises(ValueError, match="tolerance must be 0 or more"):
        check(1, 1, tolerance=tolerance)


def test_a_long_answer_is_cut(verdict):
    assert len(verdict("x" * 500, "y")) < 100
