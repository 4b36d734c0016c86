import numpy as np
import pytest

from companion.nn.experiments.noise_floor import excess_loss


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    return x, x @ [1.0, -2.0, 0.5] + rng.normal(size=40)


def exact_floor(x, y, rate, batch_size):
    """Solve for the covariance C = E[M C Mᵀ] + η² E[h hᵀ] of w − w*, h the noise there.

    A step of one example is δ ← (I − 2 η a aᵀ) δ + 2 η e a with e the residual at the minimum; the
    cross terms with odd moments vanish, since the mean of δ is 0.
    """
    n, k = x.shape
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    mean = 2 * x.T @ x / n
    outer = 4 * np.einsum("ni,nj,nk,nl->ikjl", x, x, x, x).reshape(k * k, k * k) / n
    kron = np.kron(mean, mean)
    curvature = kron + (outer - kron) / batch_size  # E[H ⊗ H] of a batch
    eye = np.eye(k)
    once = np.kron(eye, mean) + np.kron(mean, eye)
    noise = 4 * (x * residual[:, None] ** 2).T @ x / n / batch_size
    system = rate * once - rate**2 * curvature
    covariance = np.linalg.solve(system, rate**2 * noise.reshape(-1)).reshape(k, k)
    return 0.5 * np.trace(mean @ covariance)


@pytest.mark.parametrize(("rate", "batch_size"), [(0.02, 1), (0.05, 4)])
def test_the_floor_is_that_of_the_stationary_covariance(problem, rate, batch_size):
    excess = excess_loss(*problem, rate, 1500, batch_size, runs=400)
    measured = excess[:, 500:].mean(axis=1)  # each run is independent of the others
    error = measured.std(ddof=1) / np.sqrt(len(measured))
    expected = exact_floor(*problem, rate, batch_size)
    assert measured.mean() == pytest.approx(expected, abs=5 * error)
    assert error < 0.03 * expected


def test_for_small_rates_the_floor_is_the_formula_of_the_docstring(problem):
    x, y = problem
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    squares = (4 * residual**2 * (x**2).sum(axis=1)).mean()
    for batch_size in (1, 10):
        formula = 1e-4 / (4 * batch_size) * squares
        assert exact_floor(x, y, 1e-4, batch_size) == pytest.approx(formula, rel=2e-3)


def test_E47_a_fixed_rate_leaves_a_noise_floor_and_decay_removes_it(problem):
    steps = 3000
    floors = {rate: excess_loss(*problem, rate, steps)[:, -1500:].mean() for rate in (0.04, 0.004)}
    assert 6 < floors[0.04] / floors[0.004] < 20  # a tenth of the rate, a tenth of the floor
    decayed = excess_loss(*problem, lambda t: 0.04 / (1 + t / 100), steps)[:, -100:].mean()
    assert decayed < floors[0.004] / 2
    # It did not converge too fast or too slowly before: both passed the same losses at first.
    early = excess_loss(*problem, 0.04, 20).mean(axis=0)[-1]
    assert early > 5 * floors[0.04]


def test_gradient_descent_on_one_example_has_no_floor():
    x, y = np.array([[2.0]]), np.array([3.0])
    assert excess_loss(x, y, 0.1, 200, runs=2)[:, -1].max() < 1e-12
    path = excess_loss(x, y, 0.1, 3, runs=1)[0]
    assert path == pytest.approx([9 * (1 - 0.8) ** (2 * t) for t in range(4)])


@pytest.mark.parametrize("name", ["batch_size", "runs"])
def test_counts_must_be_positive(problem, name):
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        excess_loss(*problem, 0.1, 5, **{name: 0})
