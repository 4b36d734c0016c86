"""The residual block against torchvision's BasicBlock, written here from PyTorch's layers."""

import numpy as np
import pytest

from companion.nn.layers.residual import ResidualBlock
from companion.nn.tensor import Tensor

torch = pytest.importorskip("torch")
functional = torch.nn.functional

# (batch, height, width, channels), filters, strides
CASES = [
    ((3, 5, 5, 2), 2, 1),
    ((2, 4, 6, 3), 3, 1),
    ((2, 5, 4, 2), 4, 1),
    ((2, 7, 5, 2), 4, 2),
    ((2, 6, 8, 2), 4, 2),
    ((2, 5, 6, 3), 3, 2),
    ((1, 3, 3, 1), 2, 1),
]


class BasicBlock(torch.nn.Module):
    """He et al. 2016; torchvision.models.resnet.BasicBlock, with Keras's settings of the norms."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        norm = {"eps": 1e-3, "momentum": 0.01}
        self.conv1 = torch.nn.Conv2d(channels, filters, 3, stride, bias=False)
        self.norm1 = torch.nn.BatchNorm2d(filters, **norm)
        self.conv2 = torch.nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.norm2 = torch.nn.BatchNorm2d(filters, **norm)
        self.shortcut = torch.nn.Sequential()
        if stride != 1 or channels != filters:
            self.shortcut = torch.nn.Sequential(
                torch.nn.Conv2d(channels, filters, 1, stride, bias=False),
                torch.nn.BatchNorm2d(filters, **norm),
            )
        self.stride = stride

    def border(self, length):
        """Of "same" padding: before and after; torchvision has 1 and 1 always."""
        return [0, 1] if self.stride == 2 and length % 2 == 0 else [1, 1]

    def forward(self, x):
        padded = functional.pad(x, [*self.border(x.shape[3]), *self.border(x.shape[2])])
        y = torch.relu(self.norm1(self.conv1(padded)))
        return torch.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


NAMES = {
    "kernel": "weight",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def torch_name(name):
    path, last = name.rsplit(".", 1)
    return f"{path}.{NAMES[last]}"


def to_torch(value):
    """Kernels (height, width, channels, filters) become (filters, channels, height, width)."""
    return torch.tensor(value.transpose(3, 2, 0, 1) if value.ndim == 4 else value)


def pair_of_blocks(shape, filters, strides, dtype):
    """Return our block, with weights that are nothing special, and torch's with the same ones."""
    ours = ResidualBlock(filters, strides).build(shape[1:], np.random.default_rng(0), dtype)
    rng = np.random.default_rng(1)
    for name, value in ours.weights().items():
        if not name.endswith("kernel"):
            value[:] = rng.uniform(0.5, 1.5, value.shape)
    theirs = BasicBlock(shape[3], filters, strides).to(to_torch(np.zeros(1, dtype)).dtype)
    state = {torch_name(name): to_torch(value) for name, value in ours.weights().items()}
    unmatched = theirs.load_state_dict(state, strict=False)
    assert not unmatched.unexpected_keys
    assert all(name.endswith("num_batches_tracked") for name in unmatched.missing_keys)
    return ours, theirs


@pytest.mark.parametrize(("shape", "filters", "strides"), CASES)
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 1e-3), (np.float64, 1e-9)])
@pytest.mark.parametrize("training", [True, False])
def test_residual_block_equals_torch(shape, filters, strides, dtype, rtol, training):
    ours, theirs = pair_of_blocks(shape, filters, strides, dtype)
    theirs.train(training)
    rng = np.random.default_rng(2)
    x = Tensor(rng.normal(size=shape).astype(dtype), requires_grad=True)
    mirror = torch.tensor(x.value, requires_grad=True)
    y = ours(x, training)
    expected = theirs(mirror.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    assert y.shape == tuple(expected.shape) == (shape[0], *ours.output_shape(shape[1:]))
    np.testing.assert_allclose(y.value, expected.detach(), rtol=rtol, atol=rtol)

    g = rng.normal(size=y.shape).astype(dtype)
    y.backward(g)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(x.grad, mirror.grad, rtol=rtol, atol=rtol)
    gradients = {name: parameter.grad for name, parameter in theirs.named_parameters()}
    assert len(gradients) == len(ours.parameters())
    for name, parameter in ours.parameters().items():
        np.testing.assert_allclose(
            to_torch(parameter.grad), gradients[torch_name(name)], rtol=rtol, atol=rtol
        )


def test_shortcut_has_weights_only_where_the_shape_changes():
    for filters, strides, layers in ((4, 1, 0), (8, 1, 2), (4, 2, 2), (4, (1, 2), 2)):
        block = ResidualBlock(filters, strides).build((6, 6, 4), np.random.default_rng(0))
        assert len(block.shortcut) == layers
        inner = 9 * 4 * filters + 9 * filters**2 + 4 * filters
        extra = 4 * filters + 2 * filters if layers else 0
        assert block.count_parameters() == inner + extra


def test_a_block_whose_last_norm_is_0_passes_positive_inputs_unchanged():
    block = ResidualBlock(3).build((5, 5, 3), np.random.default_rng(0))
    block.norm2.gamma.value[:] = 0
    x = np.random.default_rng(0).uniform(size=(2, 5, 5, 3)).astype(np.float32)
    np.testing.assert_array_equal(block(x, training=True).value, x)


def test_operations_are_those_of_the_convolutions():
    block = ResidualBlock(8, 2)
    main = 2 * 9 * 4 * 8 * (4 * 3) + 2 * 9 * 8 * 8 * (4 * 3)
    assert block.flops((7, 6, 4)) == main + 2 * 4 * 8 * (4 * 3)
    assert ResidualBlock(4).flops((7, 6, 4)) == 2 * (2 * 9 * 4 * 4 * 42)


def test_moving_statistics_of_both_norms_follow_the_batches():
    block = ResidualBlock(2).build((4, 4, 2), np.random.default_rng(0))
    block(np.random.default_rng(0).normal(size=(3, 4, 4, 2)), training=True)
    for norm in (block.norm1, block.norm2):
        assert (norm.moving_mean != 0).all()
        assert (norm.moving_variance != 1).all()


def test_residual_block_refuses_what_is_no_image():
    message = r"ResidualBlock expects .*\(batch, height, width, channels\), got \(batch, 784\)"
    with pytest.raises(ValueError, match=message):
        ResidualBlock(3).build((784,), np.random.default_rng(0))
