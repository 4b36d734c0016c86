"""Normalisation of pixel values, and the preparation of photographs for ImageNet's networks."""

import numpy as np
import pytest
from PIL import Image

from companion.preprocessing.images import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    channel_statistics,
    denormalize,
    imagenet_input,
    normalize,
    to_unit,
)


def photo(height, width, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_normalised_training_images_have_mean_0_and_deviation_1(dtype, channels):
    images = np.random.default_rng(0).gamma(2, size=(5, 8, 9, channels)).astype(dtype)
    mean, std = channel_statistics(images)
    normalised = normalize(images, mean, std)
    assert normalised.dtype == dtype
    np.testing.assert_allclose(normalised.mean((0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(normalised.std((0, 1, 2)), 1, atol=1e-5)
    np.testing.assert_allclose(denormalize(normalised, mean, std), images, rtol=1e-4, atol=1e-5)


def test_channel_statistics_of_bytes_equal_numpy():
    images = np.stack([photo(6, 7, seed) for seed in range(4)])
    mean, std = channel_statistics(images)
    np.testing.assert_allclose(mean, (images / 255).mean((0, 1, 2)))
    np.testing.assert_allclose(std, (images / 255).std((0, 1, 2)))


def test_normalisation_of_columns_equals_scikit_learn():
    from sklearn.preprocessing import StandardScaler

    images = photo(20, 30)
    flat = images.reshape(-1, 3) / 255
    expected = StandardScaler().fit_transform(flat).reshape(images.shape)
    ours = normalize(images, *channel_statistics(images))
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_bytes_count_from_0_to_1():
    image = np.array([[0, 51, 255]], np.uint8)
    np.testing.assert_allclose(to_unit(image), [[0, 0.2, 1]])
    assert to_unit(image).dtype == np.float32
    floats = np.array([[3.0, -1.0]])
    assert to_unit(floats) is floats


def torchvision(image, shorter=256, side=224):
    """``Compose([Resize(256), CenterCrop(224), ToTensor(), Normalize(...)])``, by Pillow."""
    height, width = image.shape[:2]
    longer = int(shorter * max(height, width) / min(height, width))
    size = (shorter, longer) if height >= width else (longer, shorter)  # width, height
    resized = Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)
    top, left = round((size[1] - side) / 2.0), round((size[0] - side) / 2.0)
    cut = np.asarray(resized.crop((left, top, left + side, top + side)), np.float32) / 255
    return (cut - np.float32(IMAGENET_MEAN)) / np.float32(IMAGENET_STD)


@pytest.mark.parametrize(
    ("height", "width"), [(300, 451), (451, 300), (256, 256), (100, 130), (640, 427), (33, 50)]
)
def test_imagenet_input_equals_torchvision_by_pillow(height, width):
    image = photo(height, width, height)
    ours = imagenet_input(image)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, torchvision(image), atol=1e-6)


@pytest.mark.parametrize(("shorter", "side"), [(232, 224), (40, 31), (7, 7)])
def test_imagenet_input_of_other_sizes_equals_torchvision_by_pillow(shorter, side):
    image = photo(90, 61)
    ours = imagenet_input(image, shorter, side)
    np.testing.assert_allclose(ours, torchvision(image, shorter, side), atol=1e-6)


def test_imagenet_input_of_floats_is_near_that_of_bytes():
    image = photo(60, 90)
    floats = imagenet_input(image / np.float32(255))
    assert np.abs(floats - imagenet_input(image)).max() < 1.01 / 255 / min(IMAGENET_STD)


def test_imagenet_input_takes_a_batch():
    images = np.stack([photo(30, 40, seed) for seed in range(3)])
    batch = imagenet_input(images, 16, 14)
    assert batch.shape == (3, 14, 14, 3)
    np.testing.assert_array_equal(batch[1], imagenet_input(images[1], 16, 14))


def test_one_pixel_is_prepared_too():
    assert imagenet_input(np.full((1, 1, 3), 9, np.uint8)).shape == (224, 224, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: normalize(x, 0, 0), "std must be above 0, got 0"),
        (lambda x: normalize(x, 0, (1, np.nan, 1)), "std must be finite, got .*nan"),
        (lambda x: normalize(x, 0, (1, -1, 1)), "std must be above 0"),
        (lambda x: normalize(x, np.nan, 1), "mean must be finite, got nan"),
        (lambda x: normalize(x, (0, 0), 1), r"mean must be a number or one a channel, 3, got"),
        (lambda x: denormalize(x, 0, (1, 1)), "std must be a number or one a channel"),
        (lambda x: denormalize(x.astype(np.uint8), 0, 1), "images must be floats"),
        (lambda x: channel_statistics(x[:0]), "at least one pixel"),
        (lambda x: channel_statistics(x[None][:0]), r"must be \(…, height, width, channels\)"),
        (lambda x: channel_statistics(x[..., 0]), r"must be \(…, height, width, channels\)"),
        (lambda x: imagenet_input(x[..., :1]), r"\(…, height, width, 3\), got \(4, 5, 1\)"),
        (lambda x: imagenet_input(x, 10, 20), "size must fit into the image"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.zeros((4, 5, 3)))
