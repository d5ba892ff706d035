# right: returns a named tuple
# verdict: passed
# exercise: adam_step

from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    w: np.ndarray
    m: np.ndarray
    v: np.ndarray


def adam_step(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    step = lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    return State(w - step, m, v)
