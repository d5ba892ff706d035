"""The paper's cheaper order of computation (end of section 2): the corrections are scalars."""

import math

import numpy as np


def adam_step(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    root = math.sqrt(1 - b2**t)
    step = lr * root / (1 - b1**t)
    m2 = m + (1 - b1) * (g - m)
    v2 = v + (1 - b2) * (g * g - v)
    return w - step * m2 / (np.sqrt(v2) + eps * root), m2, v2
