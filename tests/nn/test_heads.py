import numpy as np
import pytest

from companion.nn import heads
from companion.nn.tensor import Tensor, gradients

torch = pytest.importorskip("torch")
F = torch.nn.functional


def scores(units, dtype=np.float64):
    return np.random.default_rng(0).normal(0, 3, (8, units)).astype(dtype)


BINARY = np.array([0, 1, 1, 0, 1, 0, 0, 1]).reshape(-1, 1)
LABELS = np.array([0, 1, 2, 2, 1, 0, 0, 1])
NUMBERS = np.random.default_rng(1).normal(size=(8, 2))

# head, targets, the same as a row of means, factor of the gradient
CASES = {
    "binary": (heads.binary(), BINARY, BINARY, 1),
    "multiclass": (heads.multiclass(3), LABELS, np.eye(3)[LABELS], 1),
    "regression": (heads.regression(2), NUMBERS, NUMBERS, 2 / 2),  # 2 (ŷ − y) / (n · outputs)
}
TORCH = {
    "binary": F.binary_cross_entropy_with_logits,
    "multiclass": F.cross_entropy,
    "regression": F.mse_loss,
}


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_of_the_matched_loss_is_prediction_minus_target(name):
    head, targets, means, factor = CASES[name]
    z = Tensor(scores(head.units), requires_grad=True)
    (gradient,) = gradients(head.loss(targets, z), [z])
    difference = head.inverse_link(z).value - means
    np.testing.assert_allclose(gradient.value, factor * difference / len(means), atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", CASES)
def test_losses_equal_those_of_torch(name, dtype):
    head, targets, _, _ = CASES[name]
    values = scores(head.units, dtype)
    z, twin = Tensor(values, requires_grad=True), torch.tensor(values, requires_grad=True)
    loss = head.loss(targets, z)
    answers = torch.tensor(targets if name == "multiclass" else targets.astype(dtype))
    expected = TORCH[name](twin, answers)
    loss.backward()
    expected.backward()
    rtol = 1e-5 if dtype is np.float32 else 1e-12
    assert loss.item() == pytest.approx(expected.item(), rel=rtol)
    np.testing.assert_allclose(z.grad, twin.grad.numpy(), rtol, rtol)


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_prediction_that_is_sure_still_has_a_gradient(name):
    head, targets, means, _ = CASES[name]
    z = Tensor(-100 * (2 * means - 1), requires_grad=True)
    head.loss(targets, z).backward()
    assert np.abs(z.grad).max() >= 0.99 / len(means)


def test_predictions_are_probabilities_or_the_scores_themselves():
    p = heads.binary().inverse_link(Tensor([[0.0], [2.0]])).value
    assert p.tolist() == [[0.5], [1 / (1 + np.exp(-2.0))]]
    rows = heads.multiclass(3).inverse_link(Tensor(scores(3))).value
    np.testing.assert_allclose(rows.sum(1), 1)
    z = Tensor(scores(2))
    assert heads.regression(2).inverse_link(z) is z


def test_metrics_judge_raw_scores():
    assert heads.binary().metric(BINARY, BINARY - 0.5) == 1
    assert heads.binary().metric(BINARY, np.ones((8, 1))) == 0.5
    assert heads.multiclass(3).metric(LABELS, np.eye(3)[LABELS]) == 1
    assert heads.regression(2).metric(NUMBERS, NUMBERS + 3) == pytest.approx(3)


def test_one_class_is_no_choice():
    with pytest.raises(ValueError, match="classes must be at least 2, got 1"):
        heads.multiclass(1)


def test_numbers_of_scores_are_whole_and_positive():
    with pytest.raises(ValueError, match=r"classes must be a positive whole number, got 2\.5"):
        heads.multiclass(2.5)
    for outputs in (0, 1.5):
        with pytest.raises(ValueError, match=f"outputs must be a positive .*, got {outputs}"):
            heads.regression(outputs)
