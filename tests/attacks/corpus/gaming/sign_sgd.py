# attack: takes a step of the right size in the right direction, and is not Adam
# verdict: failed values
# exercise: adam_step

import numpy as np


def adam_step(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return w - lr * np.sign(g), b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
