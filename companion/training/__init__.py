"""Recipes: how networks are trained."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from companion.training.gan import (
    GAN,
    discriminator_loss,
    gradient_penalty,
    jensen_shannon,
    minimax_loss,
    non_saturating_loss,
    optimal_discriminator,
)

if TYPE_CHECKING:  # the rest needs Keras, and is loaded by `__getattr__` when it is asked for
    from companion.training.augmentation import RandomAffine
    from companion.training.multi_task import with_heads
    from companion.training.recipe import Recipe, Run, pixels, train
    from companion.training.repetitions import train_repeatedly
    from companion.training.schedules import OneCycle
    from companion.training.step_losses import StepLosses
    from companion.training.transfer import features, with_new_head

__all__ = [
    "GAN",
    "OneCycle",
    "RandomAffine",
    "Recipe",
    "Run",
    "StepLosses",
    "discriminator_loss",
    "features",
    "gradient_penalty",
    "jensen_shannon",
    "minimax_loss",
    "non_saturating_loss",
    "optimal_discriminator",
    "pixels",
    "train",
    "train_repeatedly",
    "with_heads",
    "with_new_head",
]
_MODULES = {
    "OneCycle": "schedules",
    "RandomAffine": "augmentation",
    "Recipe": "recipe",
    "Run": "recipe",
    "StepLosses": "step_losses",
    "features": "transfer",
    "pixels": "recipe",
    "train": "recipe",
    "train_repeatedly": "repetitions",
    "with_heads": "multi_task",
    "with_new_head": "transfer",
}


def __getattr__(name: str) -> Any:
    """Load what needs Keras at its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Name the same as if all were loaded."""
    return sorted({*globals(), *__all__})
