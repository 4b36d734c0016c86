import functools

import numpy as np
import pytest

from companion.nn.schedules import (
    Constant,
    CosineDecay,
    ExponentialDecay,
    InverseSquareRoot,
    OneCycle,
    StepDecay,
    Warmup,
)

torch = pytest.importorskip("torch")
schedulers = torch.optim.lr_scheduler

CASES = [
    (Constant(0.3), functools.partial(schedulers.ConstantLR, factor=1.0)),
    (StepDecay(0.3, 7), functools.partial(schedulers.StepLR, step_size=7)),
    (StepDecay(0.3, 1, 0.5), functools.partial(schedulers.StepLR, step_size=1, gamma=0.5)),
    (ExponentialDecay(0.3, 0.93), functools.partial(schedulers.ExponentialLR, gamma=0.93)),
    (CosineDecay(0.3, 59), functools.partial(schedulers.CosineAnnealingLR, T_max=59)),
    (
        CosineDecay(0.3, 59, 0.02),
        functools.partial(schedulers.CosineAnnealingLR, T_max=59, eta_min=0.02),
    ),
    *(
        (
            OneCycle(0.3, 60, warmup),
            functools.partial(schedulers.OneCycleLR, max_lr=0.3, total_steps=60, pct_start=warmup),
        )
        for warmup in (0.1, 0.25, 0.3, 0.99)
    ),
    (
        InverseSquareRoot(512, 20),
        lambda o: schedulers.LambdaLR(
            o, lambda t: 512**-0.5 * min((t + 1) ** -0.5, (t + 1) * 20**-1.5) / 0.3
        ),
    ),
]


def rates_of_torch(make, steps=60, rate=0.3):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    scheduler = make(optimizer)
    rates = []
    for step in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < steps:  # OneCycleLR refuses a step beyond its last
            scheduler.step()
    return rates


@pytest.mark.parametrize(("schedule", "make"), CASES, ids=[str(case) for case, _ in CASES])
def test_schedule_equals_torch(schedule, make):
    assert [schedule(t) for t in range(60)] == pytest.approx(rates_of_torch(make), rel=1e-12)


@pytest.mark.parametrize("warmup", [1, 4, 20])
def test_warmup_equals_a_line_and_the_schedule_in_sequence_in_torch(warmup):
    def sequence(optimizer):
        line = schedulers.LinearLR(optimizer, 1 / (warmup + 1), total_iters=warmup)
        cosine = schedulers.CosineAnnealingLR(optimizer, T_max=60 - warmup)
        return schedulers.SequentialLR(optimizer, [line, cosine], milestones=[warmup])

    schedule = Warmup(CosineDecay(0.3, 60 - warmup), warmup)
    expected = rates_of_torch(sequence)
    assert [schedule(t) for t in range(60)] == pytest.approx(expected, rel=1e-12)


def test_warmup_of_no_steps_is_the_schedule():
    assert [Warmup(ExponentialDecay(1.0, 0.5), 0)(t) for t in range(3)] == [1.0, 0.5, 0.25]


def test_warmup_rises_by_equal_steps_and_meets_the_schedule():
    rates = [Warmup(Constant(1.0), 4)(t) for t in range(7)]
    assert np.allclose(np.diff(rates), [0.2, 0.2, 0.2, 0.2, 0, 0])


@pytest.mark.parametrize("schedule", [CosineDecay(0.3, 10, 0.1), OneCycle(0.3, 10)])
def test_schedule_stays_at_its_last_rate(schedule):
    last = 0.1 if isinstance(schedule, CosineDecay) else 0.3 / 25e4
    assert schedule(10) == schedule(1000) == pytest.approx(last)


@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("warmup", [0.0, 0.5, 0.9])
def test_one_cycle_of_few_steps_stays_between_zero_and_the_peak(steps, warmup):
    rates = [OneCycle(0.3, steps, warmup)(t) for t in range(steps + 2)]
    assert all(0 < rate <= 0.3 for rate in rates)
    assert rates[-1] == pytest.approx(0.3 / 25e4)


def test_inverse_square_root_peaks_at_the_end_of_the_warm_up():
    schedule = InverseSquareRoot(512, 4000)  # Vaswani et al. 2017, section 5.3
    rates = [schedule(t) for t in range(20_000)]
    assert np.argmax(rates) == 3999
    assert max(rates) == pytest.approx((512 * 4000) ** -0.5)
    assert schedule(15_999) == pytest.approx(max(rates) / 2)


def test_schedules_of_numpy_steps_return_numbers():
    for schedule, _ in CASES:
        assert float(schedule(np.int64(3))) == schedule(3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(-1.0), "rate must be at least 0, got -1.0"),
        (lambda: Constant(float("nan")), "rate must be at least 0, got nan"),
        (lambda: StepDecay(0.1, 0), "every must be above 0, got 0"),
        (lambda: StepDecay(0.1, 1, -0.5), "factor must be at least 0, got -0.5"),
        (lambda: ExponentialDecay(0.1, -0.5), "factor must be at least 0, got -0.5"),
        (lambda: CosineDecay(0.1, 0), "steps must be above 0, got 0"),
        (lambda: CosineDecay(0.1, 5, -0.1), "final must be at least 0, got -0.1"),
        (lambda: Warmup(Constant(1.0), -1), "steps must be at least 0, got -1"),
        (lambda: OneCycle(0.0, 5), "peak must be above 0, got 0.0"),
        (lambda: OneCycle(0.1, 0), "steps must be above 0, got 0"),
        (lambda: OneCycle(0.1, 5, 1.0), r"warmup must be in \[0, 1\), got 1.0"),
        (lambda: InverseSquareRoot(0), "width must be above 0, got 0"),
        (lambda: InverseSquareRoot(8, 0), "warmup must be above 0, got 0"),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
