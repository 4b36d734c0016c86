"""Affine changes against SciPy, NumPy and the Keras layer of the case study."""

import numpy as np
import pytest
from scipy import ndimage

from companion.preprocessing.images import affine, affine_matrix, affine_transform

ORDERS = {"bilinear": 1, "nearest": 0}


@pytest.mark.parametrize("method", ORDERS)
@pytest.mark.parametrize("seed", range(15))
def test_affine_transform_equals_scipy(seed, method):
    rng = np.random.default_rng(seed)
    image = rng.normal(size=rng.integers(2, 40, 2))
    matrix = rng.normal(size=(2, 2))
    centre = (np.array(image.shape) - 1) / 2
    offset = centre - matrix @ centre + rng.normal(size=2)
    theirs = ndimage.affine_transform(image, matrix, offset, order=ORDERS[method], cval=0.3)
    ours = affine_transform(image, matrix, offset, method, fill=0.3)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


@pytest.mark.parametrize("method", ORDERS)
@pytest.mark.parametrize("seed", range(15))
def test_rotation_equals_scipy(seed, method):
    rng = np.random.default_rng(seed)
    image = rng.normal(size=rng.integers(2, 40, 2))
    angle = rng.uniform(-360, 360)
    theirs = ndimage.rotate(image, angle, reshape=False, order=ORDERS[method])
    np.testing.assert_allclose(affine(image, angle, method=method), theirs, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_bytes_equal_those_of_scipy(seed):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (20, 17), np.uint8)
    matrix, offset = rng.normal(size=(2, 2)), rng.uniform(0, 15, 2)
    theirs = ndimage.affine_transform(image, matrix, offset, order=1, cval=9)
    ours = affine_transform(image, matrix, offset, fill=9)
    assert ours.dtype == np.uint8
    # Halves may round either way: SciPy computes in double precision.
    difference = np.abs(ours.astype(int) - theirs)
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.02


@pytest.mark.parametrize("method", ORDERS)
def test_a_whole_shift_moves_the_pixels(method):
    image = np.random.default_rng(0).random((9, 8, 3)).astype(np.float32)
    moved = affine(image, shift=(2, -3), method=method, fill=-1)
    np.testing.assert_allclose(moved[2:, :-3], image[:-2, 3:], atol=1e-6)
    assert (moved[:2] == -1).all()
    assert (moved[:, -3:] == -1).all()
    assert moved.dtype == np.float32


@pytest.mark.parametrize("method", ORDERS)
@pytest.mark.parametrize("quarters", [1, 2, 3, 4])
def test_quarter_turns_equal_those_of_numpy(quarters, method):
    image = np.random.default_rng(0).random((2, 9, 9, 3))
    turned = affine(image, 90 * quarters, method=method)
    np.testing.assert_allclose(turned, np.rot90(image, quarters, axes=(1, 2)), atol=1e-9)


def test_a_mirroring_matrix_equals_a_flip():
    image = np.random.default_rng(0).random((6, 7))
    mirrored = affine_transform(image, [[1, 0], [0, -1]], (0, 6))
    np.testing.assert_array_equal(mirrored, np.flip(image, axis=1))


def test_each_image_of_a_batch_gets_its_own_change():
    rng = np.random.default_rng(0)
    images = rng.random((40, 13, 11, 2))
    angles, scales, shears = rng.uniform(-90, 90, 40), rng.uniform(0.5, 2, 40), rng.normal(size=40)
    shifts = rng.normal(size=(40, 2))
    together = affine(images, angles, scales, shears, shifts)
    for i, image in enumerate(images):
        alone = affine(image, angles[i], scales[i], shears[i], shifts[i])
        np.testing.assert_allclose(together[i], alone, atol=1e-12)


def test_many_images_are_the_same_as_one_at_a_time():
    """Also where they are worked on in several parts."""
    images = np.random.default_rng(0).random((5, 300, 300, 1)).astype(np.float32)
    together = affine(images, np.arange(5.0))
    np.testing.assert_array_equal(together[3], affine(images[3], 3.0))


def test_affine_matrix_slants_then_scales_then_turns():
    theta, scale, shear = 0.3, 1.7, -0.4
    turn = np.array([[np.cos(theta), -np.sin(theta)], [np.sin(theta), np.cos(theta)]])
    expected = turn @ (scale * np.eye(2)) @ np.array([[1, 0], [shear, 1]])
    np.testing.assert_allclose(affine_matrix(np.degrees(theta), scale, shear), expected)
    assert affine_matrix(np.zeros(4), 2.0).shape == (4, 2, 2)


def test_twice_as_large_shows_the_middle_half():
    image = np.zeros((9, 9))
    image[4, 5] = 1
    assert affine(image, scale=2, method="nearest")[4, 6] == 1
    image = np.zeros((9, 9))
    image[6, 4] = 1  # two rows below the centre
    assert affine(image, shear=1)[6, 6] == pytest.approx(1)


def test_the_keras_layer_of_the_case_study_reads_the_same_pixels():
    """Its matrix goes from the new image to the old, for (column, row)."""
    keras = pytest.importorskip("keras")
    from companion.training import RandomAffine

    rng = np.random.default_rng(0)
    images = ndimage.gaussian_filter(rng.random((3, 15, 15, 1)), (0, 1, 1, 0)).astype(np.float32)
    layer = RandomAffine(rotation=25, stretch=0.1, shift=1, seed=4)
    drawn = keras.random.uniform((3, 7), -1, 1, seed=keras.random.SeedGenerator(4))
    drawn = np.array(keras.ops.convert_to_numpy(drawn), dtype=float)
    angle = np.radians(25 * drawn[:, 0])
    turn = np.moveaxis(
        np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]), -1, 0
    )
    matrix = (np.eye(2) + 0.1 * drawn[:, 1:5].reshape(-1, 2, 2)) @ turn
    matrix, shift = matrix[:, ::-1, ::-1], drawn[:, :4:-1]
    centre = np.array([7.0, 7.0])
    offset = centre + shift - matrix @ centre
    ours = affine_transform(images, matrix, offset, fill=np.nan)
    theirs = np.array(keras.ops.convert_to_numpy(layer(images, training=True)))
    inside = np.isfinite(ours)
    assert inside.mean() > 0.5
    np.testing.assert_allclose(ours[inside], theirs[inside], atol=1e-4)


@pytest.mark.parametrize("method", ORDERS)
def test_one_pixel_turns_into_itself(method):
    pixel = np.array([[[3, 200]]], np.uint8)
    np.testing.assert_array_equal(affine(pixel, 33.0, method=method), pixel)
    assert (affine(pixel, shift=(5, 0), method=method, fill=7) == 7).all()


def test_not_a_number_stays_near():
    image = np.ones((9, 9))
    image[4, 4] = np.nan
    assert np.isnan(affine(image, 10.0)).sum() < 12


@pytest.mark.parametrize("method", ORDERS)
@pytest.mark.parametrize("fill", [-1, 256, np.nan, (0, 300, 0)])
def test_fill_of_bytes_must_be_a_byte(fill, method):
    with pytest.raises(ValueError, match="fill must be from 0 to 255 for bytes, got"):
        affine(np.zeros((4, 4, 3), np.uint8), fill=fill, method=method)


@pytest.mark.parametrize(
    ("matrix", "offset", "message"),
    [
        (np.eye(3), 0, r"matrix must have shape \(2, 2\) or \(1, 2, 2\), got \(3, 3\)"),
        (1.0, 0, r"matrix must have shape .* got \(\)"),
        (np.eye(2), (1, 2, 3), r"offset must have shape \(2,\) or \(1, 2\), got \(3,\)"),
        (np.eye(2), np.nan, "offset must be finite, got nan"),
    ],
)
def test_affine_transform_refuses_what_is_no_matrix_or_offset(matrix, offset, message):
    with pytest.raises(ValueError, match=message):
        affine_transform(np.zeros((5, 5)), matrix, offset)


@pytest.mark.parametrize("seed", range(10))
def test_half_precision_equals_double_up_to_the_last_rounding(seed):
    rng = np.random.default_rng(seed)
    image = rng.random((15, 12, 2)).astype(np.float16)
    turned = affine(image, rng.uniform(-90, 90), 1.2, shift=rng.normal(size=2), fill=0.5)
    rng = np.random.default_rng(seed)
    rng.random((15, 12, 2))
    double = image.astype(float)
    exact = affine(double, rng.uniform(-90, 90), 1.2, shift=rng.normal(size=2), fill=0.5)
    assert turned.dtype == np.float16
    np.testing.assert_allclose(turned, exact, atol=2**-11)


def test_fill_may_differ_by_channel():
    image = np.zeros((4, 4, 3), np.uint8)
    moved = affine(image, shift=(10, 0), fill=(1, 2, 3))
    assert (moved == [1, 2, 3]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": 0}, "scale must not be 0, got 0"),
        ({"angle": np.nan}, "angle must be finite, got nan"),
        (
            {"angle": np.zeros(3)},
            r"angle must have shape \(\) or \(2,\), got \(3,\)",
        ),
        ({"scale": (1, 2, 3)}, r"scale must have shape \(\) or \(2,\), got \(3,\)"),
        ({"shear": np.inf}, "shear must be finite, got inf"),
        ({"shift": np.zeros((3, 2))}, r"shift must have shape \(2,\) or \(2, 2\), got \(3, 2\)"),
        ({"shift": (1, 2, 3)}, r"shift must have shape \(2,\) or \(2, 2\), got \(3,\)"),
        ({"fill": (1, 2, 3)}, r"fill must be a number or one a channel, got shape \(3,\)"),
        ({"method": "cubic"}, "method must be bilinear or nearest, got 'cubic'"),
    ],
)
def test_affine_refuses_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        affine(np.zeros((2, 5, 5, 1)), **options)
