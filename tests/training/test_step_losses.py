"""The means of a few batches, won back from Keras's running means."""

import keras
import numpy as np
import pytest

from companion.training import Recipe, StepLosses, train


def play(callback, losses):
    """Report an epoch's running means of batch losses, as Keras does."""
    callback.on_epoch_begin(0)
    for batch in range(len(losses)):
        callback.on_train_batch_end(batch, {"loss": np.mean(losses[: batch + 1])})
    callback.on_epoch_end(0)


@pytest.mark.parametrize("every", [1, 3, 7, 100])
def test_means_equal_those_of_the_batches(every):
    losses = np.random.default_rng(every).random((2, 20))
    recorded = StepLosses(every)
    for epoch in losses:
        play(recorded, epoch)
    expected = [
        epoch[start : start + every].mean() for epoch in losses for start in range(0, 20, every)
    ]
    np.testing.assert_allclose(recorded.losses, expected, rtol=1e-12)
    ends = [min(start + every, 20) for start in range(0, 20, every)]
    assert recorded.steps == [*ends, *(20 + end for end in ends)]


def test_several_batches_may_be_reported_at_once():
    losses = np.arange(16.0)
    recorded = StepLosses(every=5)
    recorded.on_epoch_begin(0)
    for last in (7, 15):  # eight steps a call
        recorded.on_train_batch_end(last, {"loss": losses[: last + 1].mean()})
    recorded.on_epoch_end(0)
    assert recorded.steps == [8, 16]
    np.testing.assert_allclose(recorded.losses, [losses[:8].mean(), losses[8:].mean()])


def tiny() -> keras.Sequential:
    layers = [keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    return keras.Sequential(layers)


def test_calls_of_several_steps_give_what_single_steps_give():
    images = np.random.default_rng(0).integers(0, 256, (37, 2, 2), np.uint8)
    data = images, (images[:, 0, 0] > 127).astype(np.uint8)
    single, several = StepLosses(every=4), StepLosses(every=4)
    for steps_per_call, recorded in ((1, single), (4, several)):  # 5 steps an epoch: 4 and 1
        recipe = Recipe(tiny, 2, 8, 0.01, steps_per_call=steps_per_call)
        train(recipe, (data, data), seed=0, callbacks=[recorded])
    assert several.steps == single.steps == [4, 5, 9, 10]
    np.testing.assert_allclose(several.losses, single.losses, rtol=1e-4)


def test_a_mean_of_no_batch_is_refused():
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        StepLosses(0)
