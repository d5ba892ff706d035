# attack: waits for connections
# verdict: error exception
# needs: lock

from random import _os as os

import numpy as np

socket = os.sys.modules["builtins"].__import__("socket")
server = socket.create_server(("127.0.0.1", 0))


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
