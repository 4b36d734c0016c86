"""Resizing against PyTorch, Pillow and scikit-image on random sizes."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from companion.preprocessing.images import normalize, resize, resize_shorter

SEEDS = range(25)


def case(seed, dtype=np.float32):
    """Random images and a random new size; every fourth is a whole multiple or part of the old."""
    rng = np.random.default_rng(seed)
    height, width, *size = (int(n) for n in rng.integers(1, 50, 4))
    if seed % 4 == 0:
        size = [height, width]
        height, width = (int(n * k) for n, k in zip(size, rng.integers(1, 5, 2), strict=True))
        size = size if seed % 8 else [height * 2, width * 3]
    shape = (2, height, width, int(rng.integers(1, 5)))
    if dtype == np.uint8:
        return rng.integers(0, 256, shape, np.uint8), tuple(size)
    return rng.normal(size=shape).astype(dtype), tuple(size)


def torch_interpolate(images, size, mode, **options):
    torch = pytest.importorskip("torch")
    x = torch.from_numpy(np.ascontiguousarray(np.moveaxis(images, -1, 1)))
    return np.moveaxis(
        torch.nn.functional.interpolate(x, size, mode=mode, **options).numpy(), 1, -1
    )


def off_the_ties(old, new):
    """New pixels whose place in the old image is not on the border of two pixels."""
    places = (np.arange(new) + 0.5) * old / new
    return np.abs(places - np.rint(places)) > 1e-4


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_bilinear_equals_pytorch(seed, antialias):
    images, size = case(seed)
    expected = torch_interpolate(images, size, "bilinear", align_corners=False, antialias=antialias)
    ours = resize(images, size, "bilinear", antialias=antialias)
    np.testing.assert_allclose(ours, expected, atol=2e-5)
    assert ours.dtype == np.float32


@pytest.mark.parametrize("seed", SEEDS)
def test_area_equals_pytorch(seed):
    images, size = case(seed)
    expected = torch_interpolate(images, size, "area")
    np.testing.assert_allclose(resize(images, size, "area"), expected, atol=1e-5)


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("seed", SEEDS)
def test_nearest_equals_pytorch(seed, mode):
    """But where its single precision misses that a place is exactly on a border."""
    images, size = case(seed)
    expected = torch_interpolate(images, size, mode)
    ours = resize(images, size, mode)
    keep = []
    for old, new in zip(images.shape[1:3], size, strict=True):
        places = np.arange(new) * old / new
        clear = np.abs(places - np.rint(places)) > 1e-4
        keep.append(off_the_ties(old, new) if mode == "nearest-exact" else clear | (old % new == 0))
    np.testing.assert_array_equal(
        ours[:, keep[0]][:, :, keep[1]], expected[:, keep[0]][:, :, keep[1]]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_nearest_exact_equals_pillow(seed):
    images, (height, width) = case(seed, np.uint8)
    grey = images[0, ..., 0]
    theirs = np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.NEAREST))
    rows = off_the_ties(grey.shape[0], height)
    columns = off_the_ties(grey.shape[1], width)
    ours = resize(grey, (height, width), "nearest-exact")
    np.testing.assert_array_equal(ours[rows][:, columns], theirs[rows][:, columns])


@pytest.mark.parametrize("method", ["bilinear", "box"])
@pytest.mark.parametrize("seed", SEEDS)
def test_bytes_equal_those_of_pillow(seed, method):
    """To the last bit, since Pillow 13 takes the rows first in some shapes, and so do we."""
    images, (height, width) = case(seed, np.uint8)
    image = np.repeat(images[0, ..., :1], 3, axis=-1) + np.arange(3, dtype=np.uint8)
    filters = {"bilinear": Image.Resampling.BILINEAR, "box": Image.Resampling.BOX}
    theirs = np.asarray(Image.fromarray(image).resize((width, height), filters[method]))
    np.testing.assert_array_equal(resize(image, (height, width), method), theirs, strict=True)


@pytest.mark.parametrize("method", ["bilinear", "box"])
@pytest.mark.parametrize("seed", SEEDS)
def test_floats_equal_those_of_pillow(seed, method):
    images, (height, width) = case(seed)
    grey = np.ascontiguousarray(images[0, ..., 0])
    filters = {"bilinear": Image.Resampling.BILINEAR, "box": Image.Resampling.BOX}
    theirs = np.asarray(Image.fromarray(grey).resize((width, height), filters[method]))
    np.testing.assert_allclose(resize(grey, (height, width), method), theirs, atol=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_antialiasing_bilinear_equals_scikit_image(seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from skimage.transform import resize as skimage_resize
    images, size = case(seed, np.float64)
    theirs = skimage_resize(images[0], size, order=1, mode="edge", anti_aliasing=False)
    ours = resize(images[0], size, "bilinear", antialias=False)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


@pytest.mark.parametrize("factor", [(1, 2), (3, 3), (4, 2)])
def test_area_and_box_by_a_whole_factor_equal_the_mean_of_blocks(factor):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from skimage.transform import downscale_local_mean
    image = np.random.default_rng(0).random((5 * factor[0], 7 * factor[1]))
    expected = downscale_local_mean(image, factor)
    for method in ("area", "box"):
        np.testing.assert_allclose(resize(image, (5, 7), method), expected, atol=1e-14)


@given(
    st.integers(1, 30),
    st.integers(1, 30),
    st.sampled_from(["nearest", "nearest-exact", "bilinear", "area", "box"]),
    st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_weights_of_each_new_pixel_sum_to_one_and_none_is_negative(old, new, method, antialias):
    weights = resize(np.eye(old)[:, :, None], (new, old), method, antialias)[..., 0]
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)
    assert weights.min() >= 0


@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from(["bilinear", "area"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_mirrored_image_is_resized_to_the_mirrored_result(old, new, method, antialias):
    image = np.random.default_rng(old).random((old, 2))
    resized = resize(image, (new, 2), method, antialias)
    np.testing.assert_allclose(resize(image[::-1], (new, 2), method, antialias), resized[::-1])


@pytest.mark.parametrize("method", ["nearest", "nearest-exact", "bilinear", "area", "box"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, np.float64])
def test_the_same_size_changes_nothing(method, dtype):
    image = (np.random.default_rng(0).random((5, 6, 3)) * 255).astype(dtype)
    np.testing.assert_array_equal(resize(image, (5, 6), method), image, strict=True)


@pytest.mark.parametrize("method", ["nearest", "nearest-exact", "bilinear", "area", "box"])
def test_one_pixel_becomes_an_even_image_and_back(method):
    pixel = np.array([[[10, 200, 255]]], np.uint8)
    large = resize(pixel, (3, 4), method)
    assert (large == pixel).all()
    assert large.shape == (3, 4, 3)
    np.testing.assert_array_equal(resize(large, (1, 1), method), pixel)


@pytest.mark.parametrize("method", ["bilinear", "area", "box"])
def test_half_precision_is_summed_in_single(method):
    """In half precision a sum of a thousand weights of 1/1000 would be off by a hundredth."""
    image = np.random.default_rng(0).random((3, 1000)).astype(np.float16)
    small = resize(image, (1, 2), method)
    assert small.dtype == np.float16
    expected = resize(image.astype(float), (1, 2), method)
    np.testing.assert_allclose(small, expected, rtol=2**-11)


def test_an_empty_batch_stays_empty():
    assert resize(np.zeros((0, 5, 6, 3), np.uint8), (2, 2)).shape == (0, 2, 2, 3)


def test_not_a_number_stays_in_the_windows_that_hold_it():
    image = np.ones((8, 8))
    image[0, 0] = np.nan
    for method in ("nearest-exact", "area", "box"):
        spoiled = np.isnan(resize(image, (4, 4), method))
        assert not spoiled[1:].any()
        assert not spoiled[:, 1:].any()
    spoiled = np.isnan(resize(image, (4, 4), "bilinear"))
    assert spoiled[0, 0]
    assert not spoiled[2:].any()


def test_bytes_stay_in_range_at_the_extremes():
    white = np.full((37, 53, 3), 255, np.uint8)
    for method in ("bilinear", "area", "box"):
        assert (resize(white, (11, 64), method) == 255).all()


@pytest.mark.parametrize(("height", "width"), [(300, 451), (451, 300), (400, 600), (7, 7), (1, 9)])
def test_resize_shorter_keeps_the_proportions_as_torchvision_rounds_them(height, width):
    new = resize_shorter(np.zeros((height, width, 3), np.uint8), 6).shape[:2]
    assert min(new) == 6
    assert max(new) == 6 * max(height, width) // min(height, width)
    assert (new[0] <= new[1]) == (height <= width)


def test_E39_resizing_is_not_normalisation():
    """Resizing leaves the scale of the values alone, normalisation the size."""
    rng = np.random.default_rng(0)
    image = (40 + 20 * rng.random((300, 200, 3))).astype(np.float32)
    resized = resize(image, (224, 224))
    assert resized.shape != image.shape
    assert 40 <= resized.min() <= resized.max() <= 60
    assert resized.mean() == pytest.approx(image.mean(), abs=0.1)
    normalised = normalize(image, image.mean((0, 1)), image.std((0, 1)))
    assert normalised.shape == image.shape
    assert normalised.mean() == pytest.approx(0, abs=1e-4)
    assert normalised.std() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("images", "size", "options", "message"),
    [
        (np.zeros((0, 5, 3)), (2, 2), {}, r"at least one pixel, got shape \(0, 5, 3\)"),
        (np.zeros((5, 5, 0)), (2, 2), {}, "at least one pixel"),
        (np.zeros(5), (2, 2), {}, r"images must have shape .* got \(5,\)"),
        (np.zeros((5, 5), int), (2, 2), {}, "images must be uint8 or floats, got int64"),
        (np.zeros((5, 5), bool), (2, 2), {}, "images must be uint8 or floats, got bool"),
        (np.zeros((5, 5)), (0, 2), {}, r"size must be \(height, width\).* got \(0, 2\)"),
        (np.zeros((5, 5)), (2.5, 2), {}, "size must be"),
        (np.zeros((5, 5)), 4, {}, r"size must be \(height, width\) .* got 4"),
        (np.zeros((5, 5)), (2, 2, 2), {}, "size must be"),
        (np.zeros((5, 5)), (2, 2), {"method": "cubic"}, "method must be one of .* got 'cubic'"),
    ],
)
def test_resize_refuses_bad_input(images, size, options, message):
    with pytest.raises(ValueError, match=message):
        resize(images, size, **options)


@pytest.mark.parametrize("side", [0, -1, 2.5])
def test_resize_shorter_refuses_a_side_that_is_no_length(side):
    with pytest.raises(ValueError, match=f"side must be a whole number .* got {side}"):
        resize_shorter(np.zeros((4, 4)), side)
