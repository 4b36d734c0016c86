import gc
import json
import random
import weakref
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from companion.datasets import gpt2_tokenizer, lee, wikipedia
from companion.preprocessing.collecting import articles
from companion.preprocessing.text import ByteLevelBPE, byte_alphabet

KNOWN = st.characters(exclude_categories=["Cs", "Cn"])
END = "<|endoftext|>"
PARTS = st.text(KNOWN) | st.sampled_from(
    [
        "I've",
        " don't",
        "'RE",
        "      ",
        "\n\n\n",
        "\t",
        "东京",
        "👩\u200d👧",
        "e\u0301",
        "\x00\x1c",
        "__",
    ]
)


def byte_level(model: models.BPE) -> Tokenizer:
    peer = Tokenizer(model)
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.decoder = decoders.ByteLevel()
    return peer


@pytest.fixture(scope="module")
def gpt2() -> ByteLevelBPE:
    return ByteLevelBPE.read(*gpt2_tokenizer.load())


@pytest.fixture(scope="module")
def peer() -> Tokenizer:
    return byte_level(models.BPE.from_file(*map(str, gpt2_tokenizer.load())))


def test_gpt2_encodes_random_text_as_hugging_face(gpt2: ByteLevelBPE, peer: Tokenizer) -> None:
    @given(st.lists(PARTS).map("".join))
    @example("Hello, world! It's 2024 — naïve café, 北京欢迎你 🎉🎉")
    def compare(text: str) -> None:
        numbers = gpt2.encode(text)
        assert numbers == peer.encode(text).ids
        assert gpt2.decode(numbers) == text

    compare()


def test_tokens_stand_where_hugging_face_has_them() -> None:
    gpt2 = ByteLevelBPE.read(*gpt2_tokenizer.load(), special_tokens=[END])
    peer = byte_level(models.BPE.from_file(*map(str, gpt2_tokenizer.load())))
    peer.add_special_tokens([END])

    @given(st.lists(PARTS | st.just(END)).map("".join))
    @example(f"Hello  naïve 北京👩\u200d👧{END}e\u0301\n")
    def compare(text: str) -> None:
        offsets = gpt2.offsets(text)
        assert offsets == peer.encode(text).offsets
        assert len(offsets) == len(gpt2.encode(text))

    compare()
    assert len(gpt2.encode("a北")) == 3
    assert gpt2.offsets("a北") == [(0, 1), (1, 2), (1, 2)]  # both tokens are of the one character
    for _, text in islice(articles(wikipedia.load()), 3):
        assert gpt2.offsets(text) == peer.encode(text).offsets
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        gpt2.offsets("\ud83d")


def test_gpt2_encodes_wikipedia_as_hugging_face(gpt2: ByteLevelBPE, peer: Tokenizer) -> None:
    for language in ("en", "bg"):
        for _, text in islice(articles(wikipedia.load(language)), 12):
            assert gpt2.encode(text) == peer.encode(text).ids


def test_gpt2_decodes_any_tokens_as_hugging_face(gpt2: ByteLevelBPE, peer: Tokenizer) -> None:
    rng = random.Random(0)
    fragments = [n for n in range(50257) if not gpt2.token_bytes(n).isascii()]
    for _ in range(500):
        numbers = rng.choices(fragments, k=rng.randint(1, 12)) + rng.choices(range(50256), k=3)
        assert gpt2.decode(numbers) == peer.decode(numbers)


def test_gpt2_of_a_known_sentence(gpt2: ByteLevelBPE) -> None:
    """Known to all who have used GPT-2; 50,257 tokens as in section 2.3 of its paper."""
    assert gpt2.encode("Hello world") == [15496, 995]
    assert len(gpt2.vocabulary) == 50_257
    assert len(gpt2.merges) == 50_000
    assert gpt2.vocabulary[END] == 50_256
    assert gpt2.token_bytes(220) == b" "


def test_special_tokens_are_split_off_as_by_hugging_face() -> None:
    special = [END, "<|end|>", "<|end|><|x|>", "ab"]
    trained = ByteLevelBPE.train(["abc abd " * 5], 300, special_tokens=special)
    peer = byte_level(models.BPE(trained.vocabulary, trained.merges))
    peer.add_special_tokens(special)
    rng = random.Random(1)
    for _ in range(200):
        text = "".join(rng.choices([*special, "<|", "end", "|>", " ", "abc", "c a", "é"], k=8))
        assert trained.encode(text) == peer.encode(text).ids
        assert trained.decode(trained.encode(text)) == text


def test_a_special_token_is_plain_text_unless_it_is_asked_for(gpt2: ByteLevelBPE) -> None:
    assert gpt2.encode(END) != [50_256]
    asked = ByteLevelBPE(gpt2.vocabulary, gpt2.merges, [END])
    assert asked.encode(f"a{END}b") == [64, 50_256, 65]


def test_training_gives_the_merges_of_hugging_face_on_wikipedia() -> None:
    lines = [line for _, text in islice(articles(wikipedia.load()), 3) for line in text.split("\n")]
    lines += [line for _, text in articles(wikipedia.load("bg")) for line in text.split("\n")]
    peer = byte_level(models.BPE())
    peer.train_from_iterator(
        lines,
        trainers.BpeTrainer(
            vocab_size=2000,
            min_frequency=2,
            special_tokens=[END],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    trained = ByteLevelBPE.train(lines, 2000, special_tokens=[END])
    assert trained.merges == [tuple(m) for m in json.loads(peer.to_str())["model"]["merges"]]
    assert trained.vocabulary == peer.get_vocab()
    assert len(trained.vocabulary) == 2000


@pytest.mark.parametrize("seed", range(12))
def test_training_with_random_settings_is_that_of_hugging_face(seed: int) -> None:
    rng = random.Random(seed)
    texts = rng.sample(lee.load(), rng.randint(1, 25))
    if seed % 3 == 0:
        texts = ["".join(rng.choices("abcde é北 ", k=rng.randint(0, 40))) for _ in range(30)]
    size, min_count = rng.randint(260, 900), rng.choice([1, 1, 2, 3, 5])
    special = rng.choice([[], [END], ["<s>", "</s>", "[PAD]"]])
    peer = byte_level(models.BPE())
    peer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=min_count,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    trained = ByteLevelBPE.train(texts, size, min_count, special)
    assert trained.merges == [tuple(m) for m in json.loads(peer.to_str())["model"]["merges"]]
    assert trained.vocabulary == peer.get_vocab()


def test_training_ends_when_no_pair_is_frequent_enough() -> None:
    assert ByteLevelBPE.train(["ab ab"], 10_000).merges == [("a", "b")]  # " ab" has occurred once
    assert ByteLevelBPE.train(["ab cd"], 10_000).merges == []
    assert ByteLevelBPE.train([], 256).merges == []


def test_what_was_written_is_read(tmp_path: Path, gpt2: ByteLevelBPE) -> None:
    trained = ByteLevelBPE.train(["low lower lowest"] * 3, 300)
    (tmp_path / "v.json").write_text(json.dumps(trained.vocabulary), encoding="utf-8")
    lines = ["#version: 0.2", *map(" ".join, trained.merges), ""]
    (tmp_path / "m.bpe").write_text("\n".join(lines), encoding="utf-8")
    read = ByteLevelBPE.read(tmp_path / "v.json", tmp_path / "m.bpe")
    assert (read.vocabulary, read.merges) == (trained.vocabulary, trained.merges)


def test_empty_text_has_no_tokens(gpt2: ByteLevelBPE) -> None:
    assert gpt2.encode("") == []
    assert gpt2.decode([]) == ""


def test_bad_input_is_named(gpt2: ByteLevelBPE) -> None:
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        gpt2.encode("a\ud83d")
    with pytest.raises(ValueError, match="number must be a token's, from 0 to 50256, got 50257"):
        gpt2.decode([50_257])
    with pytest.raises(ValueError, match="got -1"):
        gpt2.decode([-1])
    with pytest.raises(ValueError, match="size must be at least 257 tokens, got 256"):
        ByteLevelBPE.train(["a"], 256, special_tokens=["x|x"])
    with pytest.raises(ValueError, match="lacks 'ab'"):
        ByteLevelBPE({c: i for i, c in enumerate(byte_alphabet().values())}, [("a", "b")])
    with pytest.raises(ValueError, match="lacks '!'"):
        ByteLevelBPE({}, [])


def test_a_vocabulary_that_cannot_be_decoded_is_refused() -> None:
    letters = {c: i for i, c in enumerate(byte_alphabet().values())}
    with pytest.raises(ValueError, match="must have each number once, got 7 again"):
        ByteLevelBPE(letters | {"ab": 7}, [])
    with pytest.raises(ValueError, match="byte alphabet or special, got 'a b'"):
        ByteLevelBPE(letters | {"a b": 256}, [])
    ByteLevelBPE(letters | {"a b": 256}, [], ["a b"])


def test_special_tokens_that_would_be_taken_for_others_are_refused() -> None:
    """The byte E9, with which many ideographs begin, is written as `é`."""
    letters = {c: i for i, c in enumerate(byte_alphabet().values())}
    with pytest.raises(ValueError, match="special_tokens must be several texts, got one"):
        ByteLevelBPE(letters, [], "<|>")
    with pytest.raises(ValueError, match="must not be empty or spell bytes, got ''"):
        ByteLevelBPE(letters | {"": 256}, [], [""])
    with pytest.raises(ValueError, match="must not be empty or spell bytes, got 'é'"):
        ByteLevelBPE(letters, [], ["é"])
    with pytest.raises(ValueError, match="must not be empty or spell bytes, got 'Ġa'"):
        ByteLevelBPE(letters | {"Ġa": 256}, [("Ġ", "a")], ["Ġa"])


@pytest.mark.parametrize("line", ["a", "a b c", "a  b", " a", "a "])
def test_merges_that_are_no_pairs_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "v.json").write_text("{}", encoding="utf-8")
    (tmp_path / "m.bpe").write_text(f"#version: 0.2\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"merges must have a pair a line, got '{line}' in 2"):
        ByteLevelBPE.read(tmp_path / "v.json", tmp_path / "m.bpe")


def test_one_text_to_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="texts must be several texts, got one text: 'low low'"):
        ByteLevelBPE.train("low low", 300)
    with pytest.raises(ValueError, match="special_tokens must be several texts, got one text"):
        ByteLevelBPE.train(["low low"], 300, special_tokens=END)


@given(st.text(KNOWN, max_size=200), st.text(KNOWN, max_size=50))
def test_any_text_survives_any_training(corpus: str, text: str) -> None:
    trained = ByteLevelBPE.train([corpus], 300)
    assert trained.decode(trained.encode(text)) == text


def test_a_tokenizer_is_freed_without_the_garbage_collector():
    tokenizer = ByteLevelBPE.train(["ab ab"], 260)
    tokenizer.encode("ab")
    alive = weakref.ref(tokenizer)
    gc.disable()
    try:
        del tokenizer
        assert alive() is None
    finally:
        gc.enable()
