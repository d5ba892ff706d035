"""NumPy, a formula a kind, with the squared cosine of half the angle."""

import numpy as np


def lr_at(step, kind, base, total, warmup=0, min_lr=0.0, **kw):
    if kind not in ("step", "cosine", "warmup_cosine", "one_cycle"):
        raise ValueError(kind)
    if kind == "step":
        return base * np.power(kw.get("gamma", 0.1), np.floor_divide(step, kw["step_size"]))
    if kind == "one_cycle":
        up = kw.get("pct_start", 0.3) * total - 1.0
        low = base / kw.get("div_factor", 25)
        final = low / kw.get("final_div_factor", 1e4)
        rise = low + (base - low) * np.sin(np.pi / 2 * np.clip(step / up, 0, 1)) ** 2
        done = np.clip((step - up) / (total - 1 - up), 0, 1)
        return rise if step <= up else final + (base - final) * np.cos(np.pi / 2 * done) ** 2
    if kind == "cosine":
        warmup = 0
    done = np.clip((step - warmup) / (total - warmup), 0, 1)
    fall = min_lr + (base - min_lr) * np.cos(np.pi / 2 * done) ** 2
    return np.where(step < warmup, base * step / max(warmup, 1), fall)[()]
