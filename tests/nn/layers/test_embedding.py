"""The embedding against PyTorch's and against one-hot rows."""

import numpy as np
import pytest

from companion.nn.layers.embedding import Embedding
from companion.nn.tensor import Tensor

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("shape", [(4,), (3, 5), (2, 3, 2), (1, 1), (0, 5), (50, 40)])
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 1e-5), (np.float64, 1e-12)])
def test_embedding_equals_torch(shape, dtype, rtol):
    rng = np.random.default_rng(0)
    layer = Embedding(7, 3).build(shape[1:], rng, dtype)
    mirror = torch.nn.Embedding(7, 3, _weight=torch.tensor(layer.embeddings.value))
    words = rng.integers(0, 7, shape)  # more words than rows: gradients must add up
    y, expected = layer(words), mirror(torch.tensor(words))
    assert y.dtype == dtype
    assert y.shape == (shape[0], *layer.output_shape(shape[1:]))
    np.testing.assert_array_equal(y.value, expected.detach())
    g = rng.normal(size=y.shape).astype(dtype)
    y.backward(g)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(layer.embeddings.grad, mirror.weight.grad, rtol=rtol, atol=10 * rtol)
    assert layer.embeddings.grad.dtype == dtype


def test_embedding_equals_one_hot_rows_times_the_table():
    rng = np.random.default_rng(0)
    layer = Embedding(6, 4).build((5,), rng, np.float64)
    words = rng.integers(0, 6, (3, 5))
    table = Tensor(layer.embeddings.value, requires_grad=True)
    expected = Tensor(np.eye(6)[words]) @ table
    y = layer(words)
    np.testing.assert_array_equal(y.value, expected.value)
    (y * y).sum().backward()
    (expected * expected).sum().backward()
    np.testing.assert_allclose(layer.embeddings.grad, table.grad, rtol=1e-13)


def test_rows_of_words_that_do_not_occur_have_no_gradient():
    layer = Embedding(5, 2).build((2,), np.random.default_rng(0))
    layer(np.array([[1, 3]])).sum().backward()
    np.testing.assert_array_equal(layer.embeddings.grad.any(axis=1), [0, 1, 0, 1, 0])


@pytest.mark.parametrize("word", [-1.0, 5.0, 2.5, np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_word_is_refused(word):
    layer = Embedding(5, 2).build((2,), np.random.default_rng(0))
    with pytest.raises(ValueError, match="Embedding expects whole numbers from 0 to 4, got"):
        layer(np.array([[1.0, word]]))


def test_the_message_says_which_number():
    layer = Embedding(5, 2).build((2,), np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"got 12345678$"):
        layer(np.array([[1, 12_345_678]]))


def test_float32_has_room_for_a_vocabulary_of_2_to_the_24():
    tiny = {"initializer": lambda shape, rng: np.broadcast_to(np.float32(0), shape)}
    with pytest.raises(ValueError, match="vocabulary must be at most 16777216 in float32"):
        Embedding(2**24 + 1, 1, **tiny).build((1,), np.random.default_rng(0))
    assert np.float32(2**24 - 1) != np.float32(2**24) == np.float32(2**24 + 1)


def test_embedding_counts_its_parameters():
    layer = Embedding(50_257, 8).build((4,), np.random.default_rng(0))
    assert layer.count_parameters() == 50_257 * 8
    assert layer.flops((4,)) == 0
    assert layer.output_shape((None,)) == (None, 8)
