import numpy as np
import pytest

from companion import nn
from companion.nn.batches import Batches
from companion.nn.experiments.gradient_noise import batch_variance, example_gradients, noise_scale
from companion.nn.losses import cross_entropy


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    model = nn.Sequential(
        [nn.Input((5,)), nn.Dense(4, "tanh"), nn.Dense(3)], seed=1, dtype="float64"
    )
    x, y = rng.normal(size=(60, 5)), rng.integers(0, 3, 60)
    return model, x, y, example_gradients(model, x, y, cross_entropy)


def flat_gradient(model, x, y):
    found = nn.gradients(cross_entropy(y, model(x)), list(model.parameters().values()))
    return np.concatenate([gradient.value.reshape(-1) for gradient in found])


def test_the_mean_of_the_examples_gradients_is_that_of_the_whole_loss(problem):
    model, x, y, rows = problem
    assert rows.shape == (60, 4 * 6 + 3 * 5)
    assert np.allclose(rows.mean(axis=0), flat_gradient(model, x, y), atol=1e-14)


def test_the_rows_equal_torch(problem):
    torch = pytest.importorskip("torch")
    model, x, y, rows = problem
    tensors = [torch.tensor(p.value, requires_grad=True) for p in model.parameters().values()]
    w, b, v, c = tensors
    for i in (0, 7, 59):
        logits = torch.tanh(torch.tensor(x[i]) @ w + b) @ v + c
        loss = torch.nn.functional.cross_entropy(logits[None], torch.tensor(y[i : i + 1]))
        found = torch.autograd.grad(loss, tensors)
        assert np.allclose(rows[i], np.concatenate([g.numpy().reshape(-1) for g in found]))


@pytest.mark.parametrize("batch_size", [1, 2, 8, 32, 59, 60])
def test_E27_the_variance_of_a_batch_falls_like_one_over_its_size(problem, batch_size):
    rows = problem[3]
    whole = rows.mean(axis=0)
    data = Batches(rows, batch_size=batch_size, seed=0, drop_last=True)
    distances = [
        ((batch.mean(axis=0) - whole) ** 2).sum()
        for _ in range(600 * batch_size // 60 + 10)
        for (batch,) in data
    ]
    measured, expected = np.mean(distances), batch_variance(rows, batch_size)
    error = np.std(distances) / np.sqrt(len(distances))
    assert measured == pytest.approx(expected, abs=6 * error + 1e-15)
    size = batch_size * expected / batch_variance(rows, 1)
    assert size == pytest.approx((60 - batch_size) / 59)  # 1, but for the finite set


def test_a_batch_of_the_model_has_the_mean_of_its_examples_gradients(problem):
    model, x, y, rows = problem
    chosen = [3, 41, 17]
    assert np.allclose(flat_gradient(model, x[chosen], y[chosen]), rows[chosen].mean(axis=0))


def test_at_the_noise_scale_noise_and_gradient_are_equally_large():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(5000, 3)) * 2.0 + np.array([1.0, 0.0, 0.0])
    scale = noise_scale(rows)
    assert scale == pytest.approx(12, rel=0.1)  # 3 · 2² / 1²
    assert rows.var(axis=0).sum() / scale == pytest.approx((rows.mean(axis=0) ** 2).sum())
    assert noise_scale(np.array([[1.0], [-1.0]])) == np.inf
    with pytest.raises(ValueError, match="must not all be 0"):
        noise_scale(np.zeros((4, 2)))


@pytest.mark.parametrize("batch_size", [0, 61])
def test_the_batch_must_fit_the_examples(problem, batch_size):
    with pytest.raises(ValueError, match=f"batch_size must be from 1 to 60, got {batch_size}"):
        batch_variance(problem[3], batch_size)
