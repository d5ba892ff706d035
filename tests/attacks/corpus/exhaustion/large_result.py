# attack: returns more than a frame may hold
# verdict: failed type
# case: one_row

import numpy as np


def softmax(x, axis=-1):
    return np.zeros(40 << 20)
