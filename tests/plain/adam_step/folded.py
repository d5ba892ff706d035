import numpy as np


def adam_step(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    first = m + (1 - b1) * (g - m)
    second = v + (1 - b2) * (g * g - v)
    size = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
    below = np.sqrt(second) + eps * np.sqrt(1 - b2**t)
    return w - size * first / below, first, second
