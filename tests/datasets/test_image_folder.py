"""Folders of classes and lists of files against Keras's reader."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from companion.datasets.image_folder import (
    open_folder,
    open_index,
    read_class_names,
)


def picture(seed):
    return np.random.default_rng(seed).integers(0, 256, (5, 4, 3), np.uint8)


@pytest.fixture
def tree(tmp_path) -> Path:
    """Three classes as ImageNet names them, written in another order, with files beside."""
    names = [
        "n02123045/b.PNG",
        "n01440764/n01440764_18.png",
        "n01440764/n01440764_10026.png",
        "n03063599/deep/er/x.png",
        "n02123045/a.png",
    ]
    for seed, name in enumerate(names):
        path = tmp_path / "train" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            Image.fromarray(picture(seed)).save(file, "png")
    (tmp_path / "train" / "n02123045" / "readme.txt").write_text("no image")
    (tmp_path / "train" / "n02123045" / ".hidden.png").write_text("no image")
    (tmp_path / "train" / "list.txt").write_text("no class")
    (tmp_path / "train" / ".git").mkdir()
    return tmp_path / "train"


def test_classes_and_files_are_sorted_and_read(tree):
    folder = open_folder(tree)
    assert folder.classes == ("n01440764", "n02123045", "n03063599")
    relative = [path.relative_to(tree).as_posix() for path in folder.paths]
    assert relative == [
        "n01440764/n01440764_10026.png",
        "n01440764/n01440764_18.png",
        "n02123045/a.png",
        "n02123045/b.PNG",
        "n03063599/deep/er/x.png",
    ]
    assert folder.labels.tolist() == [0, 0, 1, 1, 2]
    assert len(folder) == 5
    images, labels = zip(*folder, strict=True)
    for image, seed in zip(images, (2, 1, 4, 0, 3), strict=True):
        np.testing.assert_array_equal(image, picture(seed), strict=True)
    assert labels == (0, 0, 1, 1, 2)


def test_images_and_labels_equal_those_of_keras(tree):
    keras = pytest.importorskip("keras")
    pytest.importorskip("tensorflow")

    (tree / "n02123045" / ".hidden.png").unlink()  # Keras would read it
    theirs = keras.utils.image_dataset_from_directory(
        tree, shuffle=False, batch_size=None, image_size=(5, 4), verbose=False
    )
    folder = open_folder(tree)
    assert tuple(theirs.class_names) == folder.classes
    expected = dict(zip(map(Path, theirs.file_paths), theirs, strict=True))
    for path, (image, label) in zip(folder.paths, folder, strict=True):
        their_image, their_label = expected.pop(path)
        assert int(their_label) == label
        np.testing.assert_allclose(their_image.numpy(), image, atol=1e-3)
    assert not expected


def test_an_index_gives_the_images_in_its_order(tree, tmp_path):
    lines = [
        "n03063599/deep/er/x.png n03063599",
        "",
        "n02123045/a.png\tn02123045",
        "n03063599/deep/er/x.png   n01440764  ",
    ]
    (tmp_path / "val.txt").write_text("\r\n".join(lines), encoding="utf-8")
    found = open_index(tree, tmp_path / "val.txt")
    assert found.classes == ("n01440764", "n02123045", "n03063599")
    assert found.labels.tolist() == [2, 1, 0]
    np.testing.assert_array_equal(found[1][0], picture(4))


def test_an_index_takes_the_labels_of_the_training_classes(tree, tmp_path):
    (tmp_path / "val.txt").write_text("n02123045/a.png n02123045")
    assert open_index(tree, tmp_path / "val.txt").labels.tolist() == [0]
    classes = open_folder(tree).classes
    assert open_index(tree, tmp_path / "val.txt", classes).labels.tolist() == [1]


def test_paths_in_an_index_may_hold_spaces(tree, tmp_path):
    (tree / "my cat.png").write_bytes((tree / "n02123045" / "a.png").read_bytes())
    (tmp_path / "val.txt").write_text("my cat.png cat")
    assert open_index(tree, tmp_path / "val.txt").paths == (tree / "my cat.png",)


def test_names_of_the_classes_are_read(tmp_path):
    path = tmp_path / "LOC_synset_mapping.txt"
    path.write_text("n01440764 tench, Tinca tinca\n\nn02123045 tabby, tabby cat\n")
    assert read_class_names(path) == {
        "n01440764": "tench, Tinca tinca",
        "n02123045": "tabby, tabby cat",
    }
    path.write_text("n01440764\n")
    with pytest.raises(ValueError, match="expected a class and its words, got 'n01440764'"):
        read_class_names(path)


def test_a_broken_image_is_named_when_it_is_read(tree):
    (tree / "n02123045" / "a.png").write_bytes(b"broken")
    folder = open_folder(tree)
    with pytest.raises(ValueError, match=r"a\.png cannot be read as an image"):
        list(folder)


def test_a_folder_without_classes_or_with_an_empty_one_is_refused(tree, tmp_path):
    with pytest.raises(ValueError, match="has no folder, expected one for each class"):
        open_folder(tree / "n02123045")
    (tree / "n09999999").mkdir()
    with pytest.raises(ValueError, match="has classes without images: n09999999"):
        open_folder(tree)
    with pytest.raises(FileNotFoundError):
        open_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "classes", "message"),
    [
        ("", None, "names no image"),
        ("n02123045/a.png", None, "line 1: expected a path and a class, got 'n02123045/a.png'"),
        ("\nno.png cat", None, r"line 2: .*no\.png is missing"),
        ("n02123045/a.png cat", ("dog",), "has classes that are unknown: cat"),
    ],
)
def test_an_index_that_does_not_fit_is_refused(tree, tmp_path, text, classes, message):
    (tmp_path / "val.txt").write_text(text)
    with pytest.raises(ValueError, match=message):
        open_index(tree, tmp_path / "val.txt", classes)
