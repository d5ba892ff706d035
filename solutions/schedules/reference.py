"""Learning-rate schedules: He et al. 2016 (steps), Loshchilov and Hutter 2017 (cosine), Goyal et
al. 2017 (warm-up), Smith and Topin 2019 (one cycle, in the form of PyTorch's OneCycleLR)."""

import math


def lr_at(
    step: int,
    kind: str,
    base: float,
    total: int,
    warmup: int = 0,
    min_lr: float = 0.0,
    **kw: float,
) -> float:
    """The learning rate of step number ``step``, counted from 0.

    ``kind`` is "step" (keywords step_size, gamma), "cosine", "warmup_cosine" or "one_cycle"
    (keywords pct_start, div_factor, final_div_factor); ``ValueError`` for any other.
    """
    if kind == "step":
        return base * kw.get("gamma", 0.1) ** (step // kw["step_size"])
    if kind == "cosine":
        return _anneal(base, min_lr, step / total)
    if kind == "warmup_cosine":
        if step < warmup:
            return base * step / warmup
        return _anneal(base, min_lr, (step - warmup) / (total - warmup))
    if kind == "one_cycle":
        start = base / kw.get("div_factor", 25.0)
        end = start / kw.get("final_div_factor", 1e4)
        peak, last = kw.get("pct_start", 0.3) * total - 1, total - 1  # steps, counted from 0
        if step < peak:
            return _anneal(start, base, step / peak)
        return _anneal(base, end, (step - peak) / (last - peak))
    raise ValueError(f"no schedule is called {kind!r}")


def _anneal(start: float, end: float, share: float) -> float:
    """Half a cosine: ``start`` at share 0, ``end`` at share 1 and from there on."""
    return end + (start - end) * (1 + math.cos(math.pi * min(share, 1.0))) / 2
