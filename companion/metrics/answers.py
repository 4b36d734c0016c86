"""How good short answers are: exact match and the overlap of words."""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

from companion.metrics._checks import refuse_text


def normalize_answer(text: str) -> str:
    """Return an answer without case, ASCII punctuation, articles and surplus white space.

    Parameters
    ----------
    text
        An answer.

    Returns
    -------
    str
        What two answers that say the same share.
    """
    text = text.lower().translate(str.maketrans("", "", string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(answers: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Return the share of answers that equal one of their references, both normalised.

    P. Rajpurkar et al., "SQuAD: 100,000+ questions for machine comprehension of text", EMNLP 2016,
    section 6.1.

    Parameters
    ----------
    answers
        One answer a question; an empty one says that there is none.
    references
        For each question one or more right answers.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If there is no question, the numbers do not fit, or a text stands for a list of texts.
    """
    return _mean_of_best(answers, references, lambda answer, known: float(answer == known))


def answer_f1(answers: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Return the mean F1 of the words of an answer and of the reference that it is nearest to.

    Both are normalised and taken as bags of words. An empty answer is right where a reference is
    empty. Rajpurkar et al. 2016, section 6.1.

    Parameters
    ----------
    answers
        One answer a question; an empty one says that there is none.
    references
        For each question one or more right answers.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If there is no question, the numbers do not fit, or a text stands for a list of texts.
    """

    def f1(answer: str, known: str) -> float:
        given, wanted = Counter(answer.split()), Counter(known.split())
        if not given or not wanted:
            return float(given == wanted)
        return 2 * (given & wanted).total() / (given.total() + wanted.total())

    return _mean_of_best(answers, references, f1)


def _mean_of_best(
    answers: Sequence[str],
    references: Sequence[Sequence[str]],
    score: Callable[[str, str], float],
) -> float:
    refuse_text(answers, "answers", "texts")
    for known in references:
        refuse_text(known, "references", "a list of texts for each answer")
    if len(answers) != len(references) or not answers:
        raise ValueError(
            f"answers and references must be equally many, and not none, got {len(answers)} and "
            f"{len(references)}"
        )
    if not all(references):
        raise ValueError("references must have one or more for each answer, got none for one")
    best = [
        max(score(normalize_answer(answer), normalize_answer(r)) for r in known)
        for answer, known in zip(answers, references, strict=True)
    ]
    return sum(best) / len(best)
