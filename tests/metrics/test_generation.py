"""Metrics of text against sacrebleu, rouge-score and jiwer."""

import random
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.metrics import (
    answer_f1,
    bleu,
    character_error_rate,
    edit_distance,
    exact_match,
    normalize_answer,
    perplexity,
    rouge_l,
    rouge_l_summary,
    rouge_n,
    tokenize_13a,
    word_error_rate,
)

WORDS = "the cat sat on a mat , while 3.5 dogs' don't-care (it's $4,000!) ran & <b> ñandú 猫"


def sentence(rng, most=14):
    return " ".join(rng.choices(WORDS.split(), k=rng.randint(1, most)))


def corpus(seed):
    rng = random.Random(seed)
    segments = rng.randint(1, 6)
    references = [[sentence(rng) for _ in range(segments)] for _ in range(rng.randint(1, 3))]
    hypotheses = [
        " ".join(w for w in text.split() if rng.random() < 0.8) or "cat" for text in references[0]
    ]
    return hypotheses, references


@pytest.mark.parametrize("smoothing", ["exp", "none"])
@pytest.mark.parametrize("seed", range(25))
def test_bleu_equals_sacrebleu(seed, smoothing):
    sacrebleu = pytest.importorskip("sacrebleu")
    hypotheses, references = corpus(seed)
    expected = sacrebleu.corpus_bleu(hypotheses, references, smooth_method=smoothing)
    found = bleu(
        [tokenize_13a(text) for text in hypotheses],
        [[tokenize_13a(text) for text in texts] for texts in zip(*references, strict=True)],
        smoothing=smoothing,
    )
    assert found.score == pytest.approx(expected.score)
    assert found.brevity_penalty == pytest.approx(expected.bp)
    np.testing.assert_allclose(100 * np.array(found.precisions), expected.precisions)


@pytest.mark.parametrize("order", [1, 2, 5])
@pytest.mark.parametrize("seed", range(20))
def test_bleu_of_other_orders_and_empty_texts_equals_sacrebleu(seed, order):
    sacrebleu = pytest.importorskip("sacrebleu")
    rng = random.Random(100 + seed)
    hypotheses, references = corpus(seed)
    hypotheses = [rng.choice(["", text]) for text in hypotheses]
    references = [[rng.choice(["", text]) for text in texts] for texts in references]
    expected = sacrebleu.BLEU(max_ngram_order=order).corpus_score(hypotheses, references)
    found = bleu(
        [tokenize_13a(text) for text in hypotheses],
        [[tokenize_13a(text) for text in texts] for texts in zip(*references, strict=True)],
        order,
    )
    assert found.score == pytest.approx(expected.score)
    assert found.brevity_penalty == pytest.approx(expected.bp)


@given(st.text(alphabet=st.sampled_from("ab9.,-'\"&;ltgq(o)\n <skiped>é猫\t"), max_size=40))
def test_tokens_equal_those_of_sacrebleu(text):
    tokenizer = pytest.importorskip("sacrebleu.tokenizers.tokenizer_13a").Tokenizer13a()
    assert tokenize_13a(text) == tokenizer(text).split()


def test_bleu_of_the_papers_example():
    # Papineni et al. 2002, section 2.1: clipped counts give 2/7 for seven times "the".
    candidate = ["the", "the", "the", "the", "the", "the", "the"]
    references = [
        ["the", "cat", "is", "on", "the", "mat"],
        ["there", "is", "a", "cat", "on", "the", "mat"],
    ]
    assert bleu([candidate], [references]).precisions[0] == pytest.approx(2 / 7)
    assert bleu([references[0]], [references]).score == pytest.approx(100)
    assert bleu([[]], [references]).score == 0


@pytest.mark.parametrize("seed", range(25))
def test_rouge_equals_rouge_score(seed):
    scorer = pytest.importorskip("rouge_score.rouge_scorer")
    rng = random.Random(seed)
    reference, summary = (
        "\n".join(sentence(rng) for _ in range(rng.randint(1, 4))) for _ in range(2)
    )
    names = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    expected = scorer.RougeScorer(names).score(reference, summary)
    found = [
        rouge_n(reference, summary, 1),
        rouge_n(reference, summary, 2),
        rouge_l(reference, summary),
        rouge_l_summary(reference, summary),
    ]
    for name, ours in zip(names, found, strict=True):
        theirs = expected[name]
        np.testing.assert_allclose(ours, (theirs.precision, theirs.recall, theirs.fmeasure))


def test_rouge_of_nothing_is_zero():
    for text in ("", "猫 !"):
        assert rouge_n(text, "a b", 1) == rouge_l("a b", text) == rouge_l_summary(text, text)
        assert rouge_l("a b", text) == (0, 0, 0)
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        rouge_n("a", "a", 0)


@pytest.mark.parametrize("seed", range(20))
def test_error_rates_equal_jiwer(seed):
    jiwer = pytest.importorskip("jiwer")
    rng = random.Random(seed)
    references = [sentence(rng) for _ in range(rng.randint(1, 5))]
    hypotheses = [sentence(rng) for _ in references]
    assert word_error_rate(references, hypotheses) == pytest.approx(
        jiwer.wer(references, hypotheses)
    )
    assert character_error_rate(references, hypotheses) == pytest.approx(
        jiwer.cer(references, hypotheses)
    )


@given(st.text("ab", max_size=12), st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_the_edit_distance_is_a_metric(a, b, c):
    assert edit_distance(a, a) == 0
    assert edit_distance(a, b) == edit_distance(b, a)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))


def test_known_distances():
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance([], ["one", "two"]) == 2
    assert word_error_rate(["a b"], ["x y z w"]) == 2


def test_error_rates_need_references():
    with pytest.raises(ValueError, match="references must hold a word, got none"):
        word_error_rate(["", " "], ["a", "b"])
    with pytest.raises(ValueError, match="references must hold a character, got none"):
        character_error_rate([], [])
    with pytest.raises(ValueError, match="must be equally many, got 1 and 2"):
        word_error_rate(["a"], ["a", "b"])


def test_perplexity_is_the_number_of_equal_choices():
    assert perplexity(np.full(7, -log(50))) == pytest.approx(50)
    assert perplexity([0.0]) == 1
    assert perplexity([-1.0, -3.0]) == pytest.approx(exp(2))
    assert perplexity([-np.inf, 0.0]) == np.inf
    assert perplexity([-1e4]) == np.inf


def test_perplexity_refuses_what_is_no_log_probability():
    for values, message in (
        ([], r"must have shape \(tokens,\) and not be empty"),
        ([0.5], "must be at most 0, got 0.5"),
        ([np.nan], "must be at most 0, got nan"),
    ):
        with pytest.raises(ValueError, match=message):
            perplexity(values)


def test_answers_are_compared_as_squad_does():
    assert normalize_answer("The  Eiffel Tower, in Paris.") == "eiffel tower in paris"
    references = [["Denver Broncos", "The Broncos"], ["1990"]]
    assert exact_match(["the broncos!", "in 1990"], references) == 0.5
    assert answer_f1(["broncos", "in 1990"], references) == pytest.approx((1 + 2 / 3) / 2)
    assert answer_f1(["Denver team"], [["Denver Broncos"]]) == pytest.approx(0.5)


def test_no_answer_is_right_where_there_is_none():
    assert exact_match([""], [[""]]) == answer_f1([""], [[""]]) == 1
    assert answer_f1(["the"], [["cat"]]) == 0


@pytest.mark.parametrize("function", [exact_match, answer_f1])
def test_questions_without_references_are_refused(function):
    with pytest.raises(ValueError, match="equally many, and not none, got 0 and 0"):
        function([], [])
    with pytest.raises(ValueError, match="one or more for each answer, got none for one"):
        function(["a"], [[]])


def test_translations_without_references_are_refused():
    with pytest.raises(ValueError, match="equally many, and not none, got 1 and 0"):
        bleu([["a"]], [])
    with pytest.raises(ValueError, match="one or more for each hypothesis, got none for one"):
        bleu([["a"]], [[]])
    with pytest.raises(ValueError, match="smoothing must be exp or none, got 'floor'"):
        bleu([["a"]], [[["a"]]], smoothing="floor")
    with pytest.raises(ValueError, match="max_order must be at least 1, got 0"):
        bleu([["a"]], [[["a"]]], max_order=0)


def test_a_text_is_no_list():
    """Else its characters would count as tokens, answers or transcripts."""
    for call, message in (
        (lambda: bleu(["a b"], [["a b"]]), "hypotheses must hold lists of tokens, got the text"),
        (lambda: bleu([["a"]], [["a"]]), "references must hold lists of tokens for each"),
        (lambda: exact_match("ab", ["a", "b"]), "answers must hold texts, got the text 'ab'"),
        (lambda: answer_f1(["a b"], ["a b"]), "references must hold a list of texts for each"),
        (lambda: word_error_rate("ab", "ac"), "references must hold texts, got the text 'ab'"),
        (lambda: character_error_rate(["ab"], "a"), "hypotheses must hold texts, got the text"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
