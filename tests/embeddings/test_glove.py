from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from companion.datasets import lee
from companion.embeddings.cooccurrence import SparseMatrix
from companion.embeddings.glove import GloVe, glove_gradients, glove_loss, glove_weight

cases = pytest.mark.parametrize("seed", range(5))


def random_case(seed):
    rng = np.random.default_rng(seed)
    pairs, size = int(rng.integers(1, 7)), int(rng.integers(1, 5))
    word, context = rng.normal(size=(2, pairs, size + 1))
    return word, context, rng.random(pairs) * 200 + 0.1, float(rng.uniform(1, 150))


@cases
def test_gradients_equal_finite_differences(seed):
    word, context, x, x_max = random_case(seed)
    both = zip((word, context), glove_gradients(word, context, x, x_max), strict=True)
    for matrix, gradient in both:
        for place in np.ndindex(matrix.shape):
            kept, losses = matrix[place], []
            for step in (1e-5, -1e-5):
                matrix[place] = kept + step
                losses.append(glove_loss(word, context, x, x_max))
            matrix[place] = kept
            expected = (losses[0] - losses[1]) / 2e-5
            assert gradient[place] == pytest.approx(expected, abs=1e-6, rel=1e-6)


@cases
def test_loss_and_gradients_equal_torch(seed):
    torch = pytest.importorskip("torch")
    word, context, x, x_max = random_case(seed)
    twins = [torch.tensor(each, requires_grad=True) for each in (word, context)]
    (w, b), (c, d) = ((twin[:, :-1], twin[:, -1]) for twin in twins)
    counts = torch.tensor(x)
    f = torch.clamp(counts / x_max, max=1) ** 0.75
    loss = 0.5 * (f * ((w * c).sum(1) + b + d - counts.log()) ** 2).sum()
    loss.backward()
    assert glove_loss(word, context, x, x_max) == pytest.approx(loss.item())
    for ours, twin in zip(glove_gradients(word, context, x, x_max), twins, strict=True):
        np.testing.assert_allclose(ours, twin.grad.numpy(), atol=1e-10)


def test_weights_rise_to_one_as_in_figure_1_of_the_paper():
    x = np.array([0, 6.25, 100, 1000])
    np.testing.assert_allclose(glove_weight(x), [0, 0.125, 1, 1])


def full(x):
    rows, columns = np.indices(x.shape)
    return SparseMatrix(
        rows.ravel().astype(np.int32),
        columns.ravel().astype(np.int32),
        x.ravel().astype(np.float32),
        len(x),
    )


@cases
def test_steps_equal_adagrad_of_torch(seed):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(seed).uniform(1, 100, (5, 5))
    settings = GloVe(size=3, batch=25, learning_rate=0.1)
    first, second = (replace(settings, epochs=e).fit(full(x), seed) for e in (1, 8))
    # Start where one epoch of ours began: replay it from the same numbers.
    rng = np.random.default_rng(seed)
    start = (rng.random((2, 5, 4), np.float32) - np.float32(0.5)) / 4
    twins = [torch.tensor(each, requires_grad=True) for each in start]
    optimizer = torch.optim.Adagrad(twins, lr=0.1, initial_accumulator_value=1.0, eps=0.0)
    f, target = torch.tensor(np.minimum(x / 100, 1) ** 0.75), torch.tensor(np.log(x))
    for epoch in range(8):
        optimizer.zero_grad()
        (w, b), (c, d) = ((twin[:, :-1], twin[:, -1]) for twin in twins)
        loss = 0.5 * (f * (w @ c.T + b[:, None] + d - target) ** 2).sum()
        loss.backward()
        optimizer.step()
        for ours in (first,) if epoch == 0 else (second,) if epoch == 7 else ():
            for mine, twin in zip(ours, twins, strict=True):
                np.testing.assert_allclose(mine, twin.detach().numpy(), atol=1e-5)


@cases
def test_with_room_enough_the_logarithms_are_met_as_well_as_by_svd(seed):
    x = np.exp(np.random.default_rng(seed).normal(2, 1, (8, 8)))
    settings = GloVe(size=8, batch=8, learning_rate=0.3, epochs=400, x_max=5)
    words, contexts = settings.fit(full(x), seed)
    met = words[:, :-1] @ contexts[:, :-1].T + words[:, -1:] + contexts[:, -1]
    # With all its values the SVD meets the logarithms exactly.
    u, s, vt = np.linalg.svd(np.log(x))
    assert np.abs(u * s @ vt - np.log(x)).max() < 1e-9
    assert np.abs(met - np.log(x)).mean() < 0.05


def test_equal_weights_end_at_the_least_squares_of_the_svd():
    # Where f is 1 everywhere, the best products of r numbers are those of the SVD. Two more
    # columns of ones stand for the biases.
    rng = np.random.default_rng(0)
    logarithms = 3 * rng.normal(size=(10, 2)) @ rng.normal(size=(2, 10)) / 2
    logarithms += 0.1 * rng.normal(size=(10, 10)) + 1
    losses = []
    settings = GloVe(size=3, batch=100, learning_rate=0.3, epochs=2000, x_max=1e-9)
    settings.fit(full(np.exp(logarithms)), 0, lambda _, loss: losses.append(loss * 100))
    s = np.linalg.svd(logarithms, compute_uv=False)
    assert losses[-1] <= 0.5 * (s[3:] ** 2).sum()  # biases help on top of rank 3
    assert losses[-1] >= 0.5 * (s[5:] ** 2).sum()  # which is at most rank 5


def test_the_loss_falls_and_the_seed_decides():
    sentences, losses = [text.lower().split() for text in lee.load()[:100]], []
    settings = GloVe(size=10, window=4, epochs=5, x_max=10, learning_rate=0.1)
    first = settings.train(sentences, 1, lambda _, loss: losses.append(loss))
    again, other = (settings.train(sentences, seed) for seed in (1, 2))
    assert all(later < earlier for earlier, later in pairwise(losses))
    np.testing.assert_array_equal(first.vectors, again.vectors)
    assert (first.vectors != other.vectors).any()
    assert first.vectors.dtype == np.float32
    assert np.isfinite(first.vectors).all()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("size", 0),
        ("window", 0),
        ("epochs", 0),
        ("batch", 0),
        ("min_count", 0),
        ("x_max", 0),
        ("learning_rate", -1),
        ("learning_rate", float("nan")),
    ],
)
def test_settings_out_of_range_are_named(setting, value):
    with pytest.raises(ValueError, match=f"{setting} must be"):
        replace(GloVe(), **{setting: value})
