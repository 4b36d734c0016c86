"""Searching for settings: all of a grid, some at random, or many that are thinned out."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from math import ceil, exp, log
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.model_selection.parallel import parallel_map

Settings = dict[str, Any]
Draw = Callable[[np.random.Generator], Any]


class Evaluate(Protocol):
    """What `successive_halving` calls for each candidate."""

    def __call__(self, settings: Settings, /, *, resource: int) -> ArrayLike:
        """Return one score or more; higher is better."""


class Trial(NamedTuple):
    """Settings and the scores that they got, one a fold or seed."""

    settings: Settings
    scores: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Return the mean score."""
        return float(self.scores.mean())


class Rung(NamedTuple):
    """One round of successive halving: what each candidate was given, and how it did."""

    resource: int
    trials: list[Trial]


def grid(**values: Iterable[Any]) -> list[Settings]:
    """Return every combination of values, the last name's changing fastest.

    Parameters
    ----------
    **values
        For each setting the values to try.

    Returns
    -------
    list of dict
        As many as the product of the numbers of values.

    Raises
    ------
    ValueError
        If a setting has no value, or one value instead of a list.
    """
    for name, some in values.items():
        _refuse_no_list(name, some)
    lists = {name: list(some) for name, some in values.items()}
    for name, some in lists.items():
        if not some:
            raise ValueError(f"{name} must have one value or more, got none")
    return [dict(zip(lists, chosen, strict=True)) for chosen in itertools.product(*lists.values())]


def log_uniform(low: float, high: float) -> Draw:
    """Return a draw of numbers whose logarithm is uniform, for `sample_settings`.

    Parameters
    ----------
    low, high
        The range, above 0.

    Returns
    -------
    callable
        From a generator to a number.

    Raises
    ------
    ValueError
        If the range is empty or reaches 0.
    """
    if not 0 < low < high < np.inf:
        raise ValueError(f"low and high must be above 0 and rising, got {low} and {high}")
    return lambda rng: exp(rng.uniform(log(low), log(high)))


def sample_settings(
    count: int, rng: np.random.Generator, **values: Sequence[Any] | Draw
) -> list[Settings]:
    """Draw combinations of values at random, each setting by itself.

    Where few of many settings matter, as many values of each of those are tried as there are
    trials, and a grid of the same size tries far fewer. J. Bergstra, Y. Bengio, "Random search for
    hyper-parameter optimization", JMLR 13 (2012), figure 1.

    Parameters
    ----------
    count
        How many combinations, at least 1.
    rng
        Draws.
    **values
        For each setting the values, or a function that draws one, such as `log_uniform`.

    Returns
    -------
    list of dict
        The combinations.

    Raises
    ------
    ValueError
        If `count` is below 1, or a setting has no value, or one value instead of a list.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    for name, some in values.items():
        if not callable(some):
            _refuse_no_list(name, some)
            if len(some) == 0:
                raise ValueError(f"{name} must have one value or more, got none")
    return [
        {
            name: some(rng) if callable(some) else some[int(rng.integers(len(some)))]
            for name, some in values.items()
        }
        for _ in range(count)
    ]


def search(
    evaluate: Callable[[Settings], ArrayLike],
    candidates: Iterable[Mapping[str, Any]],
    workers: int | str = 1,
) -> list[Trial]:
    """Evaluate every candidate.

    Parameters
    ----------
    evaluate
        From settings to one score or more; higher is better. For example
        ``lambda settings: cross_validate(fit, x, y, folds, settings=settings)``.
    candidates
        From `grid` or `sample_settings`.
    workers
        Processes, or the address of a Dask scheduler: see `parallel.parallel_map`.

    Returns
    -------
    list of Trial
        In the order of the candidates.

    Raises
    ------
    ValueError
        If there is no candidate, or a score is not a number.
    """
    settings = [dict(candidate) for candidate in candidates]
    if not settings:
        raise ValueError("candidates must have settings to try, got none")
    scores = parallel_map(evaluate, ((each,) for each in settings), workers)
    return [_trial(each, score) for each, score in zip(settings, scores, strict=True)]


def best_trial(trials: Sequence[Trial]) -> Trial:
    """Return the trial with the highest mean score, of equals the first.

    That score is too high an estimate of what the settings will do: it was chosen for being high
    (see `nested_cross_validate`).

    Parameters
    ----------
    trials
        From `search`.

    Returns
    -------
    Trial
        One of them.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not trials:
        raise ValueError("trials must hold one or more, got none")
    return max(trials, key=lambda trial: trial.mean)


def successive_halving(
    evaluate: Evaluate,
    candidates: Iterable[Mapping[str, Any]],
    smallest: int,
    largest: int,
    factor: int = 3,
    workers: int | str = 1,
) -> list[Rung]:
    r"""Give all candidates a little, the best of them more, and so on.

    In round i each of the candidates left gets :math:`r_i = \text{smallest} \cdot
    \text{factor}^i` of the resource, and the best :math:`\lceil n_i / \text{factor} \rceil` go on.
    There are :math:`1 + \lfloor \log_{\text{factor}} n_0 \rfloor` rounds, fewer where the resource
    would exceed the largest; each costs about the same. K. Jamieson, A. Talwalkar, "Non-stochastic
    best arm identification and hyperparameter optimization", AISTATS 2016, figure 3.

    Parameters
    ----------
    evaluate
        ``evaluate(settings, resource=…)`` gives one score or more for training with so many epochs,
        or so many examples.
    candidates
        Settings.
    smallest, largest
        Resource at the start and at most.
    factor
        2 or more.
    workers
        Processes, or the address of a Dask scheduler: see `parallel.parallel_map`.

    Returns
    -------
    list of Rung
        The rounds. Of the last one the `best_trial` is the choice.

    Raises
    ------
    ValueError
        If there is no candidate, a number is out of range, or a score is not a number.
    """
    if factor < 2:
        raise ValueError(f"factor must be at least 2, got {factor}")
    if not 1 <= smallest <= largest:
        raise ValueError(f"smallest must be from 1 to largest = {largest}, got {smallest}")
    left = [dict(candidate) for candidate in candidates]
    most = len(left)
    rungs: list[Rung] = []
    resource = smallest
    while not rungs or (factor ** len(rungs) <= most and resource <= largest):
        trials = search(partial(evaluate, resource=resource), left, workers)
        rungs.append(Rung(resource, trials))
        best_first = sorted(trials, key=lambda trial: -trial.mean)
        left = [trial.settings for trial in best_first[: ceil(len(trials) / factor)]]
        resource *= factor
    return rungs


def _refuse_no_list(name: str, values: Any) -> None:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ValueError(f"{name} must be a list of values, got {values!r}")


def _trial(settings: Settings, score: ArrayLike) -> Trial:
    scores = np.atleast_1d(np.asarray(score, dtype=np.float64))
    if scores.size == 0 or np.isnan(scores).any():
        raise ValueError(f"evaluate must give a score for {settings}, got {scores}")
    return Trial(settings, scores)
