"""Learning rates that change during training."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="companion")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    r"""The one-cycle schedule: the learning rate rises to a peak, then falls almost to zero.

    Both parts are half a cosine. With :math:`T` steps, of which the part :math:`w` warms up,
    the rate goes from ``peak / 25`` at step 0 to ``peak`` at step :math:`wT - 1` and on to
    ``peak / 250000`` at step :math:`T - 1`, where it stays:

    .. math:: \eta(t) = \eta_b + \tfrac{1}{2} (\eta_a - \eta_b) (1 + \cos \pi q),

    :math:`\eta_a` and :math:`\eta_b` being the rates at the two ends of the part, and :math:`q`
    the share of it that is done. It is PyTorch's ``OneCycleLR`` with its default divisors.

    Parameters
    ----------
    peak
        The highest learning rate, above 0.
    steps
        How many batches the training takes, :math:`T`; at least 1.
    warmup
        The share of the steps in which the rate rises, :math:`w`, in [0, 1).

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Smith and Topin (2019), Super-convergence: very fast training of neural networks using large
    learning rates, section 4.
    """

    def __init__(self, peak: float, steps: int, warmup: float = 0.25) -> None:
        if not peak > 0:
            raise ValueError(f"peak must be above 0, got {peak}")
        if steps < 1:
            raise ValueError(f"steps must be at least 1, got {steps}")
        if not 0 <= warmup < 1:
            raise ValueError(f"warmup must be in [0, 1), got {warmup}")
        super().__init__()
        self.peak, self.steps, self.warmup = peak, steps, warmup

    def __call__(self, step: Any) -> Any:
        """Give the learning rate of one step, counted from 0.

        Parameters
        ----------
        step
            A whole number, or a tensor of one.

        Returns
        -------
        Any
            A scalar tensor.
        """
        step = ops.cast(step, "float32")
        first, last = self.peak / 25, self.peak / 25e4
        top = self.warmup * self.steps - 1  # the step of the peak
        rise = _cosine(first, self.peak, step / top) if top > 0 else last
        fall = _cosine(self.peak, last, (step - top) / (self.steps - 1 - top))
        return ops.where(step < top, rise, fall)

    def get_config(self) -> dict[str, Any]:
        """Give the arguments from which Keras builds the schedule again."""
        return {"peak": self.peak, "steps": self.steps, "warmup": self.warmup}


def _cosine(start: float, end: float, done: Any) -> Any:
    """Half a cosine from `start` to `end`, of which the share `done` is behind us."""
    done = ops.clip(done, 0.0, 1.0)
    return end + (start - end) / 2 * (1 + ops.cos(math.pi * done))
