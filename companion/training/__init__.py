"""Recipes: how networks are trained."""

from companion.training.augmentation import RandomAffine
from companion.training.gan import (
    GAN,
    discriminator_loss,
    gradient_penalty,
    jensen_shannon,
    minimax_loss,
    non_saturating_loss,
    optimal_discriminator,
)
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
