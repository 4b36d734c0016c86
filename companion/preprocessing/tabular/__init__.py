"""Tables: scaling, encoding, imputation and selection of columns.

Everything is learnt by ``fit`` from the training rows alone and then applied to all, with the names
of scikit-learn. Missing values are not a number.
"""

from companion.preprocessing.tabular.encoding import (
    LabelEncoder,
    OneHotEncoder,
    OrdinalEncoder,
    to_categorical,
)
from companion.preprocessing.tabular.imputation import KNNImputer, SimpleImputer
from companion.preprocessing.tabular.scaling import MinMaxScaler, RobustScaler, StandardScaler
from companion.preprocessing.tabular.selection import SelectKBest

__all__ = [
    "KNNImputer",
    "LabelEncoder",
    "MinMaxScaler",
    "OneHotEncoder",
    "OrdinalEncoder",
    "RobustScaler",
    "SelectKBest",
    "SimpleImputer",
    "StandardScaler",
    "to_categorical",
]
