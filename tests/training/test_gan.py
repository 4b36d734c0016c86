"""Losses by finite differences, PyTorch and exact values; D* and Jensen-Shannon by integration."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion import nn
from companion.training import gan
from companion.training.gan import GAN

torch = pytest.importorskip("torch")
stats = pytest.importorskip("scipy.stats")
integrate = pytest.importorskip("scipy.integrate")


def generator(seed=0, latent=2, features=2, dtype="float32"):
    layers = [nn.Input((latent,)), nn.Dense(8, "tanh"), nn.Dense(features)]
    return nn.Sequential(layers, seed=seed, dtype=dtype)


def discriminator(seed=1, features=2, dtype="float32"):
    layers = [nn.Input((features,)), nn.Dense(8, "tanh"), nn.Dense(1)]
    return nn.Sequential(layers, seed=seed, dtype=dtype)


def pair(**settings):
    return GAN(generator(), discriminator(), **settings)


def mixture(rng):
    centres, widths = rng.uniform(-3, 3, 3), rng.uniform(0.4, 1.2, 3)
    shares = rng.dirichlet(np.ones(3))

    def density(x):
        each = stats.norm.pdf(np.asarray(x)[..., None], centres, widths)
        return each @ shares

    def draw(n):
        k = rng.choice(3, n, p=shares)
        return centres[k] + widths[k] * rng.standard_normal(n)

    return density, draw


@pytest.mark.parametrize("seed", range(5))
def test_losses_have_the_gradients_of_finite_differences(seed):
    real, fake = 3 * np.random.default_rng(seed).standard_normal((2, 6, 1))
    nn.grad_check(gan.discriminator_loss, real, fake)
    nn.grad_check(gan.minimax_loss, fake)
    nn.grad_check(gan.non_saturating_loss, fake)


@pytest.mark.parametrize("seed", range(5))
def test_losses_equal_binary_cross_entropy_in_torch(seed):
    real, fake = 20 * np.random.default_rng(seed).standard_normal((2, 9, 1))
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    a, b = torch.tensor(real), torch.tensor(fake)
    one, zero = torch.ones_like(a), torch.zeros_like(a)
    expected = (bce(a, one) + bce(b, zero)).item()
    assert gan.discriminator_loss(real, fake).item() == pytest.approx(expected)
    assert gan.minimax_loss(fake).item() == pytest.approx(-bce(b, zero).item())
    assert gan.non_saturating_loss(fake).item() == pytest.approx(bce(b, one).item())


def test_losses_are_exact_where_the_discriminator_cannot_tell():
    half = np.zeros((4, 1))
    assert gan.discriminator_loss(half, half).item() == pytest.approx(math.log(4))
    assert gan.minimax_loss(half).item() == pytest.approx(-math.log(2))
    assert gan.non_saturating_loss(half).item() == pytest.approx(math.log(2))


def test_losses_neither_overflow_nor_lose_far_logits():
    far = np.array([[-1e4]])
    assert gan.discriminator_loss(far, -far).item() == 2e4
    assert gan.discriminator_loss(-far, far).item() == 0
    assert gan.non_saturating_loss(far).item() == 1e4
    assert gan.minimax_loss(far).item() == 0


@given(st.floats(-30, 30))
def test_only_the_minimax_gradient_vanishes_where_the_discriminator_is_sure(logit):
    slopes = []
    for loss in (gan.minimax_loss, gan.non_saturating_loss):
        z = nn.Tensor(np.array([[logit]]), requires_grad=True)
        loss(z).backward()
        slopes.append(z.grad.item())
    sure = 1 / (1 + math.exp(-logit))  # D says this
    assert slopes[0] == pytest.approx(-sure)
    assert slopes[1] == pytest.approx(sure - 1)


def test_gradient_penalty_equals_torch_and_is_differentiated_by_the_parameters():
    network = discriminator(dtype="float64")
    x = np.random.default_rng(0).standard_normal((7, 2))
    weights = [torch.tensor(w, requires_grad=True) for w in network.weights().values()]
    a, b, c, d = weights
    points = torch.tensor(x, requires_grad=True)
    logits = torch.tanh(points @ a + b) @ c + d
    (slopes,) = torch.autograd.grad(logits.sum(), points, create_graph=True)
    expected = (slopes**2).sum(1).mean()
    found = gan.gradient_penalty(network, x)
    assert found.item() == pytest.approx(expected.item())
    wanted = torch.autograd.grad(expected, [a, b, c])
    parameters = list(network.parameters().values())
    for mine, theirs in zip(nn.gradients(found, parameters[:3]), wanted, strict=True):
        np.testing.assert_allclose(mine.value, theirs.numpy(), atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_jensen_shannon_of_mixtures_equals_scipy_quadrature(seed):
    rng = np.random.default_rng(seed)
    (p, _), (q, _) = mixture(rng), mixture(rng)
    x = np.linspace(-12, 12, 4001)

    def integrand(at):
        a, b = p(at), q(at)
        m = (a + b) / 2
        return sum(v * np.log(v / m) for v in (a, b) if v > 0) / 2

    expected, _ = integrate.quad(integrand, -12, 12, limit=400)
    assert gan.jensen_shannon(p(x), q(x), x) == pytest.approx(expected, abs=1e-6)


def test_jensen_shannon_is_0_for_one_density_and_log_2_for_two_apart():
    x = np.linspace(-20, 20, 4001)
    p, q = stats.norm.pdf(x, -8, 0.5), stats.norm.pdf(x, 8, 0.5)
    assert gan.jensen_shannon(p, p, x) == 0
    assert gan.jensen_shannon(p, q, x) == pytest.approx(math.log(2))
    assert gan.jensen_shannon(p, q, x) == gan.jensen_shannon(q, p, x)


@pytest.mark.parametrize("seed", range(4))
def test_best_loss_is_that_of_the_optimal_discriminator(seed):
    rng = np.random.default_rng(seed)
    (p, draw_p), (q, draw_q) = mixture(rng), mixture(rng)
    x = np.linspace(-12, 12, 4001)
    best = math.log(4) - 2 * gan.jensen_shannon(p(x), q(x), x)

    def loss(tilt):  # of D* with its logit raised by a number
        real, fake = draw_p(40_000), draw_q(40_000)
        d = [gan.optimal_discriminator(p(each), q(each)) for each in (real, fake)]
        return gan.discriminator_loss(*(np.log(v / (1 - v))[:, None] + tilt for v in d)).item()

    assert loss(0.0) == pytest.approx(best, abs=0.02)
    assert min(loss(-0.5), loss(0.5)) > best + 0.005


def test_a_trained_discriminator_comes_near_the_optimal_one():
    rng = np.random.default_rng(0)
    x = np.linspace(-4, 4, 161)
    p = (stats.norm.pdf(x, -1.5, 0.6) + stats.norm.pdf(x, 1.5, 0.6)) / 2
    q = stats.norm.pdf(x, 0, 1.2)
    layers = [nn.Input((1,)), nn.Dense(24, "tanh"), nn.Dense(24, "tanh"), nn.Dense(1)]
    judge = nn.Sequential(layers, seed=0)
    judge.compile(
        nn.Adam(0.01), lambda real, logits: gan.discriminator_loss(logits[:256], logits[256:])
    )
    for _ in range(500):
        real = rng.choice([-1.5, 1.5], 256) + 0.6 * rng.standard_normal(256)
        both = np.concatenate([real, 1.2 * rng.standard_normal(256)])[:, None]
        judge.train_on_batch(both, np.zeros((512, 1)))
    found = nn.functions.sigmoid(judge.predict(x[:, None])).value[:, 0]
    error = np.abs(found - gan.optimal_discriminator(p, q))
    assert np.trapezoid(error * (p + q) / 2, x) < 0.05


def test_E42_training_a_gan_gives_a_sampler_and_needs_neither_labels_nor_another_model():
    rng = np.random.default_rng(0)
    x = np.array([2.0, -1.0]) + 0.5 * rng.standard_normal((500, 2))
    model = pair(learning_rate=0.01)
    before = np.linalg.norm(model.sample(500).mean(axis=0) - [2, -1])
    model.fit(x, steps=300)
    after = np.linalg.norm(model.sample(500).mean(axis=0) - [2, -1])
    assert before > 1.5
    assert after < before / 2
    assert list(model.history) == ["discriminator", "generator"]
    assert [len(losses) for losses in model.history.values()] == [300, 300]


def test_steps_change_one_network_each():
    model = pair()
    frozen = {k: v.copy() for k, v in model.generator.weights().items()}
    model.discriminator_step(np.zeros((4, 2)))
    for name, value in model.generator.weights().items():
        np.testing.assert_array_equal(value, frozen[name])
    frozen = {k: v.copy() for k, v in model.discriminator.weights().items()}
    model.generator_step(4)
    for name, value in model.discriminator.weights().items():
        np.testing.assert_array_equal(value, frozen[name])
    assert any(np.any(v != 0) for v in model.generator.weights().values())


@pytest.mark.parametrize("loss", [gan.minimax_loss, gan.non_saturating_loss])
def test_one_step_of_each_network_equals_torch(loss):
    model = GAN(
        generator(dtype="float64"), discriminator(dtype="float64"), loss, penalty=0.7, seed=5
    )
    draws = np.random.default_rng(5)
    x = np.random.default_rng(1).standard_normal((6, 2))
    weights = {
        network: [torch.tensor(v.copy(), requires_grad=True) for v in network.weights().values()]
        for network in (model.generator, model.discriminator)
    }

    def run(network, points):
        a, b, c, d = weights[network]
        return torch.tanh(points @ a + b) @ c + d

    adam = {
        network: torch.optim.Adam(values, 0.001, betas=(0.5, 0.999))
        for network, values in weights.items()
    }
    softplus = torch.nn.functional.softplus
    fake = run(model.generator, torch.tensor(draws.standard_normal((6, 2)))).detach()
    real = torch.tensor(x, requires_grad=True)
    logits = run(model.discriminator, real)
    (slopes,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    first = softplus(-logits).mean() + softplus(run(model.discriminator, fake)).mean()
    adam[model.discriminator].zero_grad()
    (first + 0.35 * (slopes**2).sum(1).mean()).backward()
    adam[model.discriminator].step()
    assert model.discriminator_step(x) == pytest.approx(first.item())
    z = torch.tensor(draws.standard_normal((6, 2)))
    judged = run(model.discriminator, run(model.generator, z))
    second = -softplus(judged).mean() if loss is gan.minimax_loss else softplus(-judged).mean()
    adam[model.generator].zero_grad()
    second.backward()
    adam[model.generator].step()
    assert model.generator_step(6) == pytest.approx(second.item())
    for network, values in weights.items():
        for mine, theirs in zip(network.weights().values(), values, strict=True):
            np.testing.assert_allclose(mine, theirs.detach().numpy(), atol=1e-9)


def test_the_discriminator_sees_what_the_generator_makes_in_training():
    layers = [nn.Input((2,)), nn.Dense(4), nn.BatchNormalization(), nn.Dense(2)]
    made = nn.Sequential(layers, seed=0, dtype="float64")
    model = GAN(made, discriminator(dtype="float64"), seed=3)
    x = np.random.default_rng(1).standard_normal((6, 2))
    z = np.random.default_rng(3).standard_normal((6, 2))
    w, b, scale, offset, v, c = (torch.tensor(p.value) for p in made.parameters().values())
    hidden = torch.nn.functional.batch_norm(
        torch.tensor(z) @ w + b, None, None, scale, offset, training=True, eps=1e-3
    )
    fake = (hidden @ v + c).numpy()
    with nn.no_grad():
        logits = [model.discriminator(points, training=True) for points in (x, fake)]
    expected = gan.discriminator_loss(*logits).item()
    assert model.discriminator_step(x) == pytest.approx(expected, rel=1e-9)


def test_a_seed_decides_everything():
    x = np.random.default_rng(0).standard_normal((20, 2))
    first, second, other = (pair(seed=s).fit(x, 3, 4).sample(5) for s in (0, 0, 1))
    np.testing.assert_array_equal(first, second)
    assert np.any(first != other)
    assert first.dtype == np.float32
    assert first.shape == (5, 2)


@pytest.mark.parametrize(
    ("bad", "wrong"),
    [
        (np.empty((0, 2)), r"the shape \(examples, 2\) and be one or more, got \(0, 2\)"),
        (np.zeros(4), r"the shape \(examples, 2\) and be one or more, got \(4,\)"),
        (np.zeros((4, 3)), r"the shape \(examples, 2\) and be one or more, got \(4, 3\)"),
        (np.full((3, 2), np.nan), "examples must be finite, got nan"),
        ([[1.0, -np.inf]], "examples must be finite, got -inf"),
    ],
)
def test_fit_refuses_examples_that_are_none_or_not_finite_or_of_another_shape(bad, wrong):
    with pytest.raises(ValueError, match=wrong):
        pair().fit(bad, 1)


@pytest.mark.parametrize("samples", [0, -1, 2.5])
def test_sample_refuses_a_number_below_1(samples):
    with pytest.raises(ValueError, match=f"samples must be a positive whole number, got {samples}"):
        pair().sample(samples)


def test_a_penalty_of_no_examples_is_refused():
    with pytest.raises(ValueError, match="real must hold at least one example, got 0"):
        gan.gradient_penalty(discriminator(), np.empty((0, 2)))


@pytest.mark.parametrize("kind", ["list", "float64", "int64", "strided"])
def test_examples_of_any_kind_train_the_same_networks(kind):
    x = np.random.default_rng(0).integers(-3, 4, (20, 2))
    given = {
        "list": x.tolist(),
        "float64": x.astype(float),
        "int64": x,
        "strided": np.repeat(x, 2, axis=0)[::2].astype(np.float32),
    }[kind]
    expected = pair().fit(x.astype(np.float32), 3, 4).sample(5)
    found = pair().fit(given, 3, 4).sample(5)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.float32


@pytest.mark.parametrize("numbers", [{"steps": 0}, {"steps": 1, "batch_size": 0}])
def test_fit_refuses_numbers_below_1(numbers):
    with pytest.raises(ValueError, match="must be a positive whole number, got 0"):
        pair().fit(np.zeros((4, 2)), **numbers)


def test_networks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="discriminator must take"):
        GAN(generator(features=3), discriminator())
    with pytest.raises(ValueError, match="the generator is not built yet"):
        GAN(nn.Sequential([nn.Dense(2)]), discriminator())
    with pytest.raises(ValueError, match="penalty must be at least 0, got -1"):
        pair(penalty=-1)


def test_densities_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="q must have the shape of p"):
        gan.optimal_discriminator([1.0], [1.0, 2.0])
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=f"p must be finite and at least 0, got {bad:g}"):
            gan.optimal_discriminator([0.5, bad], [1.0, 1.0])
    with pytest.raises(ValueError, match="x must increase, got steps down to -1"):
        gan.jensen_shannon([1.0, 1.0], [1.0, 1.0], [1.0, 0.0])
    for few in (1.0, [1.0], [[1.0, 2.0]]):
        with pytest.raises(ValueError, match="x must be two or more points of the shape"):
            gan.jensen_shannon(few, few, few)


def test_optimal_discriminator_is_undefined_where_both_densities_are_0():
    found = gan.optimal_discriminator([1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 0.0, 0.0])
    np.testing.assert_array_equal(found, [0.5, 0, np.nan, 1])
