"""How surprised a language model is by a text."""

import numpy as np
from numpy.typing import ArrayLike


def perplexity(log_probabilities: ArrayLike) -> float:
    r"""Return the perplexity of a text from the natural logarithm of each token's probability.

    .. math:: \exp\left(-\frac{1}{n} \sum_{i=1}^{n} \ln p(w_i \mid w_1, \dots, w_{i-1})\right)

    The number of tokens, equally likely, among which choosing would be as hard. Perplexities over
    different vocabularies cannot be compared. F. Jelinek et al., "Perplexity: a measure of the
    difficulty of speech recognition tasks", JASA 62 (1977).

    Parameters
    ----------
    log_probabilities
        At most 0, shape ``(tokens,)``.

    Returns
    -------
    float
        At least 1; infinity if a token had probability 0.

    Raises
    ------
    ValueError
        If there is no token, or one's logarithm is above 0 or not a number.
    """
    values = np.asarray(log_probabilities, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(
            f"log_probabilities must have shape (tokens,) and not be empty, got {values.shape}"
        )
    if not (values <= 0).all():
        raise ValueError(f"log_probabilities must be at most 0, got {values[~(values <= 0)][0]}")
    with np.errstate(over="ignore"):
        return float(np.exp(-values.mean()))
