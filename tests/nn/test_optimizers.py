import numpy as np
import pytest

from companion.nn import Tensor
from companion.nn.optimizers import (
    NAMED,
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Optimizer,
    RMSProp,
    clip_gradients,
)
from companion.nn.optimizers import optimizer as driver
from companion.nn.schedules import CosineDecay, StepDecay

torch = pytest.importorskip("torch")

SHAPES = [(7, 5), (), (1,), (3, 3, 2, 5), (0, 4), (11,)]
PAIRS = {
    "sgd": (SGD(0.02), torch.optim.SGD, {"lr": 0.02}),
    "momentum": (SGD(0.02, 0.9), torch.optim.SGD, {"lr": 0.02, "momentum": 0.9}),
    "nesterov": (
        SGD(0.02, 0.9, nesterov=True),
        torch.optim.SGD,
        {"lr": 0.02, "momentum": 0.9, "nesterov": True},
    ),
    "sgd decay": (SGD(0.02, weight_decay=0.1), torch.optim.SGD, {"lr": 0.02, "weight_decay": 0.1}),
    "nesterov decay": (
        SGD(0.02, 0.5, nesterov=True, weight_decay=0.1),
        torch.optim.SGD,
        {"lr": 0.02, "momentum": 0.5, "nesterov": True, "weight_decay": 0.1},
    ),
    "adagrad": (AdaGrad(0.05), torch.optim.Adagrad, {"lr": 0.05}),
    "adagrad epsilon": (AdaGrad(0.05, 0.1), torch.optim.Adagrad, {"lr": 0.05, "eps": 0.1}),
    "rmsprop": (RMSProp(), torch.optim.RMSprop, {"lr": 0.001, "alpha": 0.9}),
    "rmsprop momentum": (
        RMSProp(0.01, 0.99, 0.8, 1e-6),
        torch.optim.RMSprop,
        {"lr": 0.01, "alpha": 0.99, "momentum": 0.8, "eps": 1e-6},
    ),
    "adam": (Adam(), torch.optim.Adam, {}),
    "adam settings": (
        Adam(0.02, 0.7, 0.95, 1e-3),
        torch.optim.Adam,
        {"lr": 0.02, "betas": (0.7, 0.95), "eps": 1e-3},
    ),
    "adam decay": (Adam(weight_decay=0.1), torch.optim.Adam, {"weight_decay": 0.1}),
    "amsgrad": (Adam(0.01, amsgrad=True), torch.optim.Adam, {"lr": 0.01, "amsgrad": True}),
    "amsgrad decay": (
        Adam(weight_decay=0.1, amsgrad=True),
        torch.optim.Adam,
        {"weight_decay": 0.1, "amsgrad": True},
    ),
    "adamw": (AdamW(), torch.optim.AdamW, {}),
    "adamw settings": (
        AdamW(0.02, weight_decay=0.3, amsgrad=True),
        torch.optim.AdamW,
        {"lr": 0.02, "weight_decay": 0.3, "amsgrad": True},
    ),
}
ALL = [optimizer for optimizer, _, _ in PAIRS.values()]


def parameters_of(shapes, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return [Tensor(np.asarray(rng.normal(size=s), dtype), requires_grad=True) for s in shapes]


def give_gradients(parameters, rng, size=1.0):
    for p in parameters:
        p.grad = np.asarray(size * rng.normal(size=p.shape), p.dtype)


def twins_of(parameters):
    return [torch.nn.Parameter(torch.tensor(p.value)) for p in parameters]


def largest_difference(ours, theirs):
    return max(
        np.abs(p.value - q.detach().numpy()).max(initial=0.0)
        for p, q in zip(ours, theirs, strict=True)
    )


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
@pytest.mark.parametrize("name", PAIRS)
def test_optimizer_equals_torch_step_by_step(name, dtype, tolerance, monkeypatch):
    monkeypatch.setattr(driver, "PIECE", 16)  # some parameters are one piece, some are many
    optimizer, twin, settings = PAIRS[name]
    optimizer.reset()
    rng = np.random.default_rng(3)
    ours = parameters_of(SHAPES, dtype)
    theirs = twins_of(ours)
    reference = twin(theirs, **settings)
    for step in range(200):
        give_gradients(ours, rng, size=10.0 ** rng.integers(-3, 2))
        for i, (p, q) in enumerate(zip(ours, theirs, strict=True)):
            if (step + i) % 7 == 0:
                p.grad = None  # torch too counts the updates of each parameter on its own
            q.grad = None if p.grad is None else torch.tensor(p.grad)
        optimizer.step(ours)
        reference.step()
        assert largest_difference(ours, theirs) < tolerance
    assert all(p.dtype == dtype for p in ours)
    state = optimizer.state()
    kept = [v for k, v in state.items() if k.split(".")[-1] not in ("steps", "t", "shape")]
    assert all(value.dtype == dtype for value in kept)


@pytest.mark.parametrize("name", PAIRS)
def test_pieces_do_not_change_the_result(name, monkeypatch):
    optimizer, _, _ = PAIRS[name]
    results = []
    for piece in (1, 8, 10**6):
        monkeypatch.setattr(driver, "PIECE", piece)
        optimizer.reset()
        parameters, rng = parameters_of([(5, 4), (3,)], np.float32), np.random.default_rng(0)
        for _ in range(5):
            give_gradients(parameters, rng)
            optimizer.step(parameters)
        results.append([p.value for p in parameters])
    for other in results[1:]:
        # Not to the last bit: a compiler may round vectors and single numbers differently.
        for a, b in zip(results[0], other, strict=True):
            assert np.allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (lambda rate: SGD(rate, 0.9), (torch.optim.SGD, {"momentum": 0.9})),
        (Adam, (torch.optim.Adam, {})),
        (AdamW, (torch.optim.AdamW, {})),
    ],
)
def test_a_schedule_acts_as_torch_schedulers_do(make, settings):
    twin, options = settings
    optimizer = make(CosineDecay(0.05, 40, 0.001))
    ours, rng = parameters_of(SHAPES), np.random.default_rng(1)
    theirs = twins_of(ours)
    reference = twin(theirs, lr=0.05, **options)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(reference, 40, 0.001)
    for _ in range(40):
        give_gradients(ours, rng)
        for p, q in zip(ours, theirs, strict=True):
            q.grad = torch.tensor(p.grad)
        optimizer.step(ours)
        reference.step()
        scheduler.step()
        assert largest_difference(ours, theirs) < 1e-12


def test_a_schedule_is_asked_for_steps_from_0():
    asked = []
    optimizer = SGD(lambda step: asked.append(step) or np.float64(0.1))
    (p,) = parameters_of([(3,)], np.float32)
    for _ in range(3):
        p.grad = np.ones(3, np.float32)
        optimizer.step([p])
    assert asked == [0, 1, 2]
    assert optimizer.steps == 3
    assert type(optimizer.rate()) is float  # a NumPy number would make float32 pieces float64


@pytest.mark.parametrize("name", PAIRS)
def test_saved_state_resumes_exactly(name):
    optimizer, _, _ = PAIRS[name]

    def train(parameters, seed, state=None):
        optimizer.reset()
        if state is not None:
            optimizer.set_state(state)
        rng = np.random.default_rng(seed)
        for _ in range(5):
            give_gradients(parameters, rng)
            optimizer.step(parameters)

    whole = parameters_of(SHAPES)
    train(whole, 1)
    half, state = [Tensor(p.value.copy(), requires_grad=True) for p in whole], optimizer.state()
    assert all(isinstance(value, np.ndarray) for value in state.values())
    kept = {key: value.copy() for key, value in state.items()}
    train(whole, 2, state)
    assert all(np.array_equal(state[key], kept[key]) for key in kept)  # a copy both ways
    assert optimizer.steps == 10
    train(half, 2, state)
    assert all(np.array_equal(a.value, b.value) for a, b in zip(whole, half, strict=True))


def test_a_saved_state_does_not_change_with_further_steps():
    optimizer, parameters, rng = Adam(), parameters_of([(3,)]), np.random.default_rng(0)
    give_gradients(parameters, rng)
    optimizer.step(parameters)
    saved = optimizer.state()
    kept = {key: value.copy() for key, value in saved.items()}
    optimizer.step(parameters)
    assert all(np.array_equal(saved[key], kept[key]) for key in kept)
    assert not np.array_equal(optimizer.state()["0.m"], kept["0.m"])


def test_reset_forgets_everything():
    optimizer = Adam(StepDecay(0.1, 1, 0.5))
    parameters = parameters_of([(3,)])
    give_gradients(parameters, np.random.default_rng(0))
    before = parameters[0].value.copy()
    optimizer.step(parameters)
    first = parameters[0].value - before
    optimizer.reset()
    assert optimizer.state().keys() == {"steps"}
    parameters[0].value[...] = before
    optimizer.step(parameters)
    assert np.array_equal(parameters[0].value - before, first)


@pytest.mark.parametrize("optimizer", [SGD(0.1), Adam(0.1)])
def test_values_change_in_place_whatever_their_order_in_memory(optimizer):
    optimizer.reset()
    plain = np.arange(12.0).reshape(3, 4)
    arrays = [plain.copy(), np.asfortranarray(plain), np.zeros((3, 8))[:, ::2]]
    arrays[2][...] = plain
    parameters = [Tensor(array, requires_grad=True) for array in arrays]
    for p in parameters:
        p.grad = np.sin(plain)
    optimizer.step(parameters)
    assert not np.allclose(arrays[0], plain)
    assert np.array_equal(arrays[0], arrays[1])
    assert np.array_equal(arrays[0], arrays[2])


@pytest.mark.parametrize("optimizer", ALL, ids=PAIRS)
@pytest.mark.parametrize("size", [0.0, 1e-30, 1e4])
def test_extreme_gradients_give_finite_parameters(optimizer, size):
    optimizer.reset()
    p = Tensor(np.ones(4, np.float32), requires_grad=True)
    for _ in range(3):
        p.grad = np.full(4, size, np.float32)
        optimizer.step([p])
    assert np.isfinite(p.value).all()


def test_a_gradient_that_is_not_a_number_makes_its_parameter_one_as_in_torch():
    for optimizer in (SGD(0.1, 0.9), Adam(0.1), AdaGrad(), RMSProp()):
        p = Tensor(np.zeros(2), requires_grad=True)
        p.grad = np.array([np.nan, 1.0])
        optimizer.step([p])
        assert np.isnan(p.value[0])
        assert p.value[1] < 0


def test_gradients_are_left_as_they_are():
    for optimizer in ALL:
        optimizer.reset()
        (p,) = parameters_of([(5,)])
        p.grad = np.arange(5.0)
        optimizer.step([p])
        assert np.array_equal(p.grad, np.arange(5.0))


def test_no_parameters_are_no_error():
    optimizer = Adam()
    optimizer.step([])
    assert optimizer.steps == 1


@pytest.mark.parametrize("name", NAMED)
def test_named_optimizers_reduce_a_loss_with_their_defaults(name):
    optimizer = NAMED[name]()
    w = Tensor(np.ones(3, np.float32), requires_grad=True)
    losses = []
    for _ in range(30):
        w.grad = None
        loss = (w * w).sum()
        loss.backward()
        losses.append(loss.item())
        optimizer.step([w])
    assert losses == sorted(losses, reverse=True)
    assert isinstance(optimizer, Optimizer)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(-0.1), "learning_rate must be at least 0, got -0.1"),
        (lambda: Adam(float("nan")), "learning_rate must be at least 0, got nan"),
        (lambda: SGD(momentum=1.0), r"momentum must be in \[0, 1\), got 1.0"),
        (lambda: SGD(nesterov=True), "nesterov needs a momentum above 0, got 0.0"),
        (lambda: SGD(weight_decay=-1), "weight_decay must be at least 0, got -1"),
        (lambda: AdaGrad(epsilon=-1), "epsilon must be at least 0, got -1"),
        (lambda: RMSProp(rho=1), r"rho must be in \[0, 1\), got 1"),
        (lambda: RMSProp(momentum=-0.5), r"momentum must be in \[0, 1\), got -0.5"),
        (lambda: Adam(beta_1=1.0), r"beta_1 must be in \[0, 1\), got 1.0"),
        (lambda: AdamW(beta_2=-0.1), r"beta_2 must be in \[0, 1\), got -0.1"),
        (lambda: AdamW(epsilon=-1e-8), "epsilon must be at least 0"),
        (lambda: AdamW(weight_decay=-1), "weight_decay must be at least 0"),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("optimizer", [SGD(), Adam()])
@pytest.mark.parametrize("shapes", [[(2, 3)], [(2, 3), (4,), (1,)], [(2, 3), (5,)], [(4,), (2, 3)]])
def test_parameters_must_stay_the_same(optimizer, shapes):
    optimizer.reset()
    first = parameters_of([(2, 3), (4,)])
    give_gradients(first, np.random.default_rng(0))
    optimizer.step(first)
    others = parameters_of(shapes)
    give_gradients(others, np.random.default_rng(0))
    before = [p.value.copy() for p in others]
    with pytest.raises(ValueError, match=r"earlier steps, \[\(2, 3\), \(4,\)\]"):
        optimizer.step(others)
    assert all(np.array_equal(p.value, b) for p, b in zip(others, before, strict=True))
    assert optimizer.steps == 1


def test_a_parameter_given_twice_is_refused():
    (p,) = parameters_of([(2,)])
    with pytest.raises(ValueError, match="different tensors"):
        SGD().step([p, p])


def test_a_schedule_below_0_is_refused():
    with pytest.raises(ValueError, match="the learning rate of step 0 must be at least 0, got -1"):
        SGD(lambda step: -1.0).step(parameters_of([(2,)]))


def test_the_state_of_another_optimizer_is_refused():
    parameters = parameters_of([(2,)])
    give_gradients(parameters, np.random.default_rng(0))
    sgd, adam = SGD(momentum=0.9), Adam()
    sgd.step(parameters)
    with pytest.raises(ValueError, match=r"missing \['0.m'\]"):
        adam.set_state(sgd.state())
    with pytest.raises(ValueError, match=r"missing \['steps'\], unknown \[\]"):
        adam.set_state({})
    assert adam.steps == 0


# Clipping


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("max_norm", [0.0, 0.5, 3.0, 1e6])
@pytest.mark.parametrize("size", [1e-20, 1.0, 1e4])
def test_clipping_equals_torch(size, max_norm, dtype):
    ours = parameters_of(SHAPES, dtype)
    give_gradients(ours, np.random.default_rng(0), size)
    ours[2].grad = None
    theirs = twins_of(ours)
    for p, q in zip(ours, theirs, strict=True):
        q.grad = None if p.grad is None else torch.tensor(p.grad)
    norm = clip_gradients(ours, max_norm)
    rtol = 1e-12 if dtype == np.float64 else 1e-5
    assert norm == pytest.approx(torch.nn.utils.clip_grad_norm_(theirs, max_norm).item(), rel=rtol)
    for p, q in zip(ours, theirs, strict=True):
        if p.grad is not None:
            assert p.grad.dtype == dtype
            assert np.allclose(p.grad, q.grad.numpy(), rtol=rtol, atol=0)


def test_clipping_large_float32_gradients_does_not_overflow():
    p = Tensor(np.zeros(4, np.float32), requires_grad=True)
    p.grad = np.full(4, 1e30, np.float32)
    assert clip_gradients([p], 2.0) == pytest.approx(2e30)
    assert np.allclose(p.grad, 1.0)


def test_clipping_nothing_returns_0_and_a_negative_bound_is_refused():
    assert clip_gradients(parameters_of([(3,)]), 1.0) == 0.0
    with pytest.raises(ValueError, match="max_norm must be at least 0, got -1"):
        clip_gradients([], -1)


# Corrections of the article


def examples(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, 4))
    return x, np.tanh(x @ rng.normal(size=4)) + rng.normal(size=30)


def squared_error(w, x, y):
    error = x @ w - y
    return (error * error).mean()


def test_E22_the_gradient_of_one_random_example_is_an_unbiased_estimate_of_the_whole_gradient():
    x, y = examples()
    w = Tensor(np.ones(4), requires_grad=True)
    squared_error(w, Tensor(x), Tensor(y)).backward()
    whole, single = w.grad, []
    for i in range(30):
        w.grad = None
        squared_error(w, Tensor(x[i : i + 1]), Tensor(y[i : i + 1])).backward()
        single.append(w.grad)
    assert np.allclose(np.mean(single, axis=0), whole, rtol=1e-12)
    assert np.linalg.norm(single - whole, axis=1).min() > 0.01  # and yet each one differs


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e6])
def test_E23_the_first_step_of_adam_has_the_length_of_the_learning_rate(size):
    p = Tensor(np.zeros(3), requires_grad=True)
    p.grad = size * np.array([1.0, -2.0, 0.5])
    Adam(0.01).step([p])
    assert np.allclose(p.value, [-0.01, 0.01, -0.01], rtol=1e-3)


def test_E23_counting_from_0_would_divide_by_zero():
    p = np.zeros(1)
    state = {"m": np.zeros(1), "v": np.zeros(1)}
    with pytest.raises(ZeroDivisionError):
        Adam().update(p, np.ones(1), state, 0.01, 0)


def test_E23_adam_is_the_printed_formulas_with_the_start_that_they_leave_out():
    ours = Tensor(np.array([0.5, -2.0, 30.0]), requires_grad=True)
    w, m, v = ours.value.copy(), 0.0, 0.0
    optimizer, rng = Adam(0.001, 0.9, 0.999, 1e-8), np.random.default_rng(0)
    for t in range(1, 51):
        ours.grad = g = rng.normal(0, [0.01, 1, 100])
        optimizer.step([ours])
        m = 0.9 * m + (1 - 0.9) * g
        v = 0.999 * v + (1 - 0.999) * g**2
        w = w - 0.001 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        assert np.allclose(ours.value, w, rtol=1e-13)


def test_E24_adam_without_momentum_is_rmsprop_with_a_corrected_start():
    def corrected(step):
        return 0.01 * np.sqrt(1 - 0.9 ** (step + 1))

    adam, rmsprop = Adam(0.01, 0.0, 0.9, 0.0), RMSProp(corrected, 0.9, epsilon=0.0)
    ours, theirs = parameters_of([(4,)]), parameters_of([(4,)])
    rng = np.random.default_rng(0)
    for _ in range(50):
        ours[0].grad = theirs[0].grad = rng.normal(0, [0.01, 1, 100, 1e4])
        adam.step(ours)
        rmsprop.step(theirs)
        assert np.allclose(ours[0].value, theirs[0].value, rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_E25_a_step_along_the_gradient_raises_the_loss_and_one_against_it_lowers_it(seed):
    x, y = map(Tensor, examples(seed))
    w = Tensor(np.random.default_rng(seed).normal(size=4), requires_grad=True)
    loss = squared_error(w, x, y)
    loss.backward()
    step = 1e-3 * w.grad
    assert squared_error(w + step, x, y).item() > loss.item()
    assert squared_error(w - step, x, y).item() < loss.item()
