import warnings

import numpy as np
import pytest


@pytest.fixture(scope="session")
def librosa():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("librosa")


@pytest.fixture(scope="session")
def soundfile():
    return pytest.importorskip("soundfile")


@pytest.fixture(params=range(4))
def rng(request):
    return np.random.default_rng(request.param)


BAD_SIGNALS = {
    "empty": (np.zeros(0), r"signal .* not be empty, got \(0,\)"),
    "of integers": (np.arange(9), "signal must hold floating-point samples.*got dtype int"),
    "of two channels": (np.zeros((9, 2)), r"signal must have shape \(samples,\).*got \(9, 2\)"),
    "with NaN": (np.array([0.0, 1, np.nan]), "signal must be finite, got nan at sample 2"),
    "infinite": (np.array([0.0, -np.inf]), "signal must be finite, got -inf at sample 1"),
}


@pytest.fixture(params=BAD_SIGNALS)
def bad_signal(request):
    return BAD_SIGNALS[request.param]
