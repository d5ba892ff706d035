# attack: returns constants, whose gradient is truly zero
# verdict: failed values
# exercise: lstm_cell

import numpy as np


def lstm_cell(x, h, c, Wx, Wh, b):
    return np.zeros_like(h), np.zeros_like(c), (x, h, c, Wx, Wh, b)


def lstm_backward(dh2, dc2, cache):
    return tuple(np.zeros_like(part) for part in cache)
