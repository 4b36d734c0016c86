"""Class weights in the loss, against Keras's `class_weight` and scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from companion import nn
from companion.data_quality import balanced_class_weights


def made(seed: int, count: int):
    rng = np.random.default_rng(seed)
    y = (rng.random(count) < 0.2).astype(int)
    y[:2] = 0, 1
    return y, rng.standard_normal((count, 3)) + y[:, None]


def weighted(y, logits):
    """The mean of the weight of the true class times its cross-entropy, as page 3.2 computes it."""
    weights = balanced_class_weights(y)
    share = weights[1] / weights.sum()
    focal = nn.losses.binary_focal_loss
    return focal(y[:, None], logits, gamma=0, alpha=share) * float(weights.sum())


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras on torch
@pytest.mark.parametrize("seed", range(4))
def test_class_weights_are_those_of_keras(seed):
    keras = pytest.importorskip("keras")
    y, x = made(seed, 40)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
    logits = model.predict_on_batch(x).astype(float)
    weights = dict(enumerate(balanced_class_weights(y).tolist()))
    found = model.train_on_batch(x, y[:, None].astype(np.float32), class_weight=weights)
    assert weighted(y, logits).item() == pytest.approx(float(found), rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_scikit_learn_with_balanced_weights_ends_where_the_gradient_is_0(seed):
    y, x = made(seed, 200)
    peer = LogisticRegression(class_weight="balanced", C=0.7, tol=1e-10, max_iter=1000).fit(x, y)
    kernel = nn.Tensor(peer.coef_.T.copy(), requires_grad=True)
    bias = nn.Tensor(peer.intercept_.copy(), requires_grad=True)
    loss = weighted(y, nn.Tensor(x) @ kernel + bias) * (0.7 * len(y))
    for gradient in nn.gradients(loss + (kernel * kernel).sum() * 0.5, [kernel, bias]):
        np.testing.assert_allclose(gradient.value, 0, atol=1e-3)
