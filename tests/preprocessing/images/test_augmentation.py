"""Random changes: what they may do, how often, and that the generator decides."""

import numpy as np
import pytest
from scipy import stats

from companion.preprocessing.images import (
    affine,
    color_jitter,
    cutout,
    mixup,
    random_affine,
    random_crop,
    random_flip,
)

CHANGES = {
    "affine": lambda x, rng: random_affine(x, rng, 20, 0.2, 0.1, 2),
    "flip": random_flip,
    "crop": lambda x, rng: random_crop(x, (8, 8), rng, 2),
    "cutout": lambda x, rng: cutout(x, 4, rng),
    "jitter": lambda x, rng: color_jitter(x, rng, 0.3, 0.3, 0.3),
}


def images(count=6, height=11, width=9, channels=3, seed=0):
    shape = (count, height, width, channels)
    return np.random.default_rng(seed).random(shape).astype(np.float32)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_generator_alone_decides(name, dtype):
    x = (images() * (255 if dtype == np.uint8 else 1)).astype(dtype)
    before = x.copy()
    first, again, other = (CHANGES[name](x, np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again, strict=True)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(x, before)
    assert first.dtype == dtype


@pytest.mark.parametrize("name", CHANGES)
def test_images_of_a_batch_are_changed_differently(name):
    changed = CHANGES[name](np.repeat(images(1), 32, axis=0), np.random.default_rng(0))
    assert len(np.unique(changed.reshape(32, -1), axis=0)) > 1


@pytest.mark.parametrize("name", CHANGES)
def test_an_empty_batch_stays_empty(name):
    assert len(CHANGES[name](np.zeros((0, 11, 9, 3)), np.random.default_rng(0))) == 0


@pytest.mark.parametrize("name", CHANGES)
def test_a_single_grey_image_is_refused(name):
    with pytest.raises(ValueError, match=r"images must have shape \(batch, height, width, chan"):
        CHANGES[name](np.zeros((28, 28)), np.random.default_rng(0))


def test_random_affine_without_amounts_changes_nothing():
    x = images()
    changed = random_affine(x, np.random.default_rng(0))
    np.testing.assert_allclose(changed, x, atol=1e-6)


def test_random_affine_draws_each_amount_evenly_up_to_the_largest(monkeypatch):
    from companion.preprocessing.images import augmentation

    seen = []
    monkeypatch.setattr(
        augmentation, "affine", lambda x, *amounts, fill: seen.append(amounts) or affine(x)
    )
    random_affine(np.zeros((4000, 1, 1, 1)), np.random.default_rng(0), 30, 0.2, 0.1, 3)
    angle, scale, shear, shift = seen[0]
    for values, low, high in (
        (angle, -30, 30), (scale, 0.8, 1.2), (shear, -0.1, 0.1), (shift[:, 0], -3, 3),
        (shift[:, 1], -3, 3),
    ):  # fmt: skip
        assert stats.kstest(values, stats.uniform(low, high - low).cdf).pvalue > 1e-4
    assert abs(np.corrcoef(angle, scale)[0, 1]) < 0.1
    assert abs(np.corrcoef(shift.T)[0, 1]) < 0.1


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
def test_random_flip_equals_numpy_with_probability_one_and_nothing_with_zero(direction):
    x = images()
    axis = 2 if direction == "horizontal" else 1
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(random_flip(x, rng, direction, 1.0), np.flip(x, axis))
    np.testing.assert_array_equal(random_flip(x, rng, direction, 0.0), x)


def test_random_flip_mirrors_the_share_that_it_should():
    x = np.broadcast_to(np.array([[0.0, 1.0]])[None, :, :, None], (4000, 1, 2, 1))
    mirrored = random_flip(x, np.random.default_rng(0), probability=0.3)[:, 0, 0, 0].sum()
    assert stats.binomtest(int(mirrored), 4000, 0.3).pvalue > 1e-4


def test_cutout_covers_a_square_and_leaves_the_rest():
    x = images(200, 12, 10) + 1
    covered = cutout(x, 4, np.random.default_rng(0), fill=0.5)
    hole = covered == 0.5
    np.testing.assert_array_equal(covered[~hole], x[~hole])
    for one in hole[..., 0]:
        rows, columns = np.flatnonzero(one.any(axis=1)), np.flatnonzero(one.any(axis=0))
        assert 2 <= len(rows) <= 4
        assert 2 <= len(columns) <= 4
        assert one[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
        assert one.sum() == len(rows) * len(columns)
    assert (hole[..., 0].sum(axis=(1, 2)) == 16).mean() > 0.4


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_cutout_centres_the_square_on_each_pixel_alike(size):
    """Each pixel is covered as often as the centres that reach it are drawn."""
    x = np.ones((20_000, 6, 5, 1), np.float32)
    shares = 1 - cutout(x, size, np.random.default_rng(size)).mean(axis=(0, 3))
    expected = np.ones((6, 5))
    for axis, length in enumerate((6, 5)):
        centre, place = np.arange(length)[:, None], np.arange(length)
        reached = (place >= centre - size // 2) & (place < centre - size // 2 + size)
        expected = expected * np.expand_dims(reached.mean(axis=0), 1 - axis)
    np.testing.assert_allclose(shares, expected, atol=0.02)


def test_mixup_mixes_images_and_targets_by_one_share():
    x, y = images(8), np.eye(8)
    mixed = mixup(x, y, 0.4, np.random.default_rng(3))
    assert 0 < mixed.share < 1
    # The targets, one-hot and all different, say which two images were mixed.
    np.testing.assert_allclose(mixed.images, np.tensordot(mixed.targets, x, 1), atol=1e-6)
    np.testing.assert_allclose(mixed.targets.sum(axis=1), 1)
    np.testing.assert_allclose(np.diag(mixed.targets)[np.diag(mixed.targets) < 1], mixed.share)
    assert mixed.images.dtype == np.float32


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_share_of_mixup_is_a_beta_variable(alpha):
    rng = np.random.default_rng(0)
    x, y = np.zeros((2, 1)), np.eye(2)
    shares = [mixup(x, y, alpha, rng).share for _ in range(1000)]
    assert stats.kstest(shares, stats.beta(alpha, alpha).cdf).pvalue > 1e-4


def test_mixup_of_one_image_changes_nothing():
    x = images(1)
    mixed = mixup(x, [[0, 1]], 1.0, np.random.default_rng(0))
    np.testing.assert_allclose(mixed.images, x, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x, r: random_affine(x, r, rotation=-1),
            r"rotation must be at least 0 .*, got -1",
        ),
        (
            lambda x, r: random_affine(x, r, shift=np.nan),
            r"shift must be at least 0 .*, got nan",
        ),
        (lambda x, r: random_affine(x, r, scale=1), "scale must be below 1, got 1"),
        (lambda x, r: random_flip(x, r, "diagonal"), r"direction must be .* got 'diagonal'"),
        (lambda x, r: random_flip(x, r, probability=2), r"probability must be in \[0, 1\], got 2"),
        (lambda x, r: random_affine(x, r, shear=np.inf), "shear must be at least 0 and finite"),
        (lambda x, r: cutout(x, 0, r), r"size must be a whole number .*, at least 1, got 0"),
        (lambda x, r: cutout(x, 2.5, r), r"size must be a whole number .*, at least 1, got 2.5"),
        (lambda x, r: cutout(x, 2, r, (1, 2)), "fill must be a number or one a channel"),
        (lambda x, r: cutout(x.astype("u1"), 2, r, 256), r"fill must be from 0 to 255 .* 256"),
        (lambda x, r: random_affine(x.astype("u1"), r, fill=-1), "fill must be from 0 to 255"),
        (lambda x, r: mixup(x, np.eye(5), 1.0, r), r"targets must have shape \(6, classes\)"),
        (lambda x, r: mixup(x, np.arange(6), 1.0, r), "targets must have shape"),
        (lambda x, r: mixup(x, np.eye(6), 0.0, r), "alpha must be above 0 and finite, got 0.0"),
        (lambda x, r: mixup(x.astype(int), np.eye(6), 1.0, r), "images must be floats, got int64"),
        (lambda x, r: random_crop(x, (12, 9), r), r"size must fit into the image, \(11, 9\)"),
        (lambda x, r: random_crop(x, (4, 4), r, -1), r"padding must be .*, at least 0, got -1"),
        (lambda x, r: random_crop(x, (4, 4), r, 1.5), r"padding must be a whole number .* 1.5"),
        (lambda x, r: random_crop(x, 4, r), r"size must be \(height, width\) in pixels.* got 4"),
        (lambda x, r: random_crop(x, (4, 4), r, 1, "wrap"), "mode must be constant or reflect"),
        (lambda x, r: color_jitter(x, r, -0.1), r"brightness must be at least 0 and .*, got -0.1"),
        (lambda x, r: color_jitter(x[..., :1], r, 0, 0.1), r"\(…, height, width, 3\)"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(images(), np.random.default_rng(0))
