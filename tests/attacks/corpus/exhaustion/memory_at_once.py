# attack: asks for a terabyte
# verdict: failed exception
# case: one_row

import numpy as np


def softmax(x, axis=-1):
    return np.ones(1 << 37)
