# attack: holds the interpreter in one decomposition
# verdict: error timeout
# case: one_row

import numpy as np


def softmax(x, axis=-1):
    return np.linalg.svd(np.random.default_rng(0).normal(size=(3000, 3000)))[1]
