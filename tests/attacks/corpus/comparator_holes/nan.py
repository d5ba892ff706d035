# attack: returns NaN, which no comparison finds too large
# verdict: failed values

import numpy as np


def softmax(x, axis=-1):
    return np.full(x.shape, np.nan)
