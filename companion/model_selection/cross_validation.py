"""How good a way of training is, judged on examples that it has not seen."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.metrics.classification import accuracy
from companion.model_selection.parallel import parallel_map
from companion.model_selection.search import best_trial, search
from companion.model_selection.splits import Fold

Array = NDArray[Any]
Predict = Callable[[Array], ArrayLike]
Fit = Callable[..., Predict]
"""``fit(x, y, **settings)`` trains and returns a function from inputs to predictions."""
Score = Callable[[ArrayLike, ArrayLike], float]
"""``score(true, predicted)``; higher is better."""


class LearningCurve(NamedTuple):
    """Scores by the number of training examples."""

    sizes: NDArray[np.int64]  # (sizes,)
    training: NDArray[np.float64]  # (sizes, folds), on the examples trained on
    held_out: NDArray[np.float64]  # (sizes, folds)


class Nested(NamedTuple):
    """Scores of choosing settings and training with them, and what was chosen, a fold each."""

    scores: NDArray[np.float64]
    settings: list[dict[str, Any]]


def cross_validate(
    fit: Fit,
    x: ArrayLike,
    y: ArrayLike,
    folds: Sequence[Fold],
    score: Score = accuracy,
    settings: Mapping[str, Any] | None = None,
    workers: int | str = 1,
) -> NDArray[np.float64]:
    """Train on each fold and score on what it holds out.

    The scores share training examples, so that their spread understates how much the mean would
    vary with other data; there is no unbiased estimate of that from one cross-validation (Y.
    Bengio, Y. Grandvalet, "No unbiased estimator of the variance of k-fold cross-validation", JMLR
    5, 2004).

    Parameters
    ----------
    fit
        Trains anew at each call: ``fit(x, y, **settings)`` returns a function that predicts.
    x, y
        Inputs and targets, first axis ``examples``.
    folds
        From `k_folds` or the like: pairs of places to train on and places to score on.
    score
        Of targets and predictions.
    settings
        Handed on to `fit`.
    workers
        Processes, or the address of a Dask scheduler: see `parallel.parallel_map`.

    Returns
    -------
    numpy.ndarray
        A score a fold, shape ``(folds,)``.

    Raises
    ------
    ValueError
        If `x` and `y` differ in length, there is no fold, or a fold is empty or reaches beyond.
    """
    inputs, targets, parts = _checked(x, y, folds)
    calls = [(fit, inputs, targets, fold, score, dict(settings or {})) for fold in parts]
    return np.array(parallel_map(_held_out_score, calls, workers), dtype=np.float64)


def learning_curve(
    fit: Fit,
    x: ArrayLike,
    y: ArrayLike,
    sizes: Sequence[int],
    folds: Sequence[Fold],
    score: Score = accuracy,
    settings: Mapping[str, Any] | None = None,
    workers: int | str = 1,
) -> LearningCurve:
    """Train on the first examples of each fold, fewer and more of them, and score.

    A gap between the two scores that closes as examples are added is overfitting that more data
    would mend; two scores that meet early and low ask for another model.

    Parameters
    ----------
    fit, x, y, folds, score, settings, workers
        As of `cross_validate`. The folds' order counts: shuffle them.
    sizes
        Numbers of training examples.

    Returns
    -------
    LearningCurve
        Scores, axes ``(size, fold)``.

    Raises
    ------
    ValueError
        If there is no size, one is not whole, below 1 or above that of a fold, or as
        `cross_validate`.
    """
    inputs, targets, parts = _checked(x, y, folds)
    smallest = min(len(fold.train) for fold in parts)
    if len(sizes) == 0:
        raise ValueError("sizes must hold one or more, got none")
    for size in sizes:
        if not 1 <= size <= smallest or size != int(size):
            raise ValueError(f"sizes must be from 1 to {smallest} training examples, got {size}")
    own = dict(settings or {})
    calls = [
        (fit, inputs, targets, fold._replace(train=fold.train[: int(size)]), score, own)
        for size in sizes
        for fold in parts
    ]
    scores = np.array(parallel_map(_both_scores, calls, workers), dtype=np.float64)
    scores = scores.reshape(len(sizes), len(parts), 2)
    return LearningCurve(np.array(sizes), scores[..., 0], scores[..., 1])


def nested_cross_validate(
    fit: Fit,
    x: ArrayLike,
    y: ArrayLike,
    candidates: Sequence[Mapping[str, Any]],
    outer: Sequence[Fold],
    inner: Callable[[Array], Sequence[Fold]],
    score: Score = accuracy,
    workers: int | str = 1,
) -> Nested:
    """Score choosing settings by cross-validation, on examples that had no say in the choice.

    The best score of a search is too high, as it was chosen for being high. Here the whole of
    choosing and training happens within the training part of every outer fold. S. Varma, R. Simon,
    "Bias in error estimation when using cross-validation for model selection", BMC Bioinformatics 7
    (2006).

    Parameters
    ----------
    fit, x, y, score, workers
        As of `cross_validate`.
    candidates
        Settings to choose from.
    outer
        Folds to score on.
    inner
        Makes folds to choose by, from the targets of the training part.

    Returns
    -------
    Nested
        A score, and the settings with the best mean score within, for each outer fold; of equals
        the first.

    Raises
    ------
    ValueError
        If there is no candidate, a score within is not a number, or as `cross_validate`.
    """
    if not candidates:
        raise ValueError("candidates must have settings to choose from, got none")
    inputs, targets, parts = _checked(x, y, outer)
    scores, chosen = [], []
    for fold in parts:
        own_x, own_y = inputs[fold.train], targets[fold.train]
        judge = partial(cross_validate, fit, own_x, own_y, inner(own_y), score, workers=workers)
        chosen.append(best_trial(search(judge, candidates)).settings)
        scores.append(_held_out_score(fit, inputs, targets, fold, score, chosen[-1]))
    return Nested(np.array(scores, dtype=np.float64), chosen)


def _held_out_score(
    fit: Fit, x: Array, y: Array, fold: Fold, score: Score, settings: dict[str, Any]
) -> float:
    predict = fit(x[fold.train], y[fold.train], **settings)
    return score(y[fold.held_out], predict(x[fold.held_out]))


def _both_scores(
    fit: Fit, x: Array, y: Array, fold: Fold, score: Score, settings: dict[str, Any]
) -> tuple[float, float]:
    predict = fit(x[fold.train], y[fold.train], **settings)
    return (
        score(y[fold.train], predict(x[fold.train])),
        score(y[fold.held_out], predict(x[fold.held_out])),
    )


def _checked(
    x: ArrayLike, y: ArrayLike, folds: Iterable[tuple[ArrayLike, ArrayLike]]
) -> tuple[Array, Array, list[Fold]]:
    inputs, targets = np.asarray(x), np.asarray(y)
    if len(inputs) != len(targets):
        raise ValueError(f"x and y must be equally long, got {len(inputs)} and {len(targets)}")
    parts = [Fold(np.asarray(train), np.asarray(held_out)) for train, held_out in folds]
    if not parts:
        raise ValueError("folds must hold one or more, got none")
    for part in itertools.chain(*parts):
        whole = part.ndim == 1 and part.dtype.kind in "iu" and part.size > 0
        if not whole or part.min() < 0 or part.max() >= len(inputs):
            raise ValueError(f"folds must hold places from 0 to {len(inputs) - 1}, got {part}")
    return inputs, targets, parts
