"""The tools of chapter 3 beside the libraries that people use.

| task | peer | bar, our time by its |
| --- | --- | --- |
| segmentation | jieba | 1.0 |
| MFCC | librosa | 1.0 |
| BPE | Hugging Face tokenizers (Rust) | 10 |
| TF-IDF | scikit-learn | 2 |
| word2vec | gensim (Cython) | 5 |
| AUC, average precision | scikit-learn | 1.0 |

Each side of each task runs in a process of its own, on one thread, in turn, several rounds. It
loads its data, does the work once, which is not timed, and then again and again for a while: the
median counts. Beside it stands the peak memory of the process, libraries and data included. A
tokeniser starts each time with an empty cache of words.

``ratio`` is the median of our rounds by that of the peer's.

    python -m benchmarks.preprocessing --rounds 3
"""

import argparse
import contextlib
import io
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.case_study import peak_memory_mib
from companion.doctor.machine import processor

SIDES = ("companion", "peer")
SECONDS = 5


class Work(NamedTuple):
    """What is timed, and what is made anew for it each time without being timed."""

    run: Callable[[Any], object]
    prepare: Callable[[], Any] = lambda: None


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.preprocessing",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3, help="processes of each side")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure_here(*options.one)))
        return
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1, got {options.rounds}")
    rounds: list[dict[str, Any]] = []
    try:
        for i in range(options.rounds):
            for task in options.tasks:
                for side in SIDES:
                    rounds.append(measure_apart(task, side))
                    print(f"round {i + 1}: {json.dumps(rounds[-1])}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    print(json.dumps(document(rounds), indent=2))


def measure_apart(task: str, side: str) -> dict[str, Any]:
    """Measure one side of a task in a process of its own, on one thread."""
    threads = ("OMP", "OPENBLAS", "MKL", "NUMBA", "RAYON")
    environment = {
        **os.environ,
        **{f"{library}_NUM_THREADS": "1" for library in threads},
        "TOKENIZERS_PARALLELISM": "false",
    }
    command = [sys.executable, "-m", "benchmarks.preprocessing", "--one", task, side]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"{task} of {side} failed:\n{answer.stderr}")
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def measure_here(task: str, side: str) -> dict[str, Any]:
    """Return the median milliseconds of the work, and the peak memory of this process in MiB."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        milliseconds = time_work(TASKS[task][SIDES.index(side)]())
    return {"task": task, "side": side, "ms": milliseconds, "peak MiB": peak_memory_mib()}


def time_work(work: Work) -> float:
    """Return the median milliseconds of as many calls as fit in some seconds, three at least."""
    work.run(work.prepare())
    end, times = time.perf_counter() + SECONDS, []
    while len(times) < 3 or time.perf_counter() < end:
        given = work.prepare()
        begin = time.perf_counter()
        work.run(given)
        times.append(1000 * (time.perf_counter() - begin))
    return round(statistics.median(times), 3)


def our_segmentation() -> Work:
    """Cut Chinese sentences with our segmenter."""
    from companion.datasets import jieba_dictionary
    from companion.preprocessing.text import CharacterTagger, Segmenter

    model = jieba_dictionary.load()
    tagger = CharacterTagger(model.start, model.transition, model.emission)
    segmenter = Segmenter(model.words, tagger)
    texts = chinese()
    return Work(lambda _: [segmenter.cut(text) for text in texts])


def jieba_segmentation() -> Work:
    """Cut Chinese sentences with jieba."""
    import jieba

    jieba.initialize()
    texts = chinese()
    return Work(lambda _: [jieba.lcut(text) for text in texts])


def chinese() -> list[str]:
    """Return the article's sentences that the book quotes, again and again."""
    errata = Path(__file__).parents[1] / "book" / "errata.yml"
    lines = errata.read_text(encoding="utf-8").splitlines()
    quotes = [line for line in lines if line.lstrip().startswith("quote:")]
    return [quote.partition(": ")[2] for quote in quotes] * 40


def our_mfcc() -> Work:
    """Compute MFCCs of a minute of sound."""
    from companion.preprocessing.audio import mfcc

    signal = sound()
    return Work(lambda _: mfcc(signal, 22_050))


def librosa_mfcc() -> Work:
    """Compute MFCCs of a minute of sound with librosa."""
    import librosa

    signal = sound()
    return Work(lambda _: librosa.feature.mfcc(y=signal, sr=22_050))


def sound() -> np.ndarray:
    """Return a minute of tones in noise, at 22,050 samples a second."""
    rng = np.random.default_rng(0)
    seconds = np.arange(60 * 22_050) / 22_050
    tones = np.sin(2 * np.pi * 440 * seconds * (1 + 0.1 * np.sin(seconds)))
    return (tones + rng.normal(0, 0.1, len(seconds))).astype(np.float32)


def our_bpe() -> Work:
    """Encode Wikipedia with GPT-2's vocabulary."""
    from companion.datasets import gpt2_tokenizer
    from companion.preprocessing.text import ByteLevelBPE

    texts = wikipedia()
    paths = gpt2_tokenizer.load()
    return Work(
        lambda encoder: [encoder.encode(text) for text in texts],
        lambda: ByteLevelBPE.read(*paths),
    )


def huggingface_bpe() -> Work:
    """Encode Wikipedia with GPT-2's vocabulary by Hugging Face's tokenizers."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    from companion.datasets import gpt2_tokenizer

    texts = wikipedia()
    read = models.BPE.read_file(*map(str, gpt2_tokenizer.load()))

    def tokenizer() -> Tokenizer:
        made = Tokenizer(models.BPE(*read))
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        return made

    return Work(lambda made: [made.encode(text).ids for text in texts], tokenizer)


def wikipedia() -> list[str]:
    """Return the first million characters of the Wikipedia extract, an article each."""
    from companion.datasets import wikipedia as extract
    from companion.preprocessing.collecting import articles

    texts, size = [], 0
    for article in articles(extract.load()):
        texts.append(article.text)
        size += len(article.text)
        if size > 1_000_000:
            break
    return texts


def our_tf_idf() -> Work:
    """Weigh the words of tweets."""
    from companion.preprocessing.text import TfidfVectorizer

    texts = tweets()
    return Work(lambda _: TfidfVectorizer().fit_transform(texts))


def sklearn_tf_idf() -> Work:
    """Weigh the words of tweets with scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = tweets()
    return Work(lambda _: TfidfVectorizer().fit_transform(texts))


def tweets() -> list[str]:
    """Return the texts of the tweets."""
    from companion.datasets import tweets
    from companion.preprocessing.text import decode

    return [decode(text) for text in tweets.load().texts]


def our_word2vec() -> Work:
    """Train skip-gram vectors on Wikipedia, one epoch, its vocabulary included."""
    from companion.embeddings import Word2Vec

    corpus = sentences()
    return Work(lambda _: Word2Vec(epochs=1).train(corpus, seed=0))


def gensim_word2vec() -> Work:
    """Train skip-gram vectors on Wikipedia with gensim, with the same settings."""
    import gensim

    corpus = sentences()
    settings = {"vector_size": 100, "window": 5, "negative": 5, "sample": 1e-3, "min_count": 5}
    return Work(
        lambda _: gensim.models.Word2Vec(corpus, sg=1, workers=1, epochs=1, seed=0, **settings)
    )


def sentences() -> list[list[str]]:
    """Return the lines of Wikipedia's first articles as words."""
    lines = (line for text in wikipedia() for line in text.lower().splitlines())
    return [words for line in lines if (words := re.findall("[a-z]+", line))]


def our_auc() -> Work:
    """Compute the area under the ROC curve of a million scores."""
    from companion.metrics import roc_auc

    true, scores = million()
    return Work(lambda _: roc_auc(true, scores))


def sklearn_auc() -> Work:
    """Compute the area under the ROC curve of a million scores with scikit-learn."""
    from sklearn.metrics import roc_auc_score

    true, scores = million()
    return Work(lambda _: roc_auc_score(true, scores))


def our_average_precision() -> Work:
    """Compute the average precision of a million scores."""
    from companion.metrics import average_precision

    true, scores = million()
    return Work(lambda _: average_precision(true, scores))


def sklearn_average_precision() -> Work:
    """Compute the average precision of a million scores with scikit-learn."""
    from sklearn.metrics import average_precision_score

    true, scores = million()
    return Work(lambda _: average_precision_score(true, scores))


def million() -> tuple[np.ndarray, np.ndarray]:
    """Return a million labels, and scores that know something of them."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, 1_000_000)
    return true, rng.normal(true, 1)


TASKS: dict[str, tuple[Callable[[], Work], Callable[[], Work]]] = {
    "segmentation": (our_segmentation, jieba_segmentation),
    "MFCC": (our_mfcc, librosa_mfcc),
    "BPE": (our_bpe, huggingface_bpe),
    "TF-IDF": (our_tf_idf, sklearn_tf_idf),
    "word2vec": (our_word2vec, gensim_word2vec),
    "AUC": (our_auc, sklearn_auc),
    "average precision": (our_average_precision, sklearn_average_precision),
}
BARS = dict(zip(TASKS, (1, 1, 10, 2, 5, 1, 1), strict=True))


def document(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Put medians and ratios together."""
    results: dict[str, Any] = {}
    for task, bar in BARS.items():
        medians = {}
        for side in SIDES:
            own = [r for r in rounds if (r["task"], r["side"]) == (task, side)]
            if own:
                medians[side] = statistics.median(r["ms"] for r in own)
                results.setdefault(task, {})[side] = {
                    "ms": medians[side],
                    "rounds": [r["ms"] for r in own],
                    "peak MiB": own[0]["peak MiB"],
                }
        if len(medians) == len(SIDES):
            ratio = medians["companion"] / medians["peer"]
            results[task] |= {"ratio": round(ratio, 3), "bar": bar}
    names = {dist.name.lower() for dist in metadata.distributions()}
    peers = ("numpy", "jieba", "librosa", "tokenizers", "scikit-learn", "gensim")
    return {
        "benchmark": "preprocessing",
        "python": platform.python_version(),
        "processor": processor(),
        "threads": 1,
        "versions": {name: metadata.version(name) for name in peers if name in names},
        "results": results,
    }


if __name__ == "__main__":
    main()
