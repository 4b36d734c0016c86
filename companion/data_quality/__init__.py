"""What data are worth: whether labels agree, are right, are balanced, and stay as they were."""

from companion.data_quality.agreement import cohen_kappa, fleiss_kappa
from companion.data_quality.balance import (
    ClassBalance,
    balanced_class_weights,
    class_balance,
    oversample,
    undersample,
)
from companion.data_quality.coverage import coverage
from companion.data_quality.dawid_skene import Annotation, dawid_skene, majority_vote
from companion.data_quality.drift import (
    chi_squared_statistic,
    ks_statistic,
    permutation_p_value,
    population_stability_index,
)
from companion.data_quality.label_noise import confident_joint, flip_labels, label_issues

__all__ = [
    "Annotation",
    "ClassBalance",
    "balanced_class_weights",
    "chi_squared_statistic",
    "class_balance",
    "cohen_kappa",
    "confident_joint",
    "coverage",
    "dawid_skene",
    "fleiss_kappa",
    "flip_labels",
    "ks_statistic",
    "label_issues",
    "majority_vote",
    "oversample",
    "permutation_p_value",
    "population_stability_index",
    "undersample",
]
