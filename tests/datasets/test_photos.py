"""The photographs of scikit-image."""

import dataclasses
import hashlib
import zipfile

import numpy as np
import pytest
from PIL import Image

from companion.datasets import File, photos


def test_a_photograph_is_unpacked_and_read(cache_root, tmp_path, monkeypatch):
    image = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    Image.fromarray(image).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as wheel:
        for file in photos.PHOTOS.files:
            wheel.writestr(f"skimage/data/{file.name}", content)
    folder = cache_root / "photos"
    folder.mkdir(parents=True)
    photos.PHOTOS.sources[0].unpack(tmp_path / "x.whl", folder)
    digest = hashlib.sha256(content).hexdigest()
    files = tuple(File(file.name, len(content), digest) for file in photos.PHOTOS.files)
    monkeypatch.setattr(photos, "PHOTOS", dataclasses.replace(photos.PHOTOS, files=files))
    np.testing.assert_array_equal(photos.load("chelsea"), image, strict=True)


def test_another_name_is_refused():
    with pytest.raises(ValueError, match=r"name must be one of astronaut, .* got 'lena'"):
        photos.load("lena")


@pytest.mark.network
@pytest.mark.parametrize("source", photos.PHOTOS.sources, ids=str)
def test_package_carries_the_photographs(cache_root, monkeypatch, source):
    monkeypatch.setattr(photos, "PHOTOS", dataclasses.replace(photos.PHOTOS, sources=(source,)))
    sizes = {
        "astronaut": (512, 512),
        "brick": (512, 512),
        "camera": (512, 512),
        "chelsea": (300, 451),
        "coffee": (400, 600),
        "grass": (512, 512),
        "gravel": (512, 512),
    }
    for name, size in sizes.items():
        photo = photos.load(name)
        assert photo.shape == (*size, 3)
        assert photo.dtype == np.uint8
