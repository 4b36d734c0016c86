"""Changes of colour against Pillow."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from companion.preprocessing.images import (
    adjust_brightness,
    adjust_contrast,
    adjust_saturation,
    color_jitter,
)

ADJUSTMENTS = {
    "brightness": (adjust_brightness, ImageEnhance.Brightness),
    "contrast": (adjust_contrast, ImageEnhance.Contrast),
    "saturation": (adjust_saturation, ImageEnhance.Color),
}


@pytest.mark.parametrize("name", ADJUSTMENTS)
@pytest.mark.parametrize("factor", [0.0, 0.4, 1.0, 1.7])
def test_adjustments_equal_those_of_pillow_up_to_rounding(name, factor):
    ours, theirs = ADJUSTMENTS[name]
    image = np.random.default_rng(int(10 * factor)).integers(0, 256, (20, 30, 3), np.uint8)
    expected = np.asarray(theirs(Image.fromarray(image)).enhance(factor)).astype(int)
    changed = ours(image, factor)
    assert changed.dtype == np.uint8
    # Pillow rounds the grey to a byte and the result down.
    assert np.abs(changed.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("name", ADJUSTMENTS)
def test_each_image_of_a_batch_gets_its_own_factor(name):
    images = np.random.default_rng(0).random((3, 4, 5, 3)).astype(np.float32)
    factors = np.array([0.2, 1.0, 1.5])
    together = ADJUSTMENTS[name][0](images, factors)
    assert together.dtype == np.float32
    for image, factor, changed in zip(images, factors, together, strict=True):
        np.testing.assert_allclose(ADJUSTMENTS[name][0](image, factor), changed, atol=1e-7)
    np.testing.assert_allclose(together[1], images[1], atol=1e-6)


def test_color_jitter_makes_the_three_changes_in_order():
    images = np.random.default_rng(0).random((4, 5, 6, 3))
    rng = np.random.default_rng(7)
    expected = images
    for adjust, _ in ADJUSTMENTS.values():
        expected = adjust(expected, rng.uniform(0.5, 1.5, 4))
    changed = color_jitter(images, np.random.default_rng(7), 0.5, 0.5, 0.5)
    np.testing.assert_array_equal(changed, expected)


@pytest.mark.parametrize(
    ("factor", "message"),
    [
        (-0.1, "factor must be at least 0 and finite, got -0.1"),
        (np.nan, "factor must be at least 0 and finite, got nan"),
        (np.inf, "factor must be at least 0 and finite, got inf"),
        (np.ones(2), r"one an image, got shape \(2,\)"),
    ],
)
def test_a_factor_that_does_not_fit_is_refused(factor, message):
    with pytest.raises(ValueError, match=message):
        adjust_brightness(np.zeros((3, 4, 5, 3)), factor)


def test_a_grey_image_has_no_brightness_by_channel():
    with pytest.raises(ValueError, match=r"\(…, height, width, channels\), got \(4, 5\)"):
        adjust_brightness(np.zeros((4, 5)), 1.0)
