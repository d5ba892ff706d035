# attack: crashes with an array far beyond its memory
# verdict: error crash
# case: one_row

import numpy as np


def softmax(x, axis=-1):
    return np.lib.stride_tricks.as_strided(np.zeros(1), (4,), (1 << 44,)).sum()
