# attack: looks for the expected array among all the objects in memory
# verdict: failed values

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__

import numpy as np

gc = import_module("gc")


def softmax(x, axis=-1):
    for holder in gc.get_objects():
        for found in holder if type(holder) in (list, tuple) else [holder]:
            if type(found) is np.ndarray and found.shape == x.shape and found.dtype.kind == "f":
                if found.size and np.allclose(found.sum(axis=axis), 1):
                    return found
    return x
