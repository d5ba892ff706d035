"""The order of torch.optim's own loop: in place, but on copies; the root is corrected, not v."""

import numpy as np


def adam_step(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    param, exp_avg, exp_avg_sq = w.copy(), m.copy(), v.copy()
    exp_avg *= b1
    exp_avg += (1 - b1) * g
    exp_avg_sq *= b2
    exp_avg_sq += (1 - b2) * np.square(g)

    bias_correction1 = 1 - b1**t
    bias_correction2 = 1 - b2**t
    denom = np.sqrt(exp_avg_sq)
    denom /= np.sqrt(bias_correction2)
    denom += eps
    param -= (lr / bias_correction1) * exp_avg / denom
    return param, exp_avg, exp_avg_sq
