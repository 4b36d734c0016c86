"""TensorFlow's batches against the arrays they come from."""

import keras
import numpy as np
import pytest

from companion.training.batches import shuffled_batches

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="other backends take Keras's own batches"
)


def test_every_image_comes_once_an_epoch_with_its_target_in_another_order():
    images = np.arange(10, dtype=np.float32).reshape(10, 1, 1, 1)
    batches = shuffled_batches(images, images.reshape(10, 1) * 2, 4, seed=0)
    orders = []
    for _ in range(2):
        pairs = [(x.numpy().ravel(), y.numpy().ravel()) for x, y in batches]
        assert [len(x) for x, _ in pairs] == [4, 4, 2]
        order, doubled = (np.concatenate(part) for part in zip(*pairs, strict=True))
        np.testing.assert_array_equal(doubled, 2 * order)
        np.testing.assert_array_equal(np.sort(order), np.arange(10))
        orders.append(order)
    assert not np.array_equal(*orders)
