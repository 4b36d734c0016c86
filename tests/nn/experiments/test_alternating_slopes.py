import math

import numpy as np
import pytest

from companion.nn import SGD, AdaGrad, Adam
from companion.nn.experiments.alternating_slopes import alternating_slopes

SHORT = {"beta_1": 0.0, "beta_2": 1 / (1 + 3**2)}  # theorem 1: the large gradient is soon forgotten


def rate(step):
    return 0.1 / math.sqrt(step + 1)


def test_E24_adam_goes_to_the_worst_point_where_amsgrad_adagrad_and_sgd_go_to_the_best():
    assert alternating_slopes(Adam(rate, **SHORT), 3000)[-3:].min() > 0.99
    for optimizer in (Adam(rate, **SHORT, amsgrad=True), AdaGrad(0.1), SGD(rate)):
        assert alternating_slopes(optimizer, 3000)[-3:].max() < -0.99


def test_E24_common_settings_fail_where_the_large_gradient_is_rare_enough():
    def larger(step):
        return 5 * rate(step)

    rare = {"up": 1010.0, "down": 10.0, "period": 101}
    assert alternating_slopes(Adam(larger, 0.9, 0.99), 15_000, **rare)[-101:].mean() > 0.9
    amsgrad = Adam(larger, 0.9, 0.99, amsgrad=True)
    assert alternating_slopes(amsgrad, 15_000, **rare)[-101:].mean() < -0.8


def test_the_gradients_come_in_turn_and_the_path_stays_in_its_interval():
    path = alternating_slopes(SGD(0.1), 7, up=2.5, down=1.0, period=3)
    assert np.allclose(path, [0, -0.25, -0.15, -0.05, -0.3, -0.2, -0.1, -0.35])
    assert alternating_slopes(SGD(9.0), 3).tolist() == [0, -1, 1, 1]
    assert alternating_slopes(SGD(), 0).tolist() == [0]


def test_slopes_for_which_the_left_end_is_not_best_are_refused():
    with pytest.raises(ValueError, match=r"up must be above \(period - 1\) · down = 2.0, got 2.0"):
        alternating_slopes(SGD(), 5, up=2.0)
    with pytest.raises(ValueError, match="steps must be at least 0, got -1"):
        alternating_slopes(SGD(), -1)
