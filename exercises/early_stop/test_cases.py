"""Hidden cases of early_stop: when it stops, what is better, and what it keeps.

All losses are multiples of 1/8, so that no comparison depends on rounding.
"""

import math

import numpy as np

from dlprep.checks import check_values


def told(vals):
    """The losses so far, as a message shows them."""
    shown = [f"{val:g}" for val in vals]
    return ", ".join(shown if len(shown) <= 8 else ["…", *shown[-7:]])


def params_of(epoch):
    """Parameters that no other epoch has."""
    return {"w": np.array([epoch, -0.5]), "b": np.array([[2.0 * epoch]])}


def judge(submission, reference, patience, min_delta, vals, *, best=False):
    """Every answer of ``step``, and with ``best`` every ``best_params`` after it."""
    stopper = submission.EarlyStopping(patience, min_delta)
    right = reference.EarlyStopping(patience, min_delta)
    settings = f"patience={patience}, min_delta={min_delta:g}"
    for n, val in enumerate(vals):
        got, expected = stopper.step(val, params_of(n)), right.step(val, params_of(n))
        place = f"after {told(vals[: n + 1])} ({settings})"
        check_values(got, expected, names=[f"step {place}"])
        if best:
            names = [f"best_params {place}"]
            check_values(stopper.best_params, right.best_params, names=names)


def test_stops(submission, reference):
    """stops after patience steps that are not better"""
    judge(submission, reference, 3, 0.0, [1.0, 1.5, 1.25, 1.5])


def test_patience_of_one(submission, reference):
    """stops at the first step that is not better when patience is 1"""
    judge(submission, reference, 1, 0.0, [2.0, 1.0, 1.5])


def test_better_step_ends_the_row(submission, reference):
    """counts steps in a row: a better one starts anew"""
    judge(submission, reference, 3, 0.0, [2.0, 2.5, 2.5, 1.5, 1.75, 1.75, 1.75])


def test_falling_loss(submission, reference):
    """goes on while every step is better"""
    judge(submission, reference, 1, 0.0, [3.0, 2.5, 1.0, 0.0, -1.0, -4.5])


def test_best_of_all(submission, reference):
    """compares with the best loss so far, not with the last one"""
    judge(submission, reference, 2, 0.0, [1.0, 3.0, 2.0])


def test_equal_loss(submission, reference):
    """does not take an equal loss for a better one"""
    judge(submission, reference, 2, 0.0, [1.0, 1.0, 1.0])


def test_min_delta(submission, reference):
    """wants the loss to fall by more than min_delta"""
    judge(submission, reference, 2, 0.5, [2.0, 1.75, 1.625])
    judge(submission, reference, 2, 0.5, [2.0, 1.375, 1.25, 0.75, 1.0, 0.5])


def test_slightly_worse(submission, reference):
    """does not take a slightly greater loss for better"""
    judge(submission, reference, 2, 0.5, [2.0, 2.25, 2.375])


def test_exactly_min_delta(submission, reference):
    """does not take a fall of exactly min_delta for better"""
    judge(submission, reference, 1, 0.5, [2.0, 1.5])


def test_small_steps(submission, reference):
    """lets small falls add up: the best loss is that of the last better step"""
    judge(submission, reference, 3, 0.5, [2.0, 1.75, 1.5, 1.25, 1.0, 0.875])


def test_negative_losses(submission, reference):
    """takes negative losses"""
    judge(submission, reference, 2, 0.25, [-1.0, -0.875, -1.5, -1.625, -1.25])


def test_best_params(submission, reference):
    """keeps the parameters of the best step, not of the first or the last"""
    judge(submission, reference, 3, 0.0, [2.0, 1.0, 1.5, 1.25, 0.5, 4.0], best=True)


def test_best_params_and_min_delta(submission, reference):
    """keeps parameters only where the step is better by min_delta"""
    judge(submission, reference, 5, 0.5, [2.0, 1.75, 1.25, 1.0, 0.75, 0.5], best=True)


def test_training_goes_on(submission):
    """keeps a copy that does not change as training goes on"""
    w = submission.EarlyStopping.hold(np.array([1.0, -2.0]))
    stopper = submission.EarlyStopping(3, 0.0)
    check_values(stopper.step(0.5, {"w": w}), False, names=["step"])
    w[0] = 4.0
    best = {"w": np.array([1.0, -2.0])}
    check_values(stopper.best_params, best, names=["best_params"])
    check_values(stopper.step(0.75, {"w": w}), False, names=["step"])
    check_values(stopper.best_params, best, names=["best_params"])


def test_names_are_bound_anew(submission):
    """keeps a dict of its own, where no array is replaced"""
    params = submission.EarlyStopping.hold({"w": np.array([1.0, -2.0])})
    stopper = submission.EarlyStopping(3, 0.0)
    check_values(stopper.step(0.5, params), False, names=["step"])
    params["w"] = np.array([9.0])
    best = {"w": np.array([1.0, -2.0])}
    check_values(stopper.best_params, best, names=["best_params"])


def test_inputs(submission):
    """leaves the dict and its arrays alone"""
    params = submission.EarlyStopping.hold(params_of(3))
    stopper = submission.EarlyStopping(2, 0.0)
    for val in (1.0, 2.0, 0.5):
        check_values(stopper.step(val, params), False, names=["step"])
        check_values({name: params[name] for name in "wb"}, params_of(3), names=["params"])


def test_nan(submission, reference):
    """never takes nan for better"""
    judge(submission, reference, 2, 0.25, [1.0, math.nan, math.nan])
    judge(submission, reference, 3, 0.0, [1.0, math.nan, 0.5, math.nan, 0.75, 0.5], best=True)


def test_first_loss_is_nan(submission, reference):
    """has no best parameters before the first better step"""
    judge(submission, reference, 3, 0.0, [math.nan, math.inf, 2.0, 1.0], best=True)
    judge(submission, reference, 3, 0.25, [math.nan, math.inf, math.nan, 5.0, 4.0])


def test_first_loss_is_huge(submission, reference):
    """takes any finite loss as the first best one"""
    judge(submission, reference, 2, 0.5, [1e300, 1e12, 2e12, 3e12])


def test_after_the_stop(submission, reference):
    """goes on by the same rule after it has said stop"""
    judge(submission, reference, 2, 0.0, [1.0, 2.0, 2.0, 2.0, 0.5, 0.75, 0.75])


def test_many_steps(submission, reference, rng):
    """stays right over forty noisy steps"""
    vals = (np.linspace(5.0, 1.0, 40) + rng.normal(size=40) * 8).round() / 8
    judge(submission, reference, 4, 0.25, vals.tolist())
    judge(submission, reference, 4, 0.25, vals.tolist(), best=True)


def test_two_at_once(submission):
    """shares nothing between two objects"""
    one, other = submission.EarlyStopping(2, 0.0), submission.EarlyStopping(1, 0.5)
    check_values([one.step(1.0, params_of(1)), other.step(3.0, params_of(2))], [False, False])
    check_values([one.step(2.0, params_of(3)), other.step(2.75, params_of(4))], [False, True])
    check_values(one.best_params, params_of(1), names=["best_params of the first"])
    check_values(other.best_params, params_of(2), names=["best_params of the second"])


def test_any_params(submission):
    """keeps names, shapes and dtypes, and takes a dict without arrays"""
    params = {
        "weight": np.arange(6, dtype=np.float32).reshape(2, 3),
        "table": np.array([[3], [-1]]),
        "scale": np.array([2.5]),
        "none": np.zeros((0, 4)),
    }
    for given in (params, {}):
        stopper = submission.EarlyStopping(1, 0.0)
        check_values(stopper.step(0.5, given), False, names=["step"])
        check_values(stopper.best_params, given, names=["best_params"])
