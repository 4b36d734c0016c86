"""Random changes of images against SciPy."""

import keras
import numpy as np
import pytest
from scipy import ndimage

from companion.training import RandomAffine

# Keras reads a tensor of PyTorch in a way that NumPy 2 is going to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def apply(layer: RandomAffine, images: np.ndarray, *, training: bool = True) -> np.ndarray:
    return np.array(keras.ops.convert_to_numpy(layer(images, training=training)))


def blobs(seed: int, count: int = 4) -> np.ndarray:
    noise = np.random.default_rng(seed).random((count, 15, 15, 1)).astype(np.float32)
    return ndimage.gaussian_filter(noise, (0, 1, 1, 0)).astype(np.float32)


def test_outside_training_the_images_are_left_alone():
    images = blobs(0)
    np.testing.assert_array_equal(apply(RandomAffine(30, 0.2, 3), images, training=False), images)


def test_without_amounts_the_images_are_left_alone():
    images = blobs(0)
    np.testing.assert_allclose(apply(RandomAffine(), images), images, atol=1e-5)


@pytest.mark.parametrize(
    "amounts", [{"rotation": 30.0}, {"stretch": 0.2}, {"shift": 3.0}, {"rotation": 20, "shift": 2}]
)
def test_random_affine_equals_scipy(amounts):
    images = blobs(1)
    layer = RandomAffine(**amounts, seed=3)
    drawn = keras.random.uniform((4, 7), -1, 1, seed=keras.random.SeedGenerator(3))
    drawn = keras.ops.convert_to_numpy(drawn)
    ours = apply(layer, images)
    centre = np.array([7.0, 7.0])
    for image, new, amount in zip(images, ours, drawn, strict=True):
        angle = np.radians(layer.rotation) * amount[0]
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = (np.eye(2) + layer.stretch * amount[1:5].reshape(2, 2)) @ turn
        matrix = matrix[::-1, ::-1]  # SciPy counts (row, column)
        shift = layer.shift * amount[5:][::-1]
        theirs = ndimage.affine_transform(
            image[..., 0], matrix, centre + shift - matrix @ centre, order=1, mode="constant"
        )
        # Inside: backends differ in how they fade into the border.
        coordinates = np.moveaxis(np.indices((15, 15)), 0, -1)
        read_at = (coordinates - centre) @ matrix.T + centre + shift
        inside = ((read_at >= 0) & (read_at <= 14)).all(axis=-1)
        assert inside.sum() > 50
        np.testing.assert_allclose(new[..., 0][inside], theirs[inside], atol=1e-4)


def test_each_image_of_each_batch_is_changed_differently():
    images = np.repeat(blobs(2, 1), 3, axis=0)
    layer = RandomAffine(20, 0.1, 2, seed=0)
    first, second = apply(layer, images), apply(layer, images)
    assert not np.allclose(first[0], first[1], atol=1e-3)
    assert not np.allclose(first, second, atol=1e-3)


def test_the_same_seed_gives_the_same_images():
    images = blobs(2)
    first, second = (apply(RandomAffine(20, 0.1, 2, seed=5), images) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", ["rotation", "stretch", "shift"])
@pytest.mark.parametrize("amount", [-1.0, float("nan")])
def test_random_affine_refuses_a_negative_amount(name, amount):
    with pytest.raises(ValueError, match=f"{name} must be at least 0, got {amount}"):
        RandomAffine(**{name: amount})


def test_random_affine_survives_serialisation():
    layer = RandomAffine(20, 0.1, 2, seed=5)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    np.testing.assert_array_equal(apply(again, blobs(3)), apply(layer, blobs(3)))
