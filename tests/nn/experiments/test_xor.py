import numpy as np
import pytest

from companion.metrics import mean_interval
from companion.nn.experiments.xor import CORNERS, LABELS, solves_xor


def test_the_corners_are_no_half_planes_apart():
    design = np.column_stack([CORNERS, np.ones(4)])
    assert LABELS.tolist() == [a != b for a, b in CORNERS > 0]
    # The best straight answer is the same for all corners.
    assert np.allclose(design @ np.linalg.lstsq(design, LABELS, rcond=None)[0], 0.5)


def test_a_run_is_that_of_a_network_alone_in_torch():
    torch = pytest.importorskip("torch")
    from companion.nn.experiments.perceptrons import Perceptrons

    model = Perceptrons((2, 2, 1), 3, seed=5)
    x, y = torch.tensor(CORNERS), torch.tensor(LABELS)[:, None]
    solved = []
    for i in range(3):
        tensors = [
            torch.tensor(p.value[i].copy(), requires_grad=True)
            for pair in zip(model.kernels, model.biases, strict=True)
            for p in pair
        ]
        optimizer = torch.optim.SGD(tensors, 0.3)
        for _ in range(400):
            w, b, v, c = tensors
            logits = torch.tanh(x @ w + b) @ v + c
            optimizer.zero_grad()
            torch.nn.functional.binary_cross_entropy_with_logits(logits, y).backward()
            optimizer.step()
        solved.append(bool(((logits > 0) == (y > 0)).all()))
    assert solves_xor(4, networks=3, steps=400, seed=5).tolist() == solved


def test_E26_on_XOR_batches_of_one_are_no_better_than_all_four():
    alone, all_four = (solves_xor(size, networks=1500, steps=300) for size in (1, 4))
    assert 0.5 < alone.mean() < 0.75  # some starts are stuck either way
    assert 0.5 < all_four.mean() < 0.75
    assert mean_interval(alone.astype(float) - all_four).high < 0.01


def test_without_steps_nothing_is_learnt_and_a_seed_repeats_a_run():
    assert solves_xor(1, networks=50, steps=0).mean() < 0.1
    once, again = (solves_xor(1, networks=20, steps=200, seed=3) for _ in range(2))
    assert np.array_equal(once, again)


@pytest.mark.parametrize("batch_size", [0, 5])
def test_the_batch_must_fit_the_four_corners(batch_size):
    with pytest.raises(ValueError, match=f"batch_size must be from 1 to 4, got {batch_size}"):
        solves_xor(batch_size)
