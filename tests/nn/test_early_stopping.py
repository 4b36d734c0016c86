"""When training ends, and which weights remain."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from companion import nn


def wrong_labels(seed):
    """Two halves of examples of a linear rule, of which one label in five is wrong."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((400, 10)).astype(np.float32)
    y = (x @ rng.standard_normal(10) > 0).astype(int)
    y = np.where(rng.random(400) < 0.2, 1 - y, y)
    return (x[:200], y[:200]), (x[200:], y[200:])


def fit(seed, *callbacks):
    train, validation = wrong_labels(seed)
    layers = [nn.Input((10,)), nn.Dense(64, "relu"), nn.Dense(2)]
    model = nn.Sequential(layers, seed=seed)
    model.compile(nn.Adam(0.01), "cross_entropy")
    model.fit(*train, epochs=60, validation_data=validation, callbacks=callbacks)
    return model, validation


@pytest.mark.parametrize("seed", range(3))
def test_E77_the_training_loss_goes_on_falling_while_the_validation_loss_rises(seed):
    model, _ = fit(seed)
    training, validation = (np.array(model.history[name]) for name in ("loss", "val_loss"))
    best = validation.argmin()
    assert best < 20
    assert validation[-1] > 1.5 * validation[best]
    assert training[-1] < training[best] / 2


@pytest.mark.parametrize("seed", range(3))
def test_E77_only_the_validation_loss_ends_training_in_time(seed):
    late, validation = fit(seed, nn.EarlyStopping("loss", patience=3, min_delta=0.01))
    early, _ = fit(seed, nn.EarlyStopping("val_loss", patience=3))
    assert len(early.history["loss"]) < len(late.history["loss"])
    assert early.evaluate(*validation)["loss"] == pytest.approx(min(early.history["val_loss"]))
    assert early.evaluate(*validation)["loss"] < late.evaluate(*validation)["loss"]


@pytest.mark.parametrize("patience", [1, 3, 6])
@pytest.mark.parametrize("seed", range(3))
def test_training_ends_at_the_epoch_at_which_scikit_learn_ends_it(patience, seed):
    x, y = load_digits(return_X_y=True)
    tolerance = 1e-9  # at 0 scikit-learn takes an equal score for an improvement
    peer = MLPClassifier(
        hidden_layer_sizes=8,
        early_stopping=True,
        n_iter_no_change=patience,
        tol=tolerance,
        learning_rate_init=0.01,
        max_iter=300,
        random_state=seed,
    ).fit(x[:300] / 16, y[:300])
    ours = nn.EarlyStopping("val_accuracy", patience + 1, tolerance, restore_best=False)
    scores = peer.validation_scores_
    wishes = [ours(None, n, {"val_accuracy": score}) for n, score in enumerate(scores)]
    assert peer.n_iter_ == len(scores) < 300
    assert wishes == [False] * (len(scores) - 1) + [True]
    assert scores[ours.best_epoch] == peer.best_validation_score_


def test_a_second_training_that_never_improves_keeps_its_own_weights():
    former, model = (nn.Sequential([nn.Input((2,)), nn.Dense(1)], seed=seed) for seed in (1, 2))
    own = model.weights()["layers.0.kernel"].copy()
    stopping = nn.EarlyStopping(patience=2)
    stopping(former, 0, {"val_loss": 1.0})
    stopping(model, 0, {"val_loss": float("nan")})
    stopping.restore(model)
    np.testing.assert_array_equal(model.weights()["layers.0.kernel"], own)
