"""Recipes: how networks are trained."""

from companion.training.augmentation import RandomAffine
from companion.training.recipe import Recipe, Run, pixels, train
from companion.training.schedules import OneCycle
from companion.training.step_losses import StepLosses

__all__ = ["OneCycle", "RandomAffine", "Recipe", "Run", "StepLosses", "pixels", "train"]
