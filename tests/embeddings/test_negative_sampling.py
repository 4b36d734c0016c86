import numpy as np
import pytest
from scipy import special

from companion import nn
from companion.embeddings.negative_sampling import (
    negative_sampling_gradients,
    negative_sampling_loss,
    sigmoid,
)

cases = pytest.mark.parametrize("seed", range(6))


def random_case(seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    rows, columns, size = rng.integers(1, 9, 3)
    v, u = rng.normal(0, 1.5, (rows, size)), rng.normal(0, 1.5, (columns, size))
    positive = rng.integers(0, 4, (rows, columns)) * 1.0
    negative = rng.random((rows, columns)) * rng.integers(0, 2, (rows, columns))
    return [each.astype(dtype) for each in (v, u, positive, negative)]


@cases
def test_gradients_equal_finite_differences(seed):
    v, u, *weights = random_case(seed)
    for matrix, gradient in zip((v, u), negative_sampling_gradients(v, u, *weights), strict=True):
        assert gradient.shape == matrix.shape
        for place in np.ndindex(matrix.shape):
            kept, losses = matrix[place], []
            for step in (1e-5, -1e-5):
                matrix[place] = kept + step
                losses.append(negative_sampling_loss(v, u, *weights))
            matrix[place] = kept
            assert gradient[place] == pytest.approx((losses[0] - losses[1]) / 2e-5, abs=1e-6)


@cases
def test_loss_and_gradients_equal_torch(seed):
    torch = pytest.importorskip("torch")
    v, u, *weights = random_case(seed)
    twins = [torch.tensor(each, requires_grad=True) for each in (v, u)]
    p, n = (torch.tensor(each) for each in weights)
    s = twins[0] @ twins[1].T
    log_sigmoid = torch.nn.functional.logsigmoid
    loss = -(p * log_sigmoid(s) + n * log_sigmoid(-s)).sum()
    loss.backward()
    assert negative_sampling_loss(v, u, *weights) == pytest.approx(loss.item())
    for ours, twin in zip(negative_sampling_gradients(v, u, *weights), twins, strict=True):
        np.testing.assert_allclose(ours, twin.grad.numpy(), atol=1e-12)


@cases
def test_gradients_equal_those_of_companion_nn(seed):
    v, u, p, n = random_case(seed)
    tensors = [nn.Tensor(each, requires_grad=True) for each in (v, u)]
    s = tensors[0] @ tensors[1].T
    softplus = nn.activations.softplus
    (softplus(-s) * p + softplus(s) * n).sum().backward()
    for ours, tensor in zip(negative_sampling_gradients(v, u, p, n), tensors, strict=True):
        np.testing.assert_allclose(ours, tensor.grad, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_is_kept_and_extreme_products_are_no_trouble(dtype):
    v, u, *weights = random_case(0, dtype)
    for gradient in negative_sampling_gradients(v * 1e4, u, *weights):
        assert gradient.dtype == dtype
        assert np.isfinite(gradient).all()
    assert np.isfinite(negative_sampling_loss(v * 1e4, u, *weights))


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-6), (np.float64, 1e-15)])
def test_sigmoid_equals_scipy(dtype, tolerance):
    x = np.concatenate([np.linspace(-20, 20, 401), [-1e4, 1e4]]).astype(dtype)
    assert sigmoid(x).dtype == dtype
    np.testing.assert_allclose(sigmoid(x), special.expit(x), atol=tolerance)
