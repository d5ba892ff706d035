# attack: returns a view of memory that is not its own
# verdict: error crash | failed values
# case: one_row

import numpy as np


def softmax(x, axis=-1):
    return np.lib.stride_tricks.as_strided(np.zeros(1), x.shape, [8 << 20] * x.ndim)
