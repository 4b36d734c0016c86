"""BLEU: how much of a translation's wording is in right translations."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from math import exp, log
from typing import Literal, NamedTuple

from companion.metrics._checks import refuse_text

_SYMBOL = re.compile("[ " + re.escape("".join(set(string.punctuation) - set(".,-'"))) + "]")


class Bleu(NamedTuple):
    """BLEU, from 0 to 100, and what it is made of."""

    score: float
    precisions: tuple[float, ...]
    """Of the n-grams of each order, from 0 to 1."""
    brevity_penalty: float


def tokenize_13a(text: str) -> list[str]:
    """Split text into words and punctuation as ``mteval-v13a``, the usual basis of BLEU.

    Symbols of ASCII stand alone; a full stop or a comma stays in a number, a hyphen and an
    apostrophe stay in a word.

    Parameters
    ----------
    text
        One segment.

    Returns
    -------
    list of str
        Its tokens.
    """
    text = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, character in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(entity, character)
    text = _SYMBOL.sub(r" \g<0> ", f" {text} ")
    text = re.sub(r"([^0-9])([.,])", r"\1 \2 ", text)
    text = re.sub(r"([.,])([^0-9])", r" \1 \2", text)
    return re.sub(r"([0-9])-", r"\1 - ", text).split()


def bleu(
    hypotheses: Sequence[Sequence[str]],
    references: Sequence[Sequence[Sequence[str]]],
    max_order: int = 4,
    smoothing: Literal["exp", "none"] = "exp",
) -> Bleu:
    r"""Return the BLEU of a corpus of translations.

    .. math:: 100 \cdot BP \cdot \exp\left(\frac{1}{N} \sum_{n=1}^{N} \ln p_n\right),
              \qquad BP = \min(1, e^{1 - r/c})

    :math:`p_n` is the share of the hypotheses' n-grams that occur in a reference, each counted at
    most as often as in the reference that has it most often; c is the length of the hypotheses, and
    r that of the references, for each segment the nearest in length. K. Papineni et al., "BLEU: a
    method for automatic evaluation of machine translation", ACL 2002, section 2.3. Scores can be
    compared only if the tokens are made alike: M. Post, "A call for clarity in reporting BLEU
    scores", WMT 2018.

    Parameters
    ----------
    hypotheses
        The tokens of each translation.
    references
        For each of them, one or more right translations.
    max_order
        N, the longest n-gram.
    smoothing
        ``"exp"``: the k-th order without a match counts as :math:`1 / (2^k \cdot` its
        n-grams). ``"none"``: then the score is 0.

    Returns
    -------
    Bleu
        The score; 0 if no token matches.

    Raises
    ------
    ValueError
        If the numbers of segments differ, a segment has no reference or is a text instead of its
        tokens, or an option is unknown.
    """
    if len(hypotheses) != len(references) or not hypotheses:
        raise ValueError(
            f"hypotheses and references must be equally many, and not none, got {len(hypotheses)} "
            f"and {len(references)}"
        )
    if not all(references):
        raise ValueError("references must have one or more for each hypothesis, got none for one")
    if max_order < 1:
        raise ValueError(f"max_order must be at least 1, got {max_order}")
    if smoothing not in ("exp", "none"):
        raise ValueError(f"smoothing must be exp or none, got {smoothing!r}")
    matches, totals = [0] * max_order, [0] * max_order
    length = reference_length = 0
    for hypothesis, known in zip(hypotheses, references, strict=True):
        refuse_text(hypothesis, "hypotheses", "lists of tokens")
        for reference in known:
            refuse_text(reference, "references", "lists of tokens for each hypothesis")
        length += len(hypothesis)
        reference_length += min(
            (len(r) for r in known), key=lambda size: (abs(size - len(hypothesis)), size)
        )
        for n in range(1, max_order + 1):
            counts = ngrams(hypothesis, n)
            most: Counter[tuple[str, ...]] = Counter()
            for reference in known:
                most |= ngrams(reference, n)
            matches[n - 1] += (counts & most).total()
            totals[n - 1] += counts.total()
    precisions = _precisions(matches, totals, smoothing)
    penalty = 1.0
    if length < reference_length:
        penalty = exp(1 - reference_length / length) if length else 0.0
    score = 0.0
    if min(precisions) > 0:
        score = 100 * penalty * exp(sum(map(log, precisions)) / max_order)
    return Bleu(score, precisions, penalty)


def _precisions(
    matches: list[int], totals: list[int], smoothing: Literal["exp", "none"]
) -> tuple[float, ...]:
    precisions, without = [], 0
    for match, total in zip(matches, totals, strict=True):
        if match == 0 and total and any(matches) and smoothing == "exp":
            without += 1
            precisions.append(1 / (2**without * total))
        else:
            precisions.append(match / total if total else 0.0)
    return tuple(precisions)


def ngrams(tokens: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    """Count the runs of `n` tokens."""
    return Counter(zip(*(tokens[i:] for i in range(n)), strict=False))
