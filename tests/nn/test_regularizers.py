import dataclasses

import numpy as np
import pytest

from companion.nn import Tensor, grad_check
from companion.nn.layers import Dense
from companion.nn.optimizers import SGD, Adam, AdamW
from companion.nn.regularizers import L1, L2

torch = pytest.importorskip("torch")

SHAPES = [(), (1,), (0, 3), (7, 5), (3, 3, 2, 4)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("regularizer", [L1, L2])
def test_penalty_and_gradient_equal_torch(regularizer, dtype, shape):
    w = np.random.default_rng(1).normal(size=shape).astype(dtype)
    ours, theirs = Tensor(w, requires_grad=True), torch.tensor(w, requires_grad=True)
    penalty = regularizer(0.3)(ours)
    expected = 0.3 * (theirs.abs() if regularizer is L1 else theirs**2).sum()
    penalty.backward()
    expected.backward()
    assert penalty.shape == ()
    assert penalty.dtype == ours.grad.dtype == dtype
    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    assert np.allclose(penalty.value, expected.detach().numpy(), rtol=tolerance)
    assert np.allclose(ours.grad, theirs.grad.numpy(), rtol=tolerance)


@pytest.mark.parametrize("regularizer", [L1(0.7), L2(0.7)])
def test_gradient_equals_finite_differences(regularizer):
    grad_check(regularizer, np.random.default_rng(0).normal(size=(4, 3)))


def test_the_subgradient_of_L1_at_zero_is_zero():
    w = Tensor(np.array([0.0, -2.0, 3.0]), requires_grad=True)
    L1(0.5)(w).backward()
    assert w.grad.tolist() == [0.0, -0.5, 0.5]


@pytest.mark.parametrize("size", [1e4, 1e-30])
def test_extreme_weights_have_a_finite_gradient(size):
    for regularizer in (L1(0.1), L2(0.1)):
        w = Tensor(np.full(3, size, np.float32), requires_grad=True)
        regularizer(w).backward()
        assert np.isfinite(w.grad).all()
        assert (w.grad > 0).all()


def test_a_layer_adds_the_penalty_of_its_kernel_alone():
    layer = Dense(3, regularizer=L2(0.1)).build((4,), np.random.default_rng(0), np.float64)
    layer.bias.value += 5.0
    assert layer.penalty().item() == pytest.approx(0.1 * np.sum(layer.kernel.value**2))
    assert Dense(3).build((4,), np.random.default_rng(0)).penalty() == 0.0


def test_E31_the_penalty_is_the_squared_norm_not_the_norm():
    w = np.array([[3.0, 4.0]])
    assert L2(1.0)(Tensor(w)).item() == 25.0
    assert np.linalg.norm(w) == 5.0


def follow(optimizer, regularizer, steps=20):
    """Train on a loss whose gradient is 1000 times larger along one of two equal weights."""
    w = Tensor(np.array([1.0, 1.0]), requires_grad=True)
    scale = np.array([1000.0, 1.0])
    rng = np.random.default_rng(0)
    for _ in range(steps):
        w.grad = None
        loss = (w * (scale * rng.normal(size=2))).sum()
        (loss + regularizer(w) if regularizer else loss).backward()
        optimizer.step([w])
    return w.value


def test_E31_under_sgd_an_L2_penalty_is_a_weight_decay_of_twice_its_strength():
    penalised = follow(SGD(1e-4), L2(0.05))
    assert np.allclose(penalised, follow(SGD(1e-4, weight_decay=0.1), None), rtol=1e-12)


def test_E31_under_adam_an_L2_penalty_is_not_decoupled_weight_decay():
    penalised = follow(Adam(0.01), L2(0.05))
    assert np.allclose(penalised, follow(Adam(0.01, weight_decay=0.1), None), rtol=1e-9)
    plain = follow(Adam(0.01), None)
    decoupled = follow(AdamW(0.01, weight_decay=0.1), None)
    # Decoupled, both weights shrink by about 1 − (1 − α λ)²⁰; the penalty hardly moves the weight
    # whose gradients are large, because Adam divides by their size.
    shrunk, spared = (plain - decoupled) / plain, (plain - penalised) / plain
    assert shrunk == pytest.approx([1 - (1 - 0.001) ** 20] * 2, rel=0.15)
    assert abs(spared[0]) < 0.01 * shrunk[0]
    assert abs(spared[1]) > 100 * abs(spared[0])


@pytest.mark.parametrize("regularizer", [L1, L2])
@pytest.mark.parametrize("strength", [-0.1, float("nan")])
def test_a_negative_strength_is_refused(regularizer, strength):
    with pytest.raises(ValueError, match=f"strength must be at least 0, got {strength}"):
        regularizer(strength)


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        L2(0.1).strength = 0.2
