"""The schedules against torch.optim.lr_scheduler, and against 50-digit arithmetic."""

import warnings

import mpmath
import numpy as np
import pytest


def rates(torch, make, base, steps):
    """What a torch scheduler sets at each step."""
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SequentialLR passes an argument that torch deprecates
        scheduler = make(optimiser)
        for step in range(steps):
            found.append(optimiser.param_groups[0]["lr"])
            if step < steps - 1:
                optimiser.step()
                scheduler.step()
    return np.array(found)


def agree(solution, expected, kind, base, total, **more):
    got = np.array([solution.lr_at(n, kind, base, total, **more) for n in range(len(expected))])
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-14 * base)


@pytest.mark.oracle
@pytest.mark.parametrize(("step_size", "gamma"), [(1, 0.9), (7, 0.5), (30, 0.1)])
def test_step_agrees_with_torch(solution, torch, step_size, gamma):
    def make(optimiser):
        return torch.optim.lr_scheduler.StepLR(optimiser, step_size, gamma)

    more = {"step_size": step_size, "gamma": gamma}
    agree(solution, rates(torch, make, 0.3, 40), "step", 0.3, 20, **more)


@pytest.mark.oracle
@pytest.mark.parametrize("min_lr", [0.0, 0.02])
@pytest.mark.parametrize("total", [1, 13])
def test_cosine_agrees_with_torch_up_to_total(solution, torch, total, min_lr):
    def make(optimiser):
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, total, min_lr)

    # torch rises again after total, so on purpose the comparison ends there
    agree(solution, rates(torch, make, 0.3, total + 1), "cosine", 0.3, total, min_lr=min_lr)


@pytest.mark.oracle
@pytest.mark.parametrize("min_lr", [0.0, 0.02])
@pytest.mark.parametrize("warmup", [1, 5])
def test_warmup_cosine_agrees_with_torch_up_to_total(solution, torch, warmup, min_lr):
    total = 17

    def make(optimiser):
        module = torch.optim.lr_scheduler
        rise = module.LambdaLR(optimiser, lambda step: step / warmup)  # LinearLR cannot start at 0
        fall = module.CosineAnnealingLR(optimiser, total - warmup, min_lr)
        return module.SequentialLR(optimiser, [rise, fall], [warmup])

    expected = rates(torch, make, 0.3, total + 1)
    agree(solution, expected, "warmup_cosine", 0.3, total, warmup=warmup, min_lr=min_lr)


@pytest.mark.oracle
@pytest.mark.parametrize(
    "settings",
    [{}, {"pct_start": 0.45, "div_factor": 4.0, "final_div_factor": 10.0}, {"pct_start": 0.13}],
    ids=str,
)
@pytest.mark.parametrize("total", [10, 37])
def test_one_cycle_agrees_with_torch(solution, torch, total, settings):
    def make(optimiser):
        schedule = torch.optim.lr_scheduler.OneCycleLR
        return schedule(optimiser, 0.3, total_steps=total, cycle_momentum=False, **settings)

    agree(solution, rates(torch, make, 0.3, total), "one_cycle", 0.3, total, **settings)


@pytest.mark.parametrize("total", [2, 1_000, 10_000_000])
def test_cosine_agrees_with_50_digits(solution, total):
    base, min_lr = 3e-4, 1e-6
    for step in {0, 1, total // 3, total - 1, total}:
        got = solution.lr_at(step, "cosine", base, total, min_lr=min_lr)
        with mpmath.workdps(50):
            height = (mpmath.mpf(base) - mpmath.mpf(min_lr)) / 2
            right = mpmath.mpf(min_lr) + height * (1 + mpmath.cos(mpmath.pi * step / total))
        assert got == pytest.approx(float(right), rel=1e-12)


@pytest.mark.parametrize("kind", ["cosine", "warmup_cosine", "one_cycle"])
def test_nothing_rises_after_the_end(solution, kind):
    end = solution.lr_at(20, kind, 0.3, 20, warmup=3, min_lr=0.01)
    assert end == pytest.approx(0.3 / 25 / 1e4 if kind == "one_cycle" else 0.01)
    for step in range(21, 90):
        assert solution.lr_at(step, kind, 0.3, 20, warmup=3, min_lr=0.01) == end
