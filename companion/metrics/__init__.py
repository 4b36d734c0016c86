"""How good predictions are and how sure that is; NumPy alone."""

from companion.metrics.calibration import (
    ReliabilityCurve,
    brier_score,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    reliability_curve,
    softmax,
)
from companion.metrics.classification import (
    Interval,
    accuracy,
    confusion_matrix,
    mean_interval,
    top_k_accuracy,
    wilson_interval,
)
from companion.metrics.selection import Selection, select
from companion.metrics.student import t_cdf, t_quantile

__all__ = [
    "Interval",
    "ReliabilityCurve",
    "Selection",
    "accuracy",
    "brier_score",
    "confusion_matrix",
    "expected_calibration_error",
    "fit_temperature",
    "mean_interval",
    "negative_log_likelihood",
    "reliability_curve",
    "select",
    "softmax",
    "t_cdf",
    "t_quantile",
    "top_k_accuracy",
    "wilson_interval",
]
