"""CIFAR-10's two formats: byte for byte, and against the loader of Keras."""

import os
import pickle

import numpy as np
import pytest

from companion.datasets.cifar import (
    CIFAR10_CLASSES,
    load_cifar10,
    read_cifar10,
    read_cifar10_pickle,
    write_cifar10,
)


def batch(seed, count=7):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 32, 32, 3), np.uint8)
    return images, rng.integers(0, 10, count, np.uint8)


def write_pickle(path, images, labels, protocol=4, encode=True):
    planes = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    entries = {"data": planes, "labels": labels.tolist(), "batch_label": "a batch"}
    if encode:
        entries = {key.encode(): value for key, value in entries.items()}
    path.write_bytes(pickle.dumps(entries, protocol))


@pytest.mark.parametrize("seed", range(5))
def test_records_go_round_byte_for_byte(tmp_path, seed):
    data = np.random.default_rng(seed).integers(0, 256, (3 + seed, 3073), np.uint8)
    data[:, 0] %= 10
    (tmp_path / "a.bin").write_bytes(data.tobytes())
    images, labels = read_cifar10(tmp_path / "a.bin")
    np.testing.assert_array_equal(labels, data[:, 0], strict=True)
    for plane in range(3):  # red, green, blue, row by row
        start = 1 + 1024 * plane
        expected = data[:, start : start + 1024].reshape(-1, 32, 32)
        np.testing.assert_array_equal(images[..., plane], expected, strict=True)
    write_cifar10(tmp_path / "b.bin", images, labels)
    assert (tmp_path / "b.bin").read_bytes() == data.tobytes()


def test_images_go_round(tmp_path):
    images, labels = batch(0)
    write_cifar10(tmp_path / "a.bin", images, labels.astype(np.int64))
    assert (tmp_path / "a.bin").stat().st_size == 7 * 3073
    again = read_cifar10(tmp_path / "a.bin")
    np.testing.assert_array_equal(again[0], images, strict=True)
    np.testing.assert_array_equal(again[1], labels, strict=True)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("encode", [False, True])
def test_pickles_equal_what_the_loader_of_keras_reads(tmp_path, protocol, encode):
    pytest.importorskip("keras")
    from keras.src.datasets.cifar import load_batch

    images, labels = batch(protocol)
    write_pickle(tmp_path / "data_batch_1", images, labels)
    theirs, their_labels = load_batch(str(tmp_path / "data_batch_1"))
    write_pickle(tmp_path / "data_batch_1", images, labels, protocol, encode)
    ours, our_labels = read_cifar10_pickle(tmp_path / "data_batch_1")
    np.testing.assert_array_equal(ours, theirs.transpose(0, 2, 3, 1), strict=True)
    np.testing.assert_array_equal(our_labels, their_labels)
    np.testing.assert_array_equal(ours, images, strict=True)
    assert our_labels.dtype == np.uint8
    assert type(ours) is type(our_labels) is np.ndarray


def test_a_pickle_of_python_2_is_read(tmp_path):
    """As the files on the web are: protocol 2, text keys as byte strings, NumPy's old name."""
    images, labels = batch(0, 2)
    planes = images.transpose(0, 3, 1, 2).reshape(2, -1).tobytes()
    # What Python 2's cPickle writes, opcode by opcode.
    parts = [
        b"\x80\x02}q\x01(U\x06labels]q\x02(",
        b"".join(b"K" + bytes([label]) for label in labels),
        b"eU\x04datacnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R",
        b"(K\x01K\x02M\x00\x0c\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R",
        b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89",
        b"T" + len(planes).to_bytes(4, "little") + planes,
        b"tbu.",
    ]
    (tmp_path / "test_batch").write_bytes(b"".join(parts))
    read = read_cifar10_pickle(tmp_path / "test_batch")
    np.testing.assert_array_equal(read[0], images)
    np.testing.assert_array_equal(read[1], labels)


@pytest.mark.parametrize("binary", [False, True])
def test_a_folder_of_either_version_is_loaded(tmp_path, binary):
    parts = [batch(seed) for seed in range(6)]
    names = [f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"]
    for name, (images, labels) in zip(names, parts, strict=True):
        if binary:
            write_cifar10(tmp_path / f"{name}.bin", images, labels)
        else:
            write_pickle(tmp_path / name, images, labels)
    (x_train, y_train), (x_test, y_test) = load_cifar10(tmp_path)
    np.testing.assert_array_equal(x_train, np.concatenate([p[0] for p in parts[:5]]))
    np.testing.assert_array_equal(y_train, np.concatenate([p[1] for p in parts[:5]]))
    np.testing.assert_array_equal(x_test, parts[5][0])
    np.testing.assert_array_equal(y_test, parts[5][1])
    ending = ".bin" if binary else ""
    (tmp_path / f"data_batch_3{ending}").unlink()
    with pytest.raises(FileNotFoundError, match="data_batch_3"):
        load_cifar10(tmp_path)


def test_there_are_ten_names_in_the_order_of_the_labels():
    assert len(CIFAR10_CLASSES) == 10
    assert list(CIFAR10_CLASSES) == sorted(CIFAR10_CLASSES)


class Payload:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def test_a_pickle_that_would_run_a_command_is_refused_and_does_not_run(tmp_path):
    victim = tmp_path / "payload ran"
    entries = {b"data": Payload(f"touch '{victim}'"), b"labels": [1]}
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(entries))
    with pytest.raises(ValueError, match=r"data_batch_1 is no batch .* is not allowed"):
        read_cifar10_pickle(tmp_path / "data_batch_1")
    assert not victim.exists()


PLANES = np.zeros((2, 3072), np.uint8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no batch of CIFAR-10"),
        (b"no pickle", "is no batch of CIFAR-10"),
        (pickle.dumps({b"data": PLANES, b"labels": [1, 2]})[:-40], "is no batch of CIFAR-10"),
        (pickle.dumps([1, 2]), r"data must be \(images, 3072\) bytes"),
        (pickle.dumps({"labels": [1, 2]}), r"data must be \(images, 3072\) bytes"),
        (pickle.dumps({"data": PLANES[:, 1:], "labels": [1, 2]}), r"data must be \(images"),
        (pickle.dumps({"data": PLANES.astype(int), "labels": [1, 2]}), r"data must be \(images"),
        (pickle.dumps({"data": PLANES, "labels": [1]}), "labels must be 2"),
        (pickle.dumps({"data": PLANES}), "labels must be 2"),
        (pickle.dumps({"data": PLANES, "labels": [1, 10]}), "labels that are not from 0 to 9"),
        (pickle.dumps({"data": PLANES, "labels": [1, -1]}), "labels that are not from 0 to 9"),
        (pickle.dumps({"data": PLANES, "labels": ["a", "b"]}), "labels that are not from 0 to 9"),
    ],
)
def test_a_broken_pickle_is_named(tmp_path, content, message):
    (tmp_path / "data_batch_1").write_bytes(content)
    with pytest.raises(ValueError, match=f"data_batch_1 .*{message}"):
        read_cifar10_pickle(tmp_path / "data_batch_1")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must hold records of 3073 bytes, got 0 bytes in all"),
        (bytes(3072), "must hold records of 3073 bytes, got 3072 bytes in all"),
        (bytes(3073) + b"\x01", "got 3074 bytes in all"),
        (b"\x0a" + bytes(3072), "has labels that are not from 0 to 9"),
    ],
)
def test_a_broken_binary_file_is_named(tmp_path, content, message):
    (tmp_path / "test_batch.bin").write_bytes(content)
    with pytest.raises(ValueError, match=rf"test_batch\.bin .*{message}"):
        read_cifar10(tmp_path / "test_batch.bin")


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 32, 32), np.uint8), np.zeros(2, int), r"images must be \(images, 32, 32, 3"),
        (np.zeros((2, 32, 32, 3)), np.zeros(2, int), "of uint8, got .* of float64"),
        (np.zeros((2, 32, 32, 3), np.uint8), np.zeros(3, int), r"labels must have shape \(2,\)"),
        (np.zeros((2, 32, 32, 3), np.uint8), np.array([0, 10]), "labels must be from 0 to 9"),
        (np.zeros((2, 32, 32, 3), np.uint8), np.array([-1, 1]), "got -1 to 1"),
    ],
)
def test_what_is_no_batch_is_not_written(tmp_path, images, labels, message):
    with pytest.raises(ValueError, match=message):
        write_cifar10(tmp_path / "a.bin", images, labels)
    assert not (tmp_path / "a.bin").exists()
