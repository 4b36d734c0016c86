"""How good predictions are and how sure that is; NumPy alone."""

from companion.metrics.answers import answer_f1, exact_match, normalize_answer
from companion.metrics.bleu import Bleu, bleu, tokenize_13a
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
from companion.metrics.detection import (
    Boxes,
    detection_average_precision,
    detection_mean_average_precision,
    intersection_over_union,
)
from companion.metrics.edit_distance import (
    character_error_rate,
    edit_distance,
    word_error_rate,
)
from companion.metrics.perplexity import perplexity
from companion.metrics.precision_recall import (
    ClassScores,
    class_scores,
    f1_as_printed,
    f_score,
    precision,
    recall,
)
from companion.metrics.ranking import (
    hit_rate,
    mean_average_precision,
    mean_reciprocal_rank,
    ndcg,
    precision_at,
    recall_at,
)
from companion.metrics.roc import (
    Difference,
    PrecisionRecallCurve,
    RocCurve,
    average_precision,
    precision_recall_curve,
    roc_auc,
    roc_auc_difference,
    roc_auc_interval,
    roc_curve,
)
from companion.metrics.rouge import Rouge, rouge_l, rouge_l_summary, rouge_n, tokenize_rouge
from companion.metrics.selection import Selection, select
from companion.metrics.student import t_cdf, t_quantile

__all__ = [
    "Bleu",
    "Boxes",
    "ClassScores",
    "Difference",
    "Interval",
    "PrecisionRecallCurve",
    "ReliabilityCurve",
    "RocCurve",
    "Rouge",
    "Selection",
    "accuracy",
    "answer_f1",
    "average_precision",
    "bleu",
    "brier_score",
    "character_error_rate",
    "class_scores",
    "confusion_matrix",
    "detection_average_precision",
    "detection_mean_average_precision",
    "edit_distance",
    "exact_match",
    "expected_calibration_error",
    "f1_as_printed",
    "f_score",
    "fit_temperature",
    "hit_rate",
    "intersection_over_union",
    "mean_average_precision",
    "mean_interval",
    "mean_reciprocal_rank",
    "ndcg",
    "negative_log_likelihood",
    "normalize_answer",
    "perplexity",
    "precision",
    "precision_at",
    "precision_recall_curve",
    "recall",
    "recall_at",
    "reliability_curve",
    "roc_auc",
    "roc_auc_difference",
    "roc_auc_interval",
    "roc_curve",
    "rouge_l",
    "rouge_l_summary",
    "rouge_n",
    "select",
    "softmax",
    "t_cdf",
    "t_quantile",
    "tokenize_13a",
    "tokenize_rouge",
    "top_k_accuracy",
    "wilson_interval",
    "word_error_rate",
]
