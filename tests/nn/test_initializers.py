import numpy as np
import pytest

from companion.nn import Tensor, no_grad
from companion.nn.initializers import (
    NAMED,
    fans,
    he_normal,
    he_uniform,
    normal,
    ones,
    orthogonal,
    xavier_normal,
    xavier_uniform,
    zeros,
)
from companion.nn.layers import Dense

torch = pytest.importorskip("torch")

DENSE, CONVOLUTION = (300, 200), (3, 5, 40, 60)
VARIANCES = {  # of the fan-in and the fan-out
    "xavier_uniform": lambda i, o: 2 / (i + o),
    "xavier_normal": lambda i, o: 2 / (i + o),
    "he_uniform": lambda i, o: 2 / i,
    "he_normal": lambda i, o: 2 / i,
    "normal": lambda i, o: 0.05**2,
}
TORCH = {
    "xavier_uniform": lambda w: torch.nn.init.xavier_uniform_(w),
    "xavier_normal": lambda w: torch.nn.init.xavier_normal_(w),
    "he_uniform": lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="relu"),
    "he_normal": lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu"),
    "normal": lambda w: torch.nn.init.normal_(w, std=0.05),
}


def in_the_order_of_torch(shape):
    """Axes of a kernel as torch has them: filters or units first, then inputs, then the window."""
    return (shape[-1], shape[-2], *shape[:-2])


@pytest.mark.parametrize("shape", [DENSE, CONVOLUTION])
@pytest.mark.parametrize("name", VARIANCES)
def test_mean_and_variance_are_those_of_theory_and_of_torch(name, shape):
    w = NAMED[name](shape, np.random.default_rng(0))
    torch.manual_seed(0)
    theirs = TORCH[name](torch.empty(in_the_order_of_torch(shape)))
    variance = VARIANCES[name](*fans(shape))
    assert w.shape == shape
    # Standard errors with n numbers: σ / √n of the mean, at most σ² √(2 / n) of the variance.
    assert abs(w.mean()) < 4 * np.sqrt(variance / w.size)
    assert w.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / w.size))
    assert w.std() == pytest.approx(theirs.std().item(), rel=6 / np.sqrt(w.size))
    assert np.abs(w).max() == pytest.approx(theirs.abs().max().item(), rel=0.25)


@pytest.mark.parametrize("name", ["xavier_uniform", "he_uniform"])
def test_uniform_values_fill_their_interval_and_stay_inside(name):
    w = NAMED[name](DENSE, np.random.default_rng(0))
    bound = np.sqrt(3 * VARIANCES[name](*DENSE))
    assert 0.999 * bound < np.abs(w).max() <= bound


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (3, 3, 2, 8), (5, 1, 4, 3)])
def test_fans_equal_torch(shape):
    theirs = torch.empty(in_the_order_of_torch(shape))
    assert fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(theirs)


@pytest.mark.parametrize("shape", [(), (3,), (0, 4), (3, 3, 2, 0)])
def test_fans_of_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="at least two axes, none of length 0, got"):
        fans(shape)


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (3, 3, 2, 5), (1, 1, 2, 7), (1, 1)])
def test_orthogonal_columns_or_rows_are_orthonormal(shape):
    w = orthogonal(shape, np.random.default_rng(0))
    assert w.shape == shape
    matrix = w.reshape(-1, shape[-1])
    if matrix.shape[0] < matrix.shape[1]:
        matrix = matrix.T
    assert np.allclose(matrix.T @ matrix, np.eye(matrix.shape[1]), atol=1e-14)


def test_orthogonal_matrices_are_uniform():
    # Each number of a uniform orthogonal n × n matrix has mean 0 and variance 1 / n; without the
    # correction of signs the diagonal would have one sign.
    rng = np.random.default_rng(0)
    draws = np.array([orthogonal((3, 3), rng) for _ in range(4000)])
    assert np.allclose(draws.mean(axis=0), 0, atol=0.04)
    assert np.allclose(draws.var(axis=0), 1 / 3, atol=0.03)


@pytest.mark.parametrize("name", NAMED)
def test_the_same_generator_state_gives_the_same_values(name):
    a, b = (NAMED[name]((4, 3), np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(a, b)
    if name not in ("zeros", "ones"):
        assert not np.array_equal(a, NAMED[name]((4, 3), np.random.default_rng(6)))


def test_zeros_ones_and_normal_take_any_shape():
    rng = np.random.default_rng(0)
    for shape in [(), (0,), (3,), (2, 1, 3)]:
        assert np.array_equal(zeros(shape, rng), np.zeros(shape))
        assert np.array_equal(ones(shape, rng), np.ones(shape))
        assert np.shape(normal(0.1)(shape, rng)) == shape


@pytest.mark.parametrize("std", [-1.0, float("nan")])
def test_a_standard_deviation_below_0_is_refused(std):
    with pytest.raises(ValueError, match=f"std must be at least 0, got {std}"):
        normal(std)


def size_after_20_layers(initializer, seed):
    """Root mean square of the activations of 20 dense ReLU layers of width 128."""
    rng = np.random.default_rng(seed)
    x = Tensor(rng.normal(size=(64, 128)))
    with no_grad():
        for _ in range(20):
            layer = Dense(128, "relu", initializer=initializer).build((128,), rng, np.float64)
            x = layer(x)
    return np.sqrt(np.mean(x.value**2))


@pytest.mark.parametrize(
    ("initializer", "expected"),
    [
        (normal(0.01), (0.01**2 * 128 / 2) ** 10),  # 1e-22
        (normal(1.0), (128 / 2) ** 10),  # 1e18
        (xavier_normal, (1 / 2) ** 10),  # 1e-3
        (xavier_uniform, (1 / 2) ** 10),
        (he_normal, 1.0),
        (he_uniform, 1.0),
    ],
)
def test_E37_only_he_keeps_the_size_of_activations_through_20_relu_layers(initializer, expected):
    # ReLU halves the mean square, so that each layer multiplies it by width · variance / 2
    # (He et al. 2015, section 2.2). One draw differs by a factor of 2 or so.
    sizes = [size_after_20_layers(initializer, seed) for seed in range(6)]
    assert np.exp(np.mean(np.log(sizes))) == pytest.approx(expected, rel=0.5)
    assert np.log10(sizes) == pytest.approx(np.log10(expected), abs=0.6)


def hidden_gradient(initializer):
    rng = np.random.default_rng(0)
    hidden = Dense(5, "tanh", initializer=initializer).build((3,), rng, np.float64)
    out = Dense(1, initializer="ones").build((5,), rng, np.float64)
    assert not hidden.bias.value.any()
    error = out(hidden(Tensor(rng.normal(size=(10, 3))))) - 1.0
    (error * error).mean().backward()
    return hidden.kernel.grad


def test_E76_biases_begin_at_0_because_random_kernels_break_the_symmetry():
    same = hidden_gradient("ones")
    assert np.allclose(same, same[:, :1])  # all units learn the same
    different = hidden_gradient("xavier_uniform")
    assert np.linalg.matrix_rank(different) == 3
    assert np.std(different, axis=1).min() > 1e-3
