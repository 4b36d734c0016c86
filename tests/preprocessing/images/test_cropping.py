"""Parts of images: from the middle as torchvision counts, and from anywhere."""

import numpy as np
import pytest
from scipy import stats

from companion.preprocessing.images import center_crop, random_crop


@pytest.mark.parametrize(
    ("old", "new", "start"), [(5, 3, 1), (6, 3, 2), (7, 4, 2), (8, 3, 2), (4, 4, 0), (9, 1, 4)]
)
def test_center_crop_starts_where_torchvision_starts(old, new, start):
    """``int(round((old - new) / 2))``, which rounds halves to even numbers."""
    image = np.arange(old, dtype=float)[:, None] * np.ones((1, old))
    cut = center_crop(image, (new, old))
    np.testing.assert_array_equal(cut[:, 0], np.arange(start, start + new))
    np.testing.assert_array_equal(center_crop(image.T, (old, new)), cut.T)


def test_center_crop_takes_batches_with_channels():
    images = np.random.default_rng(0).random((2, 3, 7, 9, 4))
    np.testing.assert_array_equal(center_crop(images, (3, 5)), images[:, :, 2:5, 2:7])


def test_random_crop_cuts_pieces_of_the_image_everywhere_alike():
    image = np.arange(30, dtype=np.float32).reshape(1, 6, 5, 1)
    cuts = random_crop(np.repeat(image, 3000, axis=0), (4, 3), np.random.default_rng(0))
    corners = cuts[:, 0, 0, 0].astype(int)
    columns = np.arange(3) + 5 * np.arange(4)[:, None]
    np.testing.assert_array_equal(cuts[..., 0], corners[:, None, None] + columns)
    counts = np.bincount(corners)[[0, 1, 2, 5, 6, 7, 10, 11, 12]]
    assert counts.sum() == 3000
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("mode", ["constant", "reflect"])
def test_padded_crop_is_cut_from_the_padded_image(mode):
    image = np.random.default_rng(0).random((5, 6, 2))
    padded = np.pad(image, ((2, 2), (2, 2), (0, 0)), mode=mode)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 6), (0, 1))
    possible = {np.moveaxis(w, 0, -1).tobytes() for w in windows.reshape(-1, 2, 5, 6)}
    cuts = random_crop(np.stack([image] * 400), (5, 6), np.random.default_rng(0), 2, mode)
    seen = {np.ascontiguousarray(cut).tobytes() for cut in cuts}
    assert seen == possible
    assert len(possible) == 25


def test_reflection_of_one_pixel_is_that_pixel():
    pixel = np.full((1, 1, 1, 3), 7, np.uint8)
    assert (random_crop(pixel, (3, 3), np.random.default_rng(0), 1, "reflect") == 7).all()


@pytest.mark.parametrize("size", [(6, 3), (3, 6)])
def test_a_part_larger_than_the_image_is_refused(size):
    with pytest.raises(ValueError, match=r"size must fit into the image, \(5, 5\), got"):
        center_crop(np.zeros((5, 5, 3)), size)
