# attack: answers at random, and hopes
# verdict: failed values

import numpy as np


def softmax(x, axis=-1):
    return np.random.default_rng().dirichlet(np.ones(x.shape[axis]), x.shape[:-1])
