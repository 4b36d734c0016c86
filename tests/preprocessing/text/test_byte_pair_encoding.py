import json
import random
from collections import Counter
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from companion.preprocessing.text.byte_pair_encoding import (
    Pair,
    SymbolPairs,
    WordBPE,
    apply_merges,
    learn_merges,
)

WORDS = st.dictionaries(st.text("abcd", min_size=1, max_size=12), st.integers(1, 9), max_size=30)


def replace_by_scan(row: list[str], pair: Pair) -> list[str]:
    out, i = [], 0
    while i < len(row):
        if i + 1 < len(row) and (row[i], row[i + 1]) == pair:
            out.append(row[i] + row[i + 1])
            i += 2
        else:
            out.append(row[i])
            i += 1
    return out


def learn_by_recounting(words: dict[str, int], merges: int) -> list[tuple[Pair, int]]:
    """The paper's listing 1: all pairs are counted anew for each merge."""
    rows = [(list(word), count) for word, count in words.items()]
    age = {symbol: i for i, symbol in enumerate(sorted({c for word in words for c in word}))}
    learnt: list[tuple[Pair, int]] = []
    for _ in range(merges):
        counts: Counter[Pair] = Counter()
        for row, count in rows:
            for pair in pairwise(row):
                counts[pair] += count
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], age[pair[0]], age[pair[1]]))
        learnt.append((best, counts[best]))
        age.setdefault("".join(best), len(age))
        rows = [(replace_by_scan(row, best), count) for row, count in rows]
    return learnt


def spelt(words: dict[str, int]) -> dict[tuple[str, ...], int]:
    return {tuple(word): count for word, count in words.items()}


@given(WORDS)
def test_merges_are_those_of_recounting_everything(words: dict[str, int]) -> None:
    assert list(learn_merges(spelt(words))) == learn_by_recounting(words, 10_000)


@given(WORDS)
def test_counts_after_merges_are_those_of_counting_anew(words: dict[str, int]) -> None:
    pairs = SymbolPairs(spelt(words))
    rows = {word: list(word) for word in words}
    for pair, _ in learn_by_recounting(words, 5):
        pairs.merge(pair, "".join(pair))
        rows = {word: replace_by_scan(row, pair) for word, row in rows.items()}
    symbols: Counter[str] = Counter()
    neighbours: Counter[Pair] = Counter()
    for word, row in rows.items():
        for symbol in row:
            symbols[symbol] += words[word]
        for pair in pairwise(row):
            neighbours[pair] += words[word]
    assert +pairs.symbols == symbols
    assert +pairs.counts == neighbours


@pytest.mark.parametrize("seed", range(40))
def test_merges_are_those_of_hugging_face(seed: int) -> None:
    """On corpora where no token can be formed in two ways: there its queue misses occurrences."""
    rng = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyzéλ中"[: rng.randint(8, 29)]
    weights = [1 / (i + 1) for i in range(len(letters))]
    words = [
        "".join(rng.choices(letters, weights, k=rng.randint(1, 9)))
        for _ in range(rng.randint(20, 300))
    ]
    text = rng.choices(words, k=2000)
    size = len(set("".join(text))) + rng.randint(1, 60)
    peer = Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    peer.train_from_iterator(
        [" ".join(text)], trainers.BpeTrainer(vocab_size=size, show_progress=False, min_frequency=2)
    )
    expected = [tuple(pair) for pair in json.loads(peer.to_str())["model"]["merges"]]
    learnt = [
        pair
        for pair, count in islice(learn_merges(spelt(dict(Counter(text)))), len(expected))
        if count >= 2
    ]
    tokens = ["".join(pair) for pair in learnt]
    twice = next((i for i, token in enumerate(tokens) if token in tokens[:i]), len(tokens))
    assert twice > 0
    assert learnt[:twice] == expected[:twice]


def test_merges_of_the_paper() -> None:
    """Sennrich et al. 2016, listing 1: its dictionary, where `</w>` is a symbol of its own.

    What is there after 3, 5, 8 and 9 merges does not hang on how ties are broken.
    """
    words = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    merges = learn_merges({(*word, "</w>"): count for word, count in words.items()})
    learnt = [("".join(pair), count) for pair, count in islice(merges, 9)]
    assert [count for _, count in learnt] == [9, 9, 9, 7, 7, 6, 6, 6, 5]
    assert [learnt[at][0] for at in (2, 4, 7, 8)] == ["est</w>", "low", "newest</w>", "low</w>"]


@pytest.mark.parametrize("seed", range(60))
def test_words_are_split_as_by_hugging_face_whatever_the_merges(seed: int) -> None:
    rng = random.Random(seed)
    letters = "abc"[: rng.randint(1, 3)]
    tokens = list(letters)
    merges: list[Pair] = []
    for _ in range(rng.randint(1, 25)):
        pair = rng.choice(tokens), rng.choice(tokens)
        if pair not in merges and len("".join(pair)) < 12:
            merges.append(pair)
            tokens.append("".join(pair))
    vocabulary = {token: i for i, token in enumerate(dict.fromkeys(tokens))}
    peer = models.BPE(vocabulary, merges)
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    for _ in range(50):
        word = "".join(rng.choices(letters, k=rng.randint(1, 40)))
        assert apply_merges(word, ranks) == [token.value for token in peer.tokenize(word)]


@given(WORDS, st.text("abcd", max_size=20))
def test_split_is_that_of_replaying_the_merges(words: dict[str, int], word: str) -> None:
    """Where each token is formed in one way, splitting by rank is replaying the learning."""
    merges = [pair for pair, _ in learn_merges(spelt(words))]
    if len({"".join(pair) for pair in merges}) < len(merges):
        return
    row = list(word)
    for pair in merges:
        row = replace_by_scan(row, pair)
    assert apply_merges(word, {pair: rank for rank, pair in enumerate(merges)}) == row


def test_a_long_run_is_split_in_one_go() -> None:
    ranks = {("-" * 2**i, "-" * 2**i): i for i in range(5)}
    assert apply_merges("-" * 100_003, ranks) == ["-" * 32] * 3125 + ["--", "-"]


@pytest.mark.parametrize("seed", range(10))
def test_word_bpe_splits_as_hugging_face_with_a_suffix(seed: int) -> None:
    rng = random.Random(seed)
    texts = [
        " ".join("".join(rng.choices("aabbcde", k=rng.randint(1, 8))) for _ in range(60))
        for _ in range(20)
    ]
    bpe = WordBPE.train(texts, merges=rng.randint(0, 80))
    alphabet = [c + end for c in "abcde" for end in ("", "</w>")]
    tokens = dict.fromkeys([*alphabet, *("".join(pair) for pair in bpe.merges)])
    vocabulary = {token: i for i, token in enumerate(tokens)}
    peer = Tokenizer(models.BPE(vocabulary, bpe.merges, end_of_word_suffix="</w>"))
    peer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    for text in texts:
        assert bpe.tokenize(text) == peer.encode(text).tokens
        assert bpe.detokenize(bpe.tokenize(text)) == text


def test_word_bpe_keeps_unknown_characters_and_nothing_of_nothing() -> None:
    bpe = WordBPE.train(["low low lower"], merges=10)
    assert bpe.tokenize("low ☂w") == ["low</w>", "☂", "w</w>"]
    assert bpe.tokenize(" \n") == []
    assert bpe.detokenize([]) == ""
    assert WordBPE.train([], merges=5).merges == []
    assert WordBPE.train(["ab ab"], merges=0).merges == []
    assert WordBPE.train(["ab cd"], merges=9).merges == []  # each pair has occurred once
    with pytest.raises(ValueError, match="merges must be 0 or more, got -1"):
        WordBPE.train(["a"], merges=-1)
    with pytest.raises(ValueError, match="texts must be several texts, got one text: 'low low'"):
        WordBPE.train("low low", merges=1)


def test_an_empty_word_and_a_single_letter_have_no_pairs() -> None:
    assert list(learn_merges({})) == []
    assert list(learn_merges({(): 3, ("a",): 5})) == []
    assert apply_merges("", {("a", "b"): 0}) == []
    assert apply_merges("b", {("a", "b"): 0}) == ["b"]
