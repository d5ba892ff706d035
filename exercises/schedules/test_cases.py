"""Hidden cases of schedules: one kind after the other, each from its start to beyond its end."""

import pytest

from dlprep.checks import check_contract, check_raises, check_values
from dlprep.checks.values import Tolerance


def judge(submission, reference, steps, kind, base, total, **more):
    """Every one of these steps; a cosine that ends at 0 leaves a rounding error of base."""
    for step in steps:
        got = submission.lr_at(step, kind, base, total, **more)
        expected = reference.lr_at(step, kind, base, total, **more)
        check_values(got, expected, tolerance=Tolerance(1e-9, 0.0, 1e-12 * base))


def test_step_decay(submission, reference):
    """multiplies by gamma after every step_size steps"""
    steps = (0, 1, 6, 7, 8, 13, 14, 20, 21)
    judge(submission, reference, steps, "step", 0.4, 30, step_size=7, gamma=0.5)


def test_step_decay_goes_on(submission, reference):
    """decays by 0.1 unless told otherwise, also after total"""
    judge(submission, reference, (2, 3, 10, 11, 16), "step", 3.0, 10, step_size=3)


def test_cosine(submission, reference):
    """falls from base along half a cosine"""
    judge(submission, reference, (0, 1, 3, 6, 11), "cosine", 0.8, 12)


def test_min_lr(submission, reference):
    """puts the cosine between base and min_lr"""
    judge(submission, reference, (0, 1, 4, 7, 8), "cosine", 0.8, 9, min_lr=0.3)


def test_end(submission, reference):
    """reaches min_lr at step total"""
    judge(submission, reference, (10, 11), "cosine", 0.8, 11, min_lr=0.05)
    judge(submission, reference, (10, 11), "warmup_cosine", 0.8, 11, warmup=3, min_lr=0.05)


def test_after_the_end(submission, reference):
    """stays at min_lr after step total"""
    steps = (8, 9, 15, 16, 21, 400)
    judge(submission, reference, steps, "cosine", 0.5, 8, min_lr=0.02)
    judge(submission, reference, steps, "warmup_cosine", 0.5, 8, warmup=2, min_lr=0.02)


def test_warmup(submission, reference):
    """rises by base * step / warmup, from 0 and not from min_lr"""
    judge(submission, reference, (0, 1, 2, 4), "warmup_cosine", 0.6, 17, warmup=5, min_lr=0.1)


def test_after_the_warmup(submission, reference):
    """starts the cosine at base, at the end of the warm-up"""
    steps = (4, 5, 6, 9, 13, 16)
    judge(submission, reference, steps, "warmup_cosine", 0.6, 17, warmup=5, min_lr=0.1)


def test_no_warmup(submission, reference):
    """starts at base where there is no warm-up"""
    judge(submission, reference, (0, 1, 5, 7), "warmup_cosine", 0.6, 7, min_lr=0.1)
    judge(submission, reference, (0, 1), "warmup_cosine", 0.6, 7, warmup=0)


def test_one_cycle_start(submission, reference):
    """starts the cycle at base / div_factor"""
    judge(submission, reference, (0,), "one_cycle", 0.5, 40)
    judge(submission, reference, (0,), "one_cycle", 0.5, 40, div_factor=4.0)


def test_one_cycle_rise(submission, reference):
    """rises to base at step pct_start * total - 1"""
    judge(submission, reference, (11, 1, 5, 10), "one_cycle", 0.5, 40)
    judge(submission, reference, (8, 5, 7), "one_cycle", 0.5, 20, pct_start=0.45, div_factor=4.0)


def test_one_cycle_fall(submission, reference):
    """falls from the peak along half a cosine"""
    judge(submission, reference, (12, 13, 20, 30, 38), "one_cycle", 0.5, 40)
    judge(submission, reference, (7, 8, 12), "one_cycle", 0.5, 20, pct_start=0.45)  # no whole peak


def test_one_cycle_end(submission, reference):
    """ends at base / div_factor / final_div_factor, at step total - 1"""
    judge(submission, reference, (39, 38), "one_cycle", 0.5, 40)
    settings = {"pct_start": 0.45, "div_factor": 4.0, "final_div_factor": 5.0}
    judge(submission, reference, (19, 18), "one_cycle", 0.5, 20, **settings)


def test_after_the_cycle(submission, reference):
    """stays at the end of the cycle"""
    judge(submission, reference, (39, 40, 41, 67, 500), "one_cycle", 0.5, 40, final_div_factor=7.0)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("step", {"step_size": 4, "gamma": 0.5, "warmup": 3, "min_lr": 0.4}),
        ("cosine", {"warmup": 3, "gamma": 0.5}),
        ("one_cycle", {"warmup": 3, "min_lr": 0.4}),
    ],
    ids=["step", "cosine", "one_cycle"],
)
def test_ignored(submission, reference, kind, more):
    """ignores what is not for this kind"""
    judge(submission, reference, (0, 1, 5, 9, 12), kind, 0.5, 10, **more)


@pytest.mark.parametrize("base", [1e-8, 1e8])
def test_any_base(submission, reference, base):
    """stays right for tiny and for huge rates"""
    judge(submission, reference, (0, 3, 9), "cosine", base, 9, min_lr=base)
    judge(submission, reference, (1, 2, 5, 9), "warmup_cosine", base, 9, warmup=2)
    judge(submission, reference, (0, 2, 5, 8), "one_cycle", base, 9)


def test_long_schedule(submission, reference):
    """stays right over a million steps"""
    steps = (1, 1_999, 2_000, 2_001, 700_000, 999_999, 1_000_000, 3_000_000)
    judge(submission, reference, steps, "warmup_cosine", 3e-4, 1_000_000, warmup=2_000, min_lr=3e-5)


def test_shortest(submission, reference):
    """takes a schedule of a single step"""
    judge(submission, reference, (0, 1, 2), "cosine", 0.7, 1, min_lr=0.2)
    judge(submission, reference, (0, 1, 2), "warmup_cosine", 0.7, 1)


def test_contract(submission):
    """depends on its arguments alone"""
    check_contract(submission.lr_at, 5, "warmup_cosine", 0.5, 20, 3, 0.1)


def test_unknown_kind(submission):
    """raises ValueError for a kind that does not exist"""
    check_raises(submission.lr_at, ValueError, 3, "exponential", 0.1, 10)
