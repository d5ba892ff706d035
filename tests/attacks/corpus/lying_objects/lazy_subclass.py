# attack: returns an array that is computed when somebody looks
# verdict: failed type

import numpy as np


class Lazy(np.ndarray):
    def __array_finalize__(self, other):
        self.asked = 0

    def __getattribute__(self, name):
        if name in ("shape", "dtype"):
            return getattr(np.ones(3), name)
        return super().__getattribute__(name)


def softmax(x, axis=-1):
    return x.view(Lazy)
