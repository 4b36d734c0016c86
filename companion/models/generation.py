"""Writing with a language model: draw the next token, append it, and begin again.

A. Holtzman et al., "The curious case of neural text degeneration", ICLR 2020, section 3 (nucleus,
top k, temperature); A. Fan et al., "Hierarchical neural story generation", 2018, section 5 (top k).
"""

from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.nn.activations import softmax
from companion.nn.ranges import whole


class LanguageModel(Protocol):
    """What `generate` asks of a model; `companion.models.gpt.GPT` has it."""

    def advance(self, tokens: Any, past: Any = None) -> tuple[Any, Any]:
        """Return the logits ``(batch, vocabulary)`` after further tokens, and what it remembers."""
        ...


def keep_top_k(logits: ArrayLike, k: int) -> NDArray[np.float64]:
    """Set all logits but the `k` largest of each row to −∞; what equals the last of them stays too.

    Parameters
    ----------
    logits
        ``(batch, vocabulary)``.
    k
        At least 1; from the vocabulary's size on it changes nothing.

    Returns
    -------
    numpy.ndarray
        ``(batch, vocabulary)``.

    Raises
    ------
    ValueError
        If `k` is below 1, or the logits are as `sample` refuses them.
    """
    rows = _rows(logits)
    k = min(whole("k", k), rows.shape[1])
    least = np.partition(rows, -k, axis=1)[:, -k, None]
    return np.where(rows >= least, rows, -np.inf)


def keep_nucleus(logits: ArrayLike, p: float) -> NDArray[np.float64]:
    """Set all logits to −∞ but those of the fewest tokens whose probabilities add up to `p`.

    Of equally probable tokens the first go in first.

    Parameters
    ----------
    logits
        ``(batch, vocabulary)``.
    p
        In (0, 1]; the most probable token stays however small it is.

    Returns
    -------
    numpy.ndarray
        ``(batch, vocabulary)``.

    Raises
    ------
    ValueError
        If `p` is out of its range, or the logits are as `sample` refuses them.
    """
    if not 0 < p <= 1:
        raise ValueError(f"p must be in (0, 1], got {p}")
    rows = _rows(logits)
    if p == 1:
        return rows
    order = np.argsort(-rows, axis=1, kind="stable")
    probabilities = np.take_along_axis(softmax(rows).value, order, axis=1)
    before = np.cumsum(probabilities, axis=1) - probabilities
    kept = np.empty(rows.shape, dtype=bool)
    np.put_along_axis(kept, order, before < p, axis=1)
    return np.where(kept, rows, -np.inf)


def sample(
    logits: ArrayLike,
    rng: np.random.Generator,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
) -> NDArray[np.int64]:
    """Draw a token of each row, from softmax(logits / temperature), cut to `top_k`, then `top_p`.

    Parameters
    ----------
    logits
        ``(batch, vocabulary)``.
    rng
        Draws one number a row.
    temperature
        Below 1 the probable tokens gain, above 1 the others; at 0 the most probable one is taken.
    top_k
        As in `keep_top_k`; None keeps all.
    top_p
        As in `keep_nucleus`; 1 keeps all.

    Returns
    -------
    numpy.ndarray
        ``(batch,)``.

    Raises
    ------
    ValueError
        If a setting is out of its range, or the logits are not ``(batch, vocabulary)`` of numbers
        below ∞, at least one of each row above −∞.
    """
    if not 0 <= temperature < np.inf:
        raise ValueError(f"temperature must be at least 0, got {temperature}")
    rows = _rows(logits)
    if temperature == 0:
        return np.asarray(rows.argmax(axis=1))
    # Less the largest first: otherwise a small temperature makes a logit infinite.
    rows = (rows - rows.max(axis=1, keepdims=True)) / temperature
    if top_k is not None:
        rows = keep_top_k(rows, top_k)
    probabilities = softmax(keep_nucleus(rows, top_p)).value
    sums = np.cumsum(probabilities, axis=1)
    # At the last of the sums, which rounding keeps from being 1, lies the last possible token.
    drawn = rng.random((len(rows), 1)) * sums[:, -1:]
    return np.asarray((sums <= drawn).sum(axis=1))


def generate(
    model: LanguageModel,
    prompts: ArrayLike,
    length: int,
    rng: np.random.Generator,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
    stop: int | None = None,
) -> list[NDArray[np.int64]]:
    """Continue texts, token by token.

    Parameters
    ----------
    model
        As `companion.models.gpt.GPT`.
    prompts
        At least one token of each text, ``(batch, time)``.
    length
        Largest number of tokens to write, at least 1; with the prompt at most the model's context.
    rng
        Draws the tokens.
    temperature, top_k, top_p
        As in `sample`.
    stop
        The token at which a text ends; None: all are of the full length.

    Returns
    -------
    list of numpy.ndarray
        For each text its new tokens, without `stop`.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    tokens = np.asarray(prompts)
    if tokens.ndim != 2 or not tokens.size or not np.issubdtype(tokens.dtype, np.integer):
        raise ValueError(
            f"prompts must be whole numbers (batch, time), got {tokens.dtype} {tokens.shape}"
        )
    written = np.empty((len(tokens), 0), dtype=np.int64)
    running = np.ones(len(tokens), dtype=bool)
    past = None
    for _ in range(whole("length", length)):
        logits, past = model.advance(tokens, past)
        rows = keras.ops.convert_to_numpy(logits)
        drawn = sample(rows, rng, temperature=temperature, top_k=top_k, top_p=top_p)
        written = np.column_stack([written, drawn])
        running &= drawn != stop
        if not running.any():
            break
        tokens = drawn[:, None]
    if stop is None:
        return list(written)
    ends = np.where((written == stop).any(1), (written == stop).argmax(1), written.shape[1])
    return [row[:end] for row, end in zip(written, ends, strict=True)]


def _rows(logits: ArrayLike) -> NDArray[np.float64]:
    rows = np.asarray(logits, dtype=np.float64)
    if rows.ndim != 2 or not rows.shape[1]:
        raise ValueError(f"logits must have shape (batch, vocabulary), got {rows.shape}")
    if not np.all(rows.max(axis=1, initial=-np.inf) > -np.inf) or not np.all(rows < np.inf):
        raise ValueError("logits must be below infinity, and of each row one above its negative")
    return rows
