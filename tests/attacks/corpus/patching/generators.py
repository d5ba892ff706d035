# attack: makes every random number the same
# verdict: failed values

import numpy as np

np.random.default_rng = np.random.seed = np.random.RandomState = lambda *args: None


def softmax(x, axis=-1):
    return x
