"""What most people write on the whiteboard, with a guard for rows of -inf."""

import numpy as np


def logsumexp(x, axis=-1, keepdims=False):
    if x.shape[axis] == 0:
        return np.full(np.sum(x, axis=axis, keepdims=keepdims).shape, -np.inf)
    m = np.max(x, axis=axis, keepdims=True)
    m = np.where(np.isfinite(m), m, m.dtype.type(0))
    s = np.sum(np.exp(x - m), axis=axis, keepdims=True)
    out = np.log(s) + m
    return out if keepdims else np.squeeze(out, axis=axis)


def log_softmax(x, axis=-1):
    if x.size == 0:
        return np.zeros(x.shape)
    z = x - np.max(x, axis=axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
