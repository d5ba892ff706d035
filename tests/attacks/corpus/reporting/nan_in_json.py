# attack: returns what JSON has no words for
# verdict: failed type

import numpy as np


def softmax(x, axis=-1):
    return [float("nan"), float("inf"), -0.0, 1e400, np.float64("nan")]
