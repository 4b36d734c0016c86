import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats
from sklearn import metrics

from companion.nn.activations import log_softmax, sigmoid, softmax
from companion.nn.checking import grad_check
from companion.nn.losses import (
    NAMED,
    binary_cross_entropy,
    binary_focal_loss,
    categorical_cross_entropy,
    cross_entropy,
    entropy,
    focal_loss,
    hinge,
    kl_divergence,
    mean_squared_error,
    multiclass_hinge,
)
from companion.nn.tensor import Tensor, gradients

torch = pytest.importorskip("torch")
F = torch.nn.functional

types = pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 1e-5), (np.float64, 1e-12)])
P, Q = np.array([[0.7, 0.2, 0.1]]), np.array([[0.5, 0.3, 0.2]])


def generator():
    return np.random.default_rng(0)


def rows(*shape):
    return generator().dirichlet(np.ones(shape[-1]), shape[:-1])


def assert_equals_torch(loss, theirs, outputs, rtol):
    """Compare the value and the gradient with respect to the outputs."""
    x, twin = Tensor(outputs, requires_grad=True), torch.tensor(outputs, requires_grad=True)
    value, expected = loss(x), theirs(twin)
    value.backward()
    expected.backward()
    assert value.shape == ()
    assert value.dtype == x.grad.dtype == outputs.dtype
    assert value.item() == pytest.approx(expected.item(), rel=rtol, nan_ok=True)
    np.testing.assert_allclose(x.grad, twin.grad.numpy(), rtol * 10, rtol / 10)


# Mean squared error (OP01)


@types
@pytest.mark.parametrize("shape", [(7, 3), (1, 1), (5,), (2, 3, 4), (0, 2)], ids=str)
def test_mean_squared_error_equals_torch(shape, dtype, rtol):
    outputs, targets = generator().normal(size=(2, *shape)).astype(dtype)
    assert_equals_torch(
        lambda x: mean_squared_error(targets, x),
        lambda x: F.mse_loss(x, torch.tensor(targets)),
        outputs,
        rtol,
    )


def test_mean_squared_error_equals_sklearn():
    y, y_hat = generator().normal(size=(2, 9, 2))
    expected = metrics.mean_squared_error(y, y_hat)
    assert mean_squared_error(y, y_hat).item() == pytest.approx(expected)


def test_E21_it_is_the_mean_of_the_squares():
    assert mean_squared_error([1.0, 2.0, 3.0], [1.0, 2.0, 6.0]).item() == 9 / 3


def test_float64_targets_leave_float32_outputs_float32():
    x = Tensor(np.ones((2, 3), np.float32), requires_grad=True)
    for loss, targets in [
        (mean_squared_error, np.zeros((2, 3))),
        (binary_cross_entropy, np.zeros((2, 3))),
        (binary_focal_loss, np.zeros((2, 3))),
        (cross_entropy, np.full((2, 3), 1 / 3)),
        (hinge, np.ones((2, 3))),
    ]:
        assert loss(targets, x).dtype == np.float32


# Cross-entropy from logits (OP02)


@types
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("shape", [(6, 4), (1, 3), (2, 5, 3), (4, 1), (2, 3, 2, 4)], ids=str)
def test_cross_entropy_of_labels_equals_torch(shape, smoothing, dtype, rtol):
    logits = generator().normal(0, 3, shape).astype(dtype)
    labels = generator().integers(0, shape[-1], shape[:-1])
    assert_equals_torch(
        lambda x: cross_entropy(labels, x, smoothing),
        lambda x: F.cross_entropy(
            x.reshape(-1, shape[-1]), torch.tensor(labels).reshape(-1), label_smoothing=smoothing
        ),
        logits,
        rtol,
    )


@types
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("shape", [(6, 4), (2, 5, 3)], ids=str)
def test_cross_entropy_of_probabilities_equals_torch(shape, smoothing, dtype, rtol):
    logits = generator().normal(0, 3, shape).astype(dtype)
    targets = rows(*shape).astype(dtype)
    assert_equals_torch(
        lambda x: cross_entropy(targets, x, smoothing),
        lambda x: F.cross_entropy(
            x.reshape(-1, shape[-1]),
            torch.tensor(targets).reshape(-1, shape[-1]),
            label_smoothing=smoothing,
        ),
        logits,
        rtol,
    )


@types
def test_cross_entropy_of_extreme_logits_equals_torch_without_warnings(dtype, rtol):
    logits = np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [1e-30, 0, 100]], dtype)
    for labels in ([0, 1, 2], [1, 0, 0]):
        assert_equals_torch(
            lambda x, y=labels: cross_entropy(y, x),
            lambda x, y=labels: F.cross_entropy(x, torch.tensor(y)),
            logits,
            rtol,
        )


def test_labels_and_their_one_hot_rows_give_the_same_loss():
    logits, labels = generator().normal(size=(2, 5, 4)), generator().integers(0, 4, (2, 5))
    for smoothing in (0.0, 0.2):
        of_labels = cross_entropy(labels, logits, smoothing).item()
        assert of_labels == pytest.approx(
            cross_entropy(np.eye(4)[labels], logits, smoothing).item()
        )


def test_cross_entropy_equals_sklearn():
    logits, labels = generator().normal(size=(20, 4)), generator().integers(0, 4, 20)
    expected = metrics.log_loss(labels, special.softmax(logits, 1), labels=range(4))
    assert cross_entropy(labels, logits).item() == pytest.approx(expected)


def test_one_example_without_a_batch_is_taken():
    assert cross_entropy(1, [0.0, 0.0]).item() == pytest.approx(np.log(2))


def test_smoothing_mixes_the_targets_with_the_uniform_distribution():
    logits, labels = generator().normal(size=(5, 4)), np.array([0, 1, 2, 3, 0])
    mixed = 0.7 * np.eye(4)[labels] + 0.3 / 4
    expected = cross_entropy(mixed, logits).item()
    assert cross_entropy(labels, logits, 0.3).item() == pytest.approx(expected)


def test_a_class_that_is_ruled_out_costs_nothing_where_it_is_not_the_target():
    logits = Tensor([[-np.inf, 0.0, 0.0]], requires_grad=True)
    for targets in ([1], [[0, 0.5, 0.5]]):
        loss = cross_entropy(targets, logits)
        (gradient,) = gradients(loss, [logits])
        assert loss.item() == pytest.approx(np.log(2))
        assert gradient.value[0, 0] == 0
        assert np.isfinite(gradient.value).all()


def test_E75_zero_times_the_logarithm_of_zero_is_not_a_number_as_printed():
    y, y_hat = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isnan(-(y * np.log(y_hat)).sum())
    assert cross_entropy([y], [[1e4, -1e4]]).item() == 0
    assert categorical_cross_entropy([y], [y_hat]).item() == pytest.approx(0, abs=2e-7)
    assert entropy(y).item() == kl_divergence(y, y_hat).item() == 0


def test_E19_the_sum_goes_over_classes_and_the_mean_over_examples():
    q = rows(6, 3)
    labels = np.array([0, 1, 2, 0, 1, 2])
    by_hand = -np.mean([np.log(q[n, labels[n]]) for n in range(6)])
    assert cross_entropy(labels, np.log(q)).item() == pytest.approx(by_hand)
    twice = cross_entropy(np.tile(labels, 2), np.log(np.tile(q, (2, 1)))).item()
    assert twice == pytest.approx(by_hand)


# Cross-entropy from probabilities


def test_categorical_cross_entropy_equals_sklearn_and_that_of_logits():
    logits, labels = generator().normal(size=(20, 4)), generator().integers(0, 4, 20)
    q = special.softmax(logits, 1)
    value = categorical_cross_entropy(labels, q).item()
    assert value == pytest.approx(metrics.log_loss(labels, q, labels=range(4)))
    assert value == pytest.approx(cross_entropy(labels, logits).item())
    assert value == pytest.approx(categorical_cross_entropy(np.eye(4)[labels], q).item())


@types
def test_through_a_softmax_both_cross_entropies_have_one_gradient(dtype, rtol):
    logits, targets = generator().normal(size=(5, 4)).astype(dtype), rows(5, 4)
    x = Tensor(logits, requires_grad=True)
    (first,) = gradients(categorical_cross_entropy(targets, softmax(x)), [x])
    (second,) = gradients(cross_entropy(targets, x), [x])
    assert first.dtype == dtype
    np.testing.assert_allclose(first.value, second.value, rtol, rtol)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_are_clipped_as_in_keras(dtype):
    q = Tensor(np.array([[0, 1, 0], [0.25, 0.25, 0.5]], dtype), requires_grad=True)
    right, wrong = (categorical_cross_entropy([k], q[:1]).item() for k in (1, 0))
    assert right == pytest.approx(1e-7, rel=0.2)
    assert wrong == pytest.approx(-np.log(1e-7), rel=1e-6)
    categorical_cross_entropy([0, 0], q).backward()
    assert q.grad.tolist() == [[0, 0, 0], [-2, 0, 0]]


# Binary cross-entropy


@types
@pytest.mark.parametrize("shape", [(7, 1), (4, 3), (5,), (0, 1)], ids=str)
def test_binary_cross_entropy_equals_torch(shape, dtype, rtol):
    logits = generator().normal(0, 3, shape).astype(dtype)
    for targets in (generator().integers(0, 2, shape), generator().random(shape)):
        assert_equals_torch(
            lambda x, y=targets: binary_cross_entropy(y, x),
            lambda x, y=targets: F.binary_cross_entropy_with_logits(
                x, torch.tensor(y.astype(dtype))
            ),
            logits,
            rtol,
        )


@types
def test_binary_cross_entropy_of_extreme_logits_equals_torch_without_warnings(dtype, rtol):
    logits = np.array([-1e4, -100, 0, 100, 1e4], dtype)
    for y in (0.0, 0.3, 1.0):
        assert_equals_torch(
            lambda x, y=y: binary_cross_entropy(np.full(5, y), x),
            lambda x, y=y: F.binary_cross_entropy_with_logits(x, torch.full_like(x, y)),
            logits,
            rtol,
        )


def test_binary_cross_entropy_keeps_the_digits_of_a_small_loss():
    loss = binary_cross_entropy(np.ones(1), Tensor(np.array([20], np.float32)))
    assert loss.item() == pytest.approx(np.log1p(np.exp(-20)), rel=1e-6)


def test_binary_cross_entropy_equals_sklearn_and_two_classes():
    logits, labels = generator().normal(size=20), generator().integers(0, 2, 20)
    value = binary_cross_entropy(labels, logits).item()
    assert value == pytest.approx(metrics.log_loss(labels, special.expit(logits)))
    both = np.stack([0 * logits, logits], 1)
    assert value == pytest.approx(cross_entropy(labels, both).item())
    assert binary_cross_entropy(labels > 0, logits).item() == value


# Entropy and Kullback-Leibler divergence (OP03)


def test_E18_cross_entropy_is_entropy_plus_divergence():
    crossed = cross_entropy(P, np.log(Q)).item()
    assert crossed == pytest.approx(0.8869, abs=5e-5)
    assert entropy(P).item() == pytest.approx(0.8018, abs=5e-5)
    assert kl_divergence(P, Q).item() == pytest.approx(0.0851, abs=5e-5)
    assert crossed == pytest.approx(entropy(P).item() + kl_divergence(P, Q).item(), rel=1e-14)


@given(st.integers(2, 8), st.integers(0, 9999))
def test_E18_the_identity_holds_for_all_distributions(classes, seed):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(classes), (2, 3)) * 0.999 + 0.001 / classes
    total = entropy(p).item() + kl_divergence(p, q).item()
    assert cross_entropy(p, np.log(q)).item() == pytest.approx(total)
    assert kl_divergence(p, q).item() >= 0


def test_E18_divergence_and_cross_entropy_have_the_same_gradient_in_q():
    p, logits = rows(4, 3), Tensor(generator().normal(size=(4, 3)), requires_grad=True)
    (first,) = gradients(kl_divergence(p, softmax(logits)), [logits])
    (second,) = gradients(cross_entropy(p, logits), [logits])
    np.testing.assert_allclose(first.value, second.value, atol=1e-15)


def test_E18_only_for_certain_targets_are_they_equal():
    q = rows(4, 3)
    hard = np.eye(3)[[0, 1, 2, 0]]
    assert entropy(hard).item() == 0
    assert kl_divergence(hard, q).item() == pytest.approx(cross_entropy(hard, np.log(q)).item())


@types
def test_entropy_and_divergence_equal_scipy(dtype, rtol):
    p, q = rows(6, 4).astype(dtype), rows(7, 4)[1:].astype(dtype)
    p[0] = [0.5, 0.5, 0, 0]
    value = entropy(p)
    assert value.dtype == dtype
    assert value.item() == pytest.approx(stats.entropy(p, axis=1).mean(), rel=rtol)
    value = kl_divergence(p, Tensor(q))
    assert value.dtype == dtype
    assert value.item() == pytest.approx(special.rel_entr(p, q).sum(1).mean(), rel=rtol)
    assert value.item() == pytest.approx(stats.entropy(p, q, axis=1).mean(), rel=10 * rtol)


def test_one_distribution_without_a_batch_is_taken():
    assert entropy([0.25] * 4).item() == pytest.approx(np.log(4))
    assert kl_divergence(P[0], Q[0]).item() == kl_divergence(P, Q).item()


def test_the_divergence_is_infinite_where_the_model_excludes_what_occurs():
    assert kl_divergence([0.5, 0.5], [1.0, 0.0]).item() == np.inf
    assert kl_divergence([1.0, 0.0], [0.5, 0.5]).item() == pytest.approx(np.log(2))
    assert kl_divergence([1.0, 0.0], [1.0, 0.0]).item() == 0


def test_gradients_of_entropy_and_divergence_equal_finite_differences():
    logits, p = generator().normal(size=(3, 4)), rows(3, 4)
    grad_check(lambda x: entropy(softmax(x)), logits)
    grad_check(lambda x: kl_divergence(p, softmax(x)), logits)
    q = Tensor([[0.0, 0.5, 0.5]], requires_grad=True)
    entropy(q).backward()
    assert q.grad[0, 0] == 0


# Hinge (OP04)


@types
def test_hinge_equals_sklearn(dtype, rtol):
    scores = generator().normal(0, 2, 30).astype(dtype)
    y = np.where(generator().random(30) < 0.5, -1, 1)
    value = hinge(y, Tensor(scores))
    assert value.dtype == dtype
    assert value.item() == pytest.approx(metrics.hinge_loss(y, scores), rel=rtol)


def test_hinge_has_the_subgradient_minus_y_inside_the_margin_and_0_on_it():
    scores = Tensor([[0.5], [1.0], [2.0], [-3.0]], requires_grad=True)
    hinge([[1], [1], [1], [-1]], scores).backward()
    assert scores.grad.ravel().tolist() == [-0.25, 0, 0, 0]
    grad_check(lambda s: hinge(np.array([1, -1, 1]), s), [0.3, 0.7, -2.0])


@given(st.lists(st.floats(-1e3, 1e3), min_size=1), st.integers(0, 9999))
def test_hinge_and_cross_entropy_in_bits_are_never_below_the_share_of_errors(scores, seed):
    s = np.array(scores)
    y = np.where(np.random.default_rng(seed).random(len(s)) < 0.5, -1, 1)
    errors = np.mean(y * s <= 0)
    assert hinge(y, s).item() >= errors
    assert binary_cross_entropy((y + 1) / 2, s).item() / np.log(2) >= errors - 1e-12


def test_E20_targets_of_0_make_the_printed_hinge_constant_and_are_refused():
    scores = np.array([-3.0, 0.5, 7.0])
    assert np.maximum(0, 1 - 0 * scores).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match=r"targets must be -1 or 1, got 0"):
        hinge([0, 1, 1], scores)


@types
def test_multiclass_hinge_equals_sklearn(dtype, rtol):
    scores = generator().normal(0, 2, (30, 4)).astype(dtype)
    labels = generator().integers(0, 4, 30)
    expected = metrics.hinge_loss(labels, scores, labels=range(4))
    value = multiclass_hinge(labels, Tensor(scores))
    assert value.dtype == dtype
    assert value.item() == pytest.approx(expected, rel=rtol)
    shaped = multiclass_hinge(labels.reshape(5, 6), scores.reshape(5, 6, 4)).item()
    assert shaped == pytest.approx(expected, rel=rtol)


def test_multiclass_hinge_moves_the_right_score_and_the_best_wrong_one():
    scores = Tensor([[1.0, 1.5, 0.0], [5.0, 1.0, 1.0], [2.0, 0.0, 2.0]], requires_grad=True)
    loss = multiclass_hinge([0, 0, 1], scores)
    assert loss.item() == pytest.approx((1.5 + 0 + 3) / 3)
    loss.backward()
    expected = np.array([[-1, 1, 0], [0, 0, 0], [0.5, -1, 0.5]]) / 3
    np.testing.assert_allclose(scores.grad, expected)
    grad_check(lambda s: multiclass_hinge([2, 0], s), generator().normal(size=(2, 3)))


def test_multiclass_hinge_of_two_classes_is_the_binary_one_of_their_difference():
    scores, labels = generator().normal(size=(9, 2)), generator().integers(0, 2, 9)
    expected = hinge(2 * labels - 1, scores[:, 1] - scores[:, 0]).item()
    assert multiclass_hinge(labels, scores).item() == pytest.approx(expected)


# Focal loss (DP25)


@types
@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 3.7])
@pytest.mark.parametrize("shape", [(6, 4), (1, 3), (2, 5, 3), (4, 2), (2, 3, 2, 4)], ids=str)
def test_focal_loss_equals_the_formula_in_torch(shape, gamma, dtype, rtol):
    logits = generator().normal(0, 3, shape).astype(dtype)
    labels = generator().integers(0, shape[-1], shape[:-1])

    def theirs(x):
        q = torch.softmax(x.double(), -1)
        q = q.gather(-1, torch.tensor(labels)[..., None])
        return (-((1 - q) ** gamma) * torch.log(q)).mean()

    assert_equals_torch(lambda x: focal_loss(labels, x, gamma), theirs, logits, rtol)


@types
@pytest.mark.parametrize("alpha", [None, 0.0, 0.25, 1.0])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("shape", [(7, 1), (4, 3), (5,), (0, 1)], ids=str)
def test_binary_focal_loss_equals_the_formula_in_torch(shape, gamma, alpha, dtype, rtol):
    logits = generator().normal(0, 3, shape).astype(dtype)
    labels = generator().integers(0, 2, shape)

    def theirs(x):
        y, p = torch.tensor(labels), torch.sigmoid(x.double())
        q = torch.where(y == 1, p, 1 - p)
        weight = 1 if alpha is None else torch.where(y == 1, alpha, 1 - alpha)
        return (-weight * (1 - q) ** gamma * torch.log(q)).mean()

    assert_equals_torch(lambda x: binary_focal_loss(labels, x, gamma, alpha), theirs, logits, rtol)


@types
def test_without_gamma_the_focal_losses_are_the_cross_entropies(dtype, rtol):
    logits = generator().normal(0, 3, (8, 4)).astype(dtype)
    for labels, focal, crossed in (
        (generator().integers(0, 4, 8), focal_loss, cross_entropy),
        (generator().integers(0, 2, (8, 4)), binary_focal_loss, binary_cross_entropy),
    ):
        first, second = Tensor(logits, requires_grad=True), Tensor(logits, requires_grad=True)
        one, other = focal(labels, first, 0.0), crossed(labels, second)
        one.backward()
        other.backward()
        assert one.item() == pytest.approx(other.item(), rel=rtol)
        np.testing.assert_allclose(first.grad, second.grad, 10 * rtol, rtol)


def test_focal_loss_of_two_classes_is_the_binary_one_of_their_difference():
    logits, labels = generator().normal(0, 3, (9, 2)), generator().integers(0, 2, 9)
    expected = binary_focal_loss(labels, logits[:, 1] - logits[:, 0]).item()
    assert focal_loss(labels, logits).item() == pytest.approx(expected)


def test_focal_losses_equal_keras():
    losses = pytest.importorskip("keras").losses
    logits, labels = generator().normal(size=(9, 4)), generator().integers(0, 4, 9)
    theirs = losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=1.5, from_logits=True)
    expected = float(theirs(np.eye(4)[labels], logits))
    assert focal_loss(labels, logits, 1.5).item() == pytest.approx(expected, rel=1e-6)
    labels = generator().integers(0, 2, (9, 4)).astype(float)
    for alpha in (None, 0.3):
        theirs = losses.BinaryFocalCrossentropy(
            apply_class_balancing=alpha is not None, alpha=alpha or 0.25, gamma=1.5
        )
        expected = float(theirs(labels, special.expit(logits)))
        value = binary_focal_loss(labels, logits, 1.5, alpha).item()
        assert value == pytest.approx(expected, rel=1e-5)


def test_gradients_of_focal_losses_equal_finite_differences():
    logits = generator().normal(size=(3, 4))
    for gamma in (0.0, 0.5, 2.0):
        grad_check(lambda x, g=gamma: focal_loss([0, 3, 1], x, g), logits)
        labels = generator().integers(0, 2, (3, 4))
        grad_check(lambda x, g=gamma, y=labels: binary_focal_loss(y, x, g, 0.25), logits)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_losses_of_extreme_logits_are_finite_without_warnings(gamma, dtype):
    """Where q rounds to 1, (1 - q)^½ would have an infinite derivative."""
    rows = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e4], [-1e4] * 3, [60, 0, 0]], dtype)
    x = Tensor(rows, requires_grad=True)
    loss = focal_loss([0, 0, 0, 0], x, gamma)
    loss.backward()
    # Sure and right, sure and wrong, of three alike, and almost sure and right.
    third = (2 / 3) ** gamma * np.log(3)
    assert loss.item() == pytest.approx((0 + 2e4 + np.log(2) + third) / 4, rel=1e-6)
    np.testing.assert_allclose(x.grad[1], np.array([-1, 0.5, 0.5]) / 4, rtol=1e-6)
    assert np.isfinite(x.grad).all()
    z = Tensor(np.array([-1e4, -100, 0, 100, 1e4], dtype), requires_grad=True)
    loss = binary_focal_loss(np.ones(5), z, gamma)
    loss.backward()
    assert loss.item() == pytest.approx((1e4 + 100 + 0.5**gamma * np.log(2)) / 5, rel=1e-6)
    assert np.isfinite(z.grad).all()


@given(st.floats(-20, 20), st.floats(0, 5), st.floats(0, 5))
def test_a_larger_gamma_gives_a_smaller_loss_and_never_a_negative_one(z, first, second):
    low, high = sorted((first, second))
    small, large = (binary_focal_loss([1], [z], gamma).item() for gamma in (high, low))
    assert 0 <= small <= large


# All of them


CALLS = [
    (mean_squared_error, (0, 2), (0, 2)),
    (cross_entropy, (0,), (0, 3)),
    (cross_entropy, (0, 3), (0, 3)),
    (categorical_cross_entropy, (0,), (0, 3)),
    (binary_cross_entropy, (0, 1), (0, 1)),
    (kl_divergence, (0, 3), (0, 3)),
    (hinge, (0, 1), (0, 1)),
    (multiclass_hinge, (0,), (0, 3)),
    (focal_loss, (0,), (0, 3)),
    (binary_focal_loss, (0, 1), (0, 1)),
]


@pytest.mark.parametrize(("loss", "targets", "outputs"), CALLS)
def test_the_loss_of_an_empty_batch_is_not_a_number(loss, targets, outputs):
    y = np.zeros(targets, float if targets == outputs else int)
    x = Tensor(np.zeros(outputs), requires_grad=True)
    value = loss(y, x)
    value.backward()
    assert np.isnan(value.item())
    assert x.grad.shape == outputs


def test_training_that_has_diverged_shows_a_loss_that_is_not_a_number():
    x = Tensor(np.full((2, 3), np.nan))
    for loss in (cross_entropy, categorical_cross_entropy, multiclass_hinge, focal_loss):
        with np.errstate(invalid="ignore"):
            assert np.isnan(loss([0, 1], x).item())


def test_targets_may_be_tensors_and_get_no_gradient():
    p, logits = Tensor(P, requires_grad=True), Tensor(np.log(Q), requires_grad=True)
    loss = cross_entropy(p, logits)
    assert loss.item() == cross_entropy(P, logits).item()
    loss.backward()
    assert p.grad is None


@pytest.mark.parametrize("name", NAMED)
def test_every_named_loss_can_be_called(name):
    targets = np.ones((1, 2)) if "hinge" in name else np.array([[0.0, 1.0]])
    if name in ("multiclass_hinge", "focal_loss"):
        targets = np.array([1])
    assert np.isfinite(NAMED[name](targets, Tensor([[0.4, 0.6]])).item())


def test_names_of_keras_stand_for_what_keras_means():
    assert NAMED["mse"] is mean_squared_error
    assert NAMED["categorical_crossentropy"] is categorical_cross_entropy
    assert NAMED["sparse_categorical_crossentropy"] is categorical_cross_entropy
    assert "binary_crossentropy" not in NAMED  # there of probabilities, here of logits


LOGITS = np.zeros((4, 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: mean_squared_error(np.ones(4), np.ones((4, 1))),
            "outputs' shape (4, 1), got (4,)",
        ),
        (lambda: binary_cross_entropy(np.ones(4), np.ones((4, 1))), "shape (4, 1), got (4,)"),
        (lambda: hinge(np.ones((4, 1)), np.ones(4)), "shape (4,), got (4, 1)"),
        (lambda: kl_divergence(P, Q[0]), "shape (3,), got (1, 3)"),
        (lambda: cross_entropy([0, 1, 2, 3], LOGITS), "from 0 to 2, got 0 to 3"),
        (lambda: cross_entropy([0, -1, 2, 1], LOGITS), "from 0 to 2, got -1 to 2"),
        (lambda: cross_entropy([0, 1], LOGITS), "class numbers (4,) for outputs (4, 3), got (2,)"),
        (lambda: cross_entropy(np.zeros((4, 1), int), LOGITS), "for outputs (4, 3), got (4, 1)"),
        (lambda: cross_entropy(np.ones(4), LOGITS), "of an integer type, got float64"),
        (
            lambda: cross_entropy(LOGITS, LOGITS),
            "targets must be rows of probabilities, each with the sum 1, got one with the sum 0",
        ),
        (lambda: cross_entropy(LOGITS + np.array([2, -1, 0]), LOGITS), "the sum 1, got -1"),
        (lambda: cross_entropy([0] * 4, LOGITS, 1.5), "smoothing must be in [0, 1], got 1.5"),
        (lambda: categorical_cross_entropy([0], [[1.0, 2.0]]), "probabilities must be rows of"),
        (lambda: categorical_cross_entropy([2], [[0.5, 0.5]]), "from 0 to 1, got 2 to 2"),
        (lambda: binary_cross_entropy([2, 0], np.ones(2)), "must be in [0, 1], got 0 to 2"),
        (lambda: entropy([0.5, 0.6]), "p must be rows of probabilities, each with the sum 1"),
        (lambda: entropy([0.5, 0.6]), "got one with the sum 1.1"),
        (lambda: entropy(1.0), "got one number, 1.0"),
        (lambda: kl_divergence(P, P * 2), "q must be rows of probabilities"),
        (lambda: multiclass_hinge([3], [[1.0, 2.0]]), "from 0 to 1, got 3 to 3"),
        (lambda: multiclass_hinge([0], [[1.0]]), "of two or more, got (1, 1)"),
        (lambda: multiclass_hinge(0, [1.0, 2.0]), "must be (batch, …, classes)"),
        (lambda: focal_loss([3], [[1.0, 2.0]]), "from 0 to 1, got 3 to 3"),
        (lambda: focal_loss([0], [[1.0]]), "logits must be (batch, …, classes) of two or more"),
        (lambda: focal_loss([0], [[1.0, 2.0]], -1), "gamma must be a number of at least 0, got -1"),
        (lambda: focal_loss([0], [[1.0, 2.0]], np.nan), "gamma must be a number of at least 0"),
        (lambda: binary_focal_loss([0.5], [1.0]), "targets must be 0 or 1, got 0.5"),
        (lambda: binary_focal_loss([np.nan], [1.0]), "targets must be 0 or 1, got nan"),
        (lambda: binary_focal_loss([1], [[1.0]]), "shape (1, 1), got (1,)"),
        (lambda: binary_focal_loss([1], [1.0], alpha=2), "alpha must be in [0, 1], got 2"),
    ],
)
def test_errors_say_what_is_wrong_with_the_targets(call, message):
    with pytest.raises(ValueError, match=r".") as raised:
        call()
    assert message in str(raised.value)


def test_log_probabilities_are_logits_of_themselves():
    logits = generator().normal(size=(4, 3))
    value = cross_entropy([0, 1, 2, 0], log_softmax(logits)).item()
    assert value == pytest.approx(cross_entropy([0, 1, 2, 0], logits).item())
    of_sigmoid = -np.log(sigmoid(0.3).item())
    assert binary_cross_entropy([1.0], [0.3]).item() == pytest.approx(of_sigmoid)
