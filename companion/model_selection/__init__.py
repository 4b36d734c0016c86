"""Choosing between models without fooling oneself: splits, cross-validation, search."""

from companion.model_selection.cross_validation import (
    LearningCurve,
    Nested,
    cross_validate,
    learning_curve,
    nested_cross_validate,
)
from companion.model_selection.optimism import expected_maximum
from companion.model_selection.pareto import pareto_front
from companion.model_selection.search import (
    Evaluate,
    Rung,
    Trial,
    best_trial,
    grid,
    log_uniform,
    sample_settings,
    search,
    successive_halving,
)
from companion.model_selection.splits import (
    Fold,
    group_folds,
    hold_out,
    k_folds,
    last_share,
    stratified_folds,
)

__all__ = [
    "Evaluate",
    "Fold",
    "LearningCurve",
    "Nested",
    "Rung",
    "Trial",
    "best_trial",
    "cross_validate",
    "expected_maximum",
    "grid",
    "group_folds",
    "hold_out",
    "k_folds",
    "last_share",
    "learning_curve",
    "log_uniform",
    "nested_cross_validate",
    "pareto_front",
    "sample_settings",
    "search",
    "stratified_folds",
    "successive_halving",
]
