"""Optimisers: how parameters follow their gradients."""

from companion.nn.optimizers.adagrad import AdaGrad
from companion.nn.optimizers.adam import Adam, AdamW
from companion.nn.optimizers.clipping import clip_gradients
from companion.nn.optimizers.optimizer import Optimizer
from companion.nn.optimizers.rmsprop import RMSProp
from companion.nn.optimizers.sgd import SGD

NAMED: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}

__all__ = [
    "NAMED",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSProp",
    "clip_gradients",
]
