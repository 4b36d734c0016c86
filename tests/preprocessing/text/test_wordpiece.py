import random
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from companion.datasets import wikipedia
from companion.preprocessing.collecting import articles
from companion.preprocessing.text import WordPiece

WORDS = st.lists(st.text("abcd", min_size=1, max_size=9), max_size=40)


def like_bert(tokenizer: WordPiece) -> Tokenizer:
    peer = Tokenizer(
        models.WordPiece(tokenizer.vocabulary, unk_token="[UNK]", max_input_chars_per_word=100)
    )
    peer.normalizer = normalizers.BertNormalizer(lowercase=tokenizer.lower_case)
    peer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    peer.decoder = decoders.WordPiece(cleanup=False)
    return peer


@pytest.mark.parametrize("seed", range(40))
def test_words_are_cut_as_by_hugging_face_whatever_the_vocabulary(seed: int) -> None:
    rng = random.Random(seed)
    drawn = {
        rng.choice(["", "##"]) + "".join(rng.choices("abc", k=rng.randint(1, 5)))
        for _ in range(rng.randint(1, 60))
    }
    tokenizer = WordPiece(["[PAD]", "[UNK]", *sorted(drawn)], lower_case=bool(seed % 2))
    peer = like_bert(tokenizer)
    for _ in range(40):
        words = ["".join(rng.choices("abcABÁ,", k=rng.randint(1, 15))) for _ in range(6)]
        text = " ".join([*words, "a" * rng.choice([99, 100, 101])])
        assert tokenizer.encode(text) == peer.encode(text).ids


@pytest.mark.parametrize("lower_case", [True, False])
def test_wikipedia_is_cut_as_by_hugging_face(lower_case: bool) -> None:
    texts = [text for _, text in islice(articles(wikipedia.load()), 4)]
    tokenizer = WordPiece.train([texts[0][:20_000]], 600, lower_case=lower_case)
    peer = like_bert(tokenizer)
    for text in texts:
        assert tokenizer.encode(text) == peer.encode(text).ids
        assert tokenizer.decode(tokenizer.encode(text)) == peer.decode(
            peer.encode(text).ids, skip_special_tokens=False
        )


OLD = st.characters(
    exclude_categories=["Cs", "Cn"],
    include_characters="、。「漢字한국어！\u3000\u2028\u00ad\u200b—ΣςİıßǅﬁÅ\u200d\ufe0f\ufffd\u0344",
    max_codepoint=0x5FF,
)


@pytest.mark.parametrize("lower_case", [True, False])
def test_tokens_stand_where_hugging_face_has_them(lower_case: bool) -> None:
    letters = "abcdefghijklmnopqrstuvwxyzé한\u1112\u1161\u11ab"
    tokens = [*letters, *("##" + c for c in letters if c not in "qx"), "##na", "the", "中"]
    tokenizer = WordPiece(["[UNK]", *tokens], lower_case)
    peer = like_bert(tokenizer)
    parts = st.text(OLD, max_size=5) | st.sampled_from(
        ["cafe\u0301", "Naïve", " the", "b\x00na", "한글", "中a", " ", "\u0301", "a" * 101]
    )

    @given(st.lists(parts).map("".join))
    @example("A\x00 cafe\u0301 \u0301한 qxq中naïve\ufffd")
    def compare(text: str) -> None:
        assert tokenizer.offsets(text) == peer.encode(text).offsets
        assert len(tokenizer.offsets(text)) == len(tokenizer.encode(text))

    compare()
    for _, text in islice(articles(wikipedia.load()), 3):
        assert tokenizer.offsets(text) == peer.encode(text).offsets


def test_a_token_stands_for_its_capitals_and_accents() -> None:
    tokenizer = WordPiece(["[UNK]", "cafe", "##s", "a"])
    text = "Xy Cafés a"
    spans = [text[start:end] for start, end in tokenizer.offsets(text)]
    assert spans == ["Xy", "Café", "s", "a"]
    assert tokenizer.offsets("") == []


def learn_by_recounting(words: list[str], size: int, min_count: int) -> list[str]:
    """As Hugging Face's course has it: everything is counted anew for each merge."""
    rows = {w: [w[0], *("##" + c for c in w[1:])] for w in words}
    counts = Counter(words)
    tokens = ["[UNK]", *sorted({symbol for row in rows.values() for symbol in row})]
    while len(tokens) < size:
        symbols: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for word, row in rows.items():
            for symbol in row:
                symbols[symbol] += counts[word]
            for pair in pairwise(row):
                pairs[pair] += counts[word]
        scores = {
            pair: count / (symbols[pair[0]] * symbols[pair[1]])
            for pair, count in pairs.items()
            if count >= min_count
        }
        if not scores:
            break
        best = min(scores, key=lambda pair: (-scores[pair], pair))
        joined = best[0] + best[1][2:]
        if joined not in tokens:
            tokens.append(joined)
        for row in rows.values():
            i = 0
            while i < len(row) - 1:
                if (row[i], row[i + 1]) == best:
                    row[i : i + 2] = [joined]
                i += 1
    return tokens


@given(WORDS, st.integers(10, 40), st.integers(1, 3))
def test_training_is_that_of_recounting_everything(
    words: list[str], size: int, min_count: int
) -> None:
    learnt = WordPiece.train([" ".join(words)], size, min_count)
    assert learnt.tokens == learn_by_recounting(words, size, min_count)


def test_first_merge_of_the_course() -> None:
    """Hugging Face's course, chapter 6: two pairs have the score 1/5, `ab` and `##fu`."""
    corpus = [
        "This is the Hugging Face Course.",
        "This chapter is about tokenization.",
        "This section shows several tokenizer algorithms.",
        "Hopefully, you will be able to understand how they are trained and generate tokens.",
    ]
    learnt = WordPiece.train(corpus, 10_000, min_count=1, lower_case=False).tokens
    characters = [token for token in learnt if len(token.removeprefix("##")) == 1]
    assert len(characters) == 40  # the alphabet that the course prints
    assert learnt[41:43] == ["##fu", "ab"]


@pytest.mark.parametrize("text", ["", " \n", "\x00"])
def test_nothing_has_no_tokens(text: str) -> None:
    assert WordPiece(["[UNK]", "a"]).encode(text) == []
    assert WordPiece(["[UNK]", "a"]).decode([]) == ""


def test_a_vocabulary_is_read_a_token_a_line(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\nab\n##c\n", encoding="utf-8")
    tokenizer = WordPiece.read(tmp_path / "vocab.txt")
    assert tokenizer.tokenize("ABC x abc") == ["ab", "##c", "[UNK]", "ab", "##c"]
    assert tokenizer.encode("abc x") == [2, 3, 1]
    assert tokenizer.decode([2, 3, 1]) == "abc [UNK]"


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"vocabulary must have \[UNK\], got 1 others"):
        WordPiece(["a"])
    with pytest.raises(ValueError, match="each token once, got 'a' again"):
        WordPiece(["[UNK]", "a", "b", "a"])
    with pytest.raises(ValueError, match="size must be at least 4 tokens, got 3"):
        WordPiece.train(["abc"], 3)
    with pytest.raises(ValueError, match="from 0 to 1, got 2"):
        WordPiece(["[UNK]", "a"]).decode([2])
    with pytest.raises(ValueError, match="got -1"):
        WordPiece(["[UNK]", "a"]).decode([-1])
    with pytest.raises(ValueError, match="texts must be several texts, got one text: 'abc'"):
        WordPiece.train("abc", 30)
    with pytest.raises(ValueError, match="special_tokens must be several texts, got one text"):
        WordPiece.train(["abc"], 30, special_tokens="[UNK]")
