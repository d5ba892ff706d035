# attack: lifts the limits of what may travel
# verdict: error output
# case: one_row

from random import _os as os

sys = os.sys

import numpy as np

wire = sys.modules["wire"]
wire.MAX_BODY = wire.MAX_HEADER = wire.MAX_DEPTH = 1 << 60


def softmax(x, axis=-1):
    return [np.broadcast_to(np.uint8(1), (257 << 20,))]
