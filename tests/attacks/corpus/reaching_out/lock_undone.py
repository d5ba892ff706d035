# attack: gives itself back the memory that it may not take
# verdict: error exception
# needs: lock

from random import _os as os

import numpy as np

resource = os.sys.modules["builtins"].__import__("resource")
most = resource.getrlimit(resource.RLIMIT_AS)[1]
more = most if most == resource.RLIM_INFINITY else 2 * most
resource.setrlimit(resource.RLIMIT_AS, (more, more))


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
