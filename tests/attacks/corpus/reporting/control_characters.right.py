# right: prints the same
# verdict: passed

import numpy as np


def softmax(x, axis=-1):
    print("\0\x01\x08\x0b\x0c\x0e\x1f\x7f\x85\ufffe\uffff ]]> <![CDATA[ &#0;")
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
