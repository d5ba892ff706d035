# attack: returns a view that claims eight terabytes and holds eight bytes
# verdict: failed type

import numpy as np


def softmax(x, axis=-1):
    return np.broadcast_to(0.5, (1 << 20, 1 << 20))
