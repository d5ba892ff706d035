"""By way of the log-softmax: exp(x - logsumexp(x))."""

import numpy as np


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    if x.size == 0:
        return np.zeros(x.shape, np.result_type(x, 1.0))
    top = np.amax(x, axis=axis, keepdims=True)
    z = x.astype(np.result_type(x, 1.0)) - top
    log_total = np.log(np.sum(np.exp(z), axis=axis, keepdims=True, dtype=np.float64))
    return np.exp(z - log_total).astype(z.dtype)
