# attack: returns an array of which every element is masked, so that none is compared
# verdict: failed type

import numpy as np


def softmax(x, axis=-1):
    return np.ma.masked_array(x, mask=True)
