# attack: returns an array of objects that are equal to everything
# verdict: failed type

import numpy as np


class Anything(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


def softmax(x, axis=-1):
    result = np.empty(x.shape, object)
    result.fill(Anything(0))
    return result
