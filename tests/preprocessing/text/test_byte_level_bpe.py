import json
import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from companion.datasets import gpt2_tokenizer, wikipedia
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


@given(st.text(KNOWN, max_size=200), st.text(KNOWN, max_size=50))
def test_any_text_survives_any_training(corpus: str, text: str) -> None:
    trained = ByteLevelBPE.train([corpus], 300)
    assert trained.decode(trained.encode(text)) == text
