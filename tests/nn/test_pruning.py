"""Pruning: which weights go, against PyTorch; and networks without some of their units."""

import numpy as np
import pytest

from companion import nn
from companion.nn import pruning


@pytest.mark.parametrize("seed", range(10))
def test_the_same_weights_go_as_in_pytorch(seed):
    torch = pytest.importorskip("torch")
    from torch.nn.utils import prune

    rng = np.random.default_rng(seed)
    shape, share = tuple(rng.integers(1, 12, 2)), float(rng.random())
    layer = torch.nn.Linear(*shape[::-1])
    expected = prune.l1_unstructured(layer, "weight", share).weight_mask.numpy()
    mask = pruning.magnitude_mask(layer.weight_orig.detach().numpy(), share)
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize("seed", range(5))
def test_the_same_weights_of_a_whole_network_go_as_in_pytorch(seed):
    torch = pytest.importorskip("torch")
    from torch.nn.utils import prune

    rng = np.random.default_rng(seed)
    model = nn.Sequential([nn.Input((5,)), nn.Dense(7, "relu"), nn.Dense(3)], seed)
    layers = []
    for name in ("layers.0.kernel", "layers.1.kernel"):
        layer = torch.nn.Linear(*model.weights()[name].shape)
        layer.weight.data = torch.tensor(model.weights()[name].T.copy())
        layers.append(layer)
    share = float(rng.random())
    prune.global_unstructured(
        [(layer, "weight") for layer in layers], prune.L1Unstructured, amount=share
    )
    for layer, mask in zip(layers, pruning.prune_weights(model, share).values(), strict=True):
        np.testing.assert_array_equal(mask, layer.weight_mask.numpy().T > 0)


@pytest.mark.parametrize("seed", range(10))
def test_the_same_filters_are_the_smallest_as_in_pytorch(seed):
    torch = pytest.importorskip("torch")
    from torch.nn.utils import prune

    rng = np.random.default_rng(seed)
    ours = nn.Conv2D(7, 3).build((8, 8, 2), rng)
    theirs = torch.nn.Conv2d(2, 7, 3)
    theirs.weight.data = torch.tensor(ours.kernel.value.transpose(3, 2, 0, 1).copy())
    amount = int(rng.integers(1, 7))
    mask = prune.ln_structured(theirs, "weight", amount, n=1, dim=0).weight_mask
    gone = np.flatnonzero(mask.numpy().sum(axis=(1, 2, 3)) == 0)
    assert sorted(np.argsort(pruning.unit_norms(ours))[:amount]) == sorted(gone)


def convolutional(seed):
    model = nn.Sequential(
        [
            nn.Input((9, 8, 2)),
            nn.Conv2D(5, 3),
            nn.BatchNormalization(),
            nn.Activation("relu"),
            nn.MaxPooling2D(),
            nn.Conv2D(6, 2, activation="relu"),
            nn.Dropout(0.5),
            nn.Flatten(),
            nn.Dense(7, "tanh"),
            nn.Dense(3),
        ],
        seed,
        "float64",
    )
    rng = np.random.default_rng(seed)
    model.set_weights({n: rng.uniform(0.2, 1.2, w.shape) for n, w in model.weights().items()})
    return model


@pytest.mark.parametrize("place", [0, 4, 7])
@pytest.mark.parametrize("seed", range(5))
def test_a_network_without_units_is_one_that_does_not_listen_to_them(place, seed):
    rng = np.random.default_rng(seed)
    model, x = convolutional(seed), rng.normal(size=(4, 9, 8, 2))
    units = model.layers[place].kernel.shape[-1]
    keep = rng.permutation(units)[: rng.integers(1, units)]
    smaller = pruning.keep_units(model, place, keep)
    listener = {0: 4, 4: 7, 7: 8}[place]
    kernel = model.layers[listener].kernel.value
    deaf = np.setdiff1d(np.arange(units), keep)
    channels = np.arange(kernel.shape[-2]) % units
    kernel[..., np.isin(channels, deaf), :] = 0
    np.testing.assert_allclose(smaller.predict(x), model.predict(x))
    assert smaller.layers[place].kernel.shape[-1] == len(keep)
    assert smaller.count_parameters() < model.count_parameters()


def test_all_units_kept_are_the_same_network_with_weights_of_its_own():
    model = convolutional(0)
    same = pruning.keep_units(model, 0, range(5))
    x = np.random.default_rng(0).normal(size=(2, 9, 8, 2))
    np.testing.assert_array_equal(same.predict(x), model.predict(x))
    same.layers[0].kernel.value[...] = 0
    assert (model.layers[0].kernel.value != 0).all()


@pytest.mark.parametrize("share", [0, 0.25, 0.9, 1])
def test_the_smallest_weights_of_the_whole_network_become_zero(share):
    model = convolutional(1)
    before = {name: value.copy() for name, value in model.weights().items()}
    masks = pruning.prune_weights(model, share)
    kernels = np.concatenate([before[name].ravel() for name in masks])
    gone = np.concatenate([~mask.ravel() for mask in masks.values()])
    assert gone.sum() == round(share * kernels.size)
    if 0 < share < 1:
        assert kernels[gone].max() <= kernels[~gone].min()
    for name, value in model.weights().items():
        expected = before[name] * masks[name] if name in masks else before[name]
        np.testing.assert_array_equal(value, expected)


def test_masks_hold_weights_at_zero_after_further_training():
    model = nn.Sequential([nn.Input((4,)), nn.Dense(8, "relu"), nn.Dense(2)])
    model.compile("adam")
    masks = pruning.prune_weights(model, 0.5)
    rng = np.random.default_rng(0)
    model.fit(rng.normal(size=(20, 4)), rng.integers(0, 2, 20), epochs=1)
    assert (model.layers[0].kernel.value[~masks["layers.0.kernel"]] != 0).any()
    pruning.apply_masks(model, masks)
    assert (model.layers[0].kernel.value[~masks["layers.0.kernel"]] == 0).all()


def test_bad_input_is_named():
    model = convolutional(0)
    for call, message in (
        (lambda: pruning.magnitude_mask([1.0], 1.1), "share must be from 0 to 1, got 1.1"),
        (lambda: pruning.keep_units(model, 9, [0]), "place must be of one of the 9 layers, got 9"),
        (lambda: pruning.keep_units(model, 1, [0]), "Dense or Conv2D layer, got Batch"),
        (lambda: pruning.keep_units(model, 8, [0]), "with another one behind it, got 8"),
        (lambda: pruning.keep_units(model, 0, []), "keep must hold the numbers of units"),
        (lambda: pruning.keep_units(model, 0, [0, 5]), "different numbers from 0 to 4"),
        (lambda: pruning.keep_units(model, 0, [1, 1]), "different numbers from 0 to 4"),
        (
            lambda: pruning.apply_masks(model, {"layers.0.kernel": np.ones(3, bool)}),
            "masks must fit the weights of the model, got layers.0.kernel",
        ),
        (
            lambda: pruning.apply_masks(
                model, {"layers.0.kernel": np.ones(model.layers[0].kernel.shape, int)}
            ),
            "masks must hold truth values, got layers.0.kernel int64",
        ),
        (
            lambda: pruning.prune_weights(nn.Sequential([nn.Input((2,)), nn.Flatten()]), 0.5),
            "model must have a kernel, got none",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_layers_that_mix_units_are_refused():
    model = nn.Sequential(
        [nn.Input((4,)), nn.Dense(6), nn.LayerNormalization(), nn.Dense(2)], dtype="float64"
    )
    with pytest.raises(ValueError, match="must leave each unit to itself, got LayerNormalization"):
        pruning.keep_units(model, 0, [0, 1])


def test_units_that_share_a_softmax_are_not_taken_out():
    within = nn.Sequential([nn.Input((4,)), nn.Dense(6, "softmax"), nn.Dense(2)])
    with pytest.raises(ValueError, match="place must be of units that do not mix, got softmax"):
        pruning.keep_units(within, 0, [0, 1])
    behind = nn.Sequential(
        [nn.Input((4,)), nn.Dense(6), nn.Activation(nn.activations.log_softmax), nn.Dense(2)]
    )
    with pytest.raises(ValueError, match="must leave each unit to itself, got Activation"):
        pruning.keep_units(behind, 0, [0, 1])
