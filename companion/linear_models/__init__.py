"""Linear models in NumPy alone: least squares, ridge, lasso, support vector machines, one ReLU."""

from companion.linear_models import relu_regression
from companion.linear_models.lasso import (
    Lasso,
    LassoPath,
    coordinate_descent,
    duality_gap,
    fista,
    ista,
    largest_strength,
    lasso,
    lasso_path,
    soft_threshold,
)
from companion.linear_models.least_squares import LeastSquares, least_squares
from companion.linear_models.linear_model import LinearModel
from companion.linear_models.pegasos import LinearSVM, pegasos
from companion.linear_models.ridge import ridge
from companion.linear_models.support_vectors import (
    KernelSVM,
    kernel_svm,
    linear_kernel,
    polynomial_kernel,
    rbf_kernel,
    smo,
)

__all__ = [
    "KernelSVM",
    "Lasso",
    "LassoPath",
    "LeastSquares",
    "LinearModel",
    "LinearSVM",
    "coordinate_descent",
    "duality_gap",
    "fista",
    "ista",
    "kernel_svm",
    "largest_strength",
    "lasso",
    "lasso_path",
    "least_squares",
    "linear_kernel",
    "pegasos",
    "polynomial_kernel",
    "rbf_kernel",
    "relu_regression",
    "ridge",
    "smo",
    "soft_threshold",
]
