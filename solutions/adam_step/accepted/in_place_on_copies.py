"""The order of torch.optim's own loop: in place, but on copies; the root is corrected, not v."""

import numpy as np


def adam_step(
    w: np.ndarray,
    g: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dtype = np.result_type(w, 1.0)
    param, grad = np.array(w, np.float64), np.array(g, np.float64)
    exp_avg, exp_avg_sq = np.array(m, np.float64), np.array(v, np.float64)

    exp_avg *= b1
    exp_avg += (1 - b1) * grad
    exp_avg_sq *= b2
    exp_avg_sq += (1 - b2) * np.square(grad)

    bias_correction1 = 1 - b1**t
    bias_correction2 = 1 - b2**t
    denom = np.sqrt(exp_avg_sq)
    denom /= np.sqrt(bias_correction2)
    denom += eps
    param -= (lr / bias_correction1) * exp_avg / denom
    return param.astype(dtype), exp_avg.astype(dtype), exp_avg_sq.astype(dtype)
