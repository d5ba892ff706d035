"""A function a kind, in a table; the decay by steps as a loop."""

from math import cos, pi


def lr_at(step, kind, base, total, warmup=0, min_lr=0.0, **kw):
    schedules = {
        "step": _steps,
        "cosine": _cosine,
        "warmup_cosine": _warmup_cosine,
        "one_cycle": _one_cycle,
    }
    if kind not in schedules:
        raise ValueError(f"kind must be one of {list(schedules)}")
    return schedules[kind](step, base, total, warmup=warmup, min_lr=min_lr, **kw)


def _steps(step, base, total, step_size, gamma=0.1, **ignored):
    rate = base
    for _ in range(step_size, step + 1, step_size):
        rate *= gamma
    return rate


def _cosine(step, base, total, min_lr, **ignored):
    if step >= total:
        return min_lr
    return min_lr + 0.5 * (base - min_lr) * (1.0 + cos(pi * step / total))


def _warmup_cosine(step, base, total, warmup, min_lr, **ignored):
    if warmup and step <= warmup:
        return step / warmup * base
    return _cosine(step - warmup, base, total - warmup, min_lr)


def _one_cycle(step, base, total, pct_start=0.3, div_factor=25, final_div_factor=1e4, **ignored):
    initial = base / div_factor
    peak, last = pct_start * total - 1, total - 1
    if step >= last:
        return initial / final_div_factor
    if step <= peak:
        begin, end, left, right = 0, peak, initial, base
    else:
        begin, end, left, right = peak, last, base, initial / final_div_factor
    return right + (left - right) / 2 * (1 + cos(pi * (step - begin) / (end - begin)))
