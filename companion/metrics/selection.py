"""What choosing by a score does to the score."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Selection(NamedTuple):
    """A model that was chosen: its accuracy where it was chosen, and on all other examples."""

    chosen_on: float
    elsewhere: float


def select(correct: ArrayLike, tried: int, examples: int, rng: np.random.Generator) -> Selection:
    r"""Choose, of some models at random, the most accurate on some examples at random.

    The best of several estimates is too high: :math:`E \max_i \hat p_i \ge \max_i p_i`, and what
    was chosen for its luck does not keep it. The other examples had no say, so the accuracy there
    is that of the chosen model without bias. Cawley & Talbot 2010, "On over-fitting in model
    selection and subsequent selection bias in performance evaluation", JMLR 11.

    Parameters
    ----------
    correct
        Whether a model is right about an example, ``(models, examples)``.
    tried
        Models to choose from.
    examples
        Examples to choose by; some must be left.
    rng
        Draws the models, the examples, and one of the models that are equally accurate.

    Returns
    -------
    Selection
        The two accuracies of the chosen model.

    Raises
    ------
    ValueError
        If `correct` is no matrix of truth values, or `tried` or `examples` do not fit it.
    """
    right = np.asarray(correct)
    if right.ndim != 2 or right.dtype != np.bool:
        raise ValueError(f"correct must be a boolean matrix, got {right.dtype} {right.shape}")
    models, available = right.shape
    if not 1 <= tried <= models:
        raise ValueError(f"tried must be from 1 to {models} models, got {tried}")
    if not 1 <= examples < available:
        raise ValueError(f"examples must be from 1 to {available - 1}, got {examples}")
    candidates = right[rng.permutation(models)[:tried]]  # the first of equals is one at random
    order = rng.permutation(available)
    scores = candidates[:, order[:examples]].mean(axis=1)
    best = int(scores.argmax())
    return Selection(float(scores[best]), float(candidates[best, order[examples:]].mean()))
