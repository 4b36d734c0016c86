"""Networks in files."""

import dataclasses

import numpy as np
import pytest

from companion import nn


def small(**options):
    return nn.Sequential(
        [
            nn.Input((6, 6, 2)),
            nn.Conv2D(3, (3, 2), activation="relu", regularizer=nn.L1(0.01)),
            nn.BatchNormalization(),
            nn.MaxPooling2D(2),
            nn.Flatten(),
            nn.Dense(4, "tanh", regularizer=nn.L2(0.1)),
        ],
        **options,
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loaded_network_computes_the_same(tmp_path, dtype):
    rng = np.random.default_rng(0)
    model = small(seed=5, dtype=dtype)
    model.compile("adam", "mean_squared_error")
    x = rng.normal(size=(20, 6, 6, 2))
    model.fit(x, rng.normal(size=(20, 4)), epochs=2)
    nn.save(model, tmp_path / "model.npz")
    again = nn.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert again.predict(x).dtype == dtype
    assert float(again.penalty().item()) == float(model.penalty().item())
    assert str(again.summary()) == str(model.summary())


def test_a_failed_save_leaves_the_former_file(tmp_path):
    path = tmp_path / "model.npz"
    nn.save(small(), path)
    before = path.read_bytes()
    unsaveable = nn.Sequential([nn.Input((2,)), nn.Dense(1, activation=lambda x: x)])
    with pytest.raises(TypeError, match="only settings given by name or number"):
        nn.save(unsaveable, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.npz"]


def test_what_is_no_network_is_refused(tmp_path):
    with pytest.raises(ValueError, match="not built yet"):
        nn.save(nn.Sequential([nn.Dense(1)]), tmp_path / "x.npz")
    path, an_array = tmp_path / "other.npz", tmp_path / "array.npy"
    np.save(an_array, np.zeros(3))
    for write in (
        lambda: path.write_text("no"),
        path.touch,
        lambda: np.savez(path),
        lambda: np.savez(path, settings='{"model": []}'),
        lambda: np.savez(path, settings="[1]"),
        lambda: path.write_bytes(an_array.read_bytes()),
    ):
        path.unlink(missing_ok=True)
        write()
        with pytest.raises(ValueError, match="does not hold a network"):
            nn.load(path)


def test_a_network_is_a_file_like_any_other(tmp_path):
    (tmp_path / "other").touch()
    nn.save(small(), tmp_path / "model.npz")
    assert (tmp_path / "model.npz").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_settings_may_be_numbers_of_numpy(tmp_path):
    layers = [nn.Input((4, 4, 1)), nn.Conv2D(2, np.int64(3)), nn.Dropout(np.float32(0.25))]
    nn.save(nn.Sequential(layers), tmp_path / "model.npz")
    conv, dropout = nn.load(tmp_path / "model.npz").layers
    assert (conv.kernel_size, dropout.rate) == (3, 0.25)


@dataclasses.dataclass(eq=False)
class Double(nn.Layer):
    """Twice the input."""

    factor: float = 2.0

    def forward(self, x, training):
        return x * self.factor


def test_a_class_of_ones_own_is_given_when_loading(tmp_path):
    nn.save(nn.Sequential([nn.Input((3,)), Double(3.0)]), tmp_path / "own.npz")
    with pytest.raises(ValueError, match="unknown class Double"):
        nn.load(tmp_path / "own.npz")
    model = nn.load(tmp_path / "own.npz", custom=[Double])
    np.testing.assert_array_equal(model.predict(np.ones((1, 3))), [[3, 3, 3]])


def test_networks_nest(tmp_path):
    inner = nn.Sequential([nn.Dense(5, "relu"), nn.Dense(2)])
    model = nn.Sequential([nn.Input((3,)), inner, nn.Dense(1)])
    nn.save(model, tmp_path / "nested.npz")
    x = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_array_equal(nn.load(tmp_path / "nested.npz").predict(x), model.predict(x))
    assert "layers.0.layers.1.kernel" in model.parameters()
