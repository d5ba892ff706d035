"""Logit by logit filters that set -inf, sorted from the least likely up; then one softmax."""

import numpy as np


def _softmax(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def _top_k(logits, top_k):
    if top_k == 0 or top_k >= logits.size:
        return logits
    least = np.partition(logits, -top_k)[-top_k]
    return np.where(logits >= least, logits, -np.inf)


def _top_p(logits, top_p):
    if top_p >= 1:
        return logits
    upwards = np.lexsort((-np.arange(logits.size), logits))  # of equal ones the last index first
    removed = np.cumsum(_softmax(logits)[upwards]) <= 1 - top_p
    removed[-1] = False
    filtered = logits.copy()
    filtered[upwards[removed]] = -np.inf
    return filtered


def filter_probs(z, temperature, top_k=0, top_p=1.0):
    dtype = z.dtype if z.dtype.kind == "f" else np.dtype(np.float64)
    if temperature == 0:
        return np.eye(z.size, dtype=dtype)[np.argmax(z)]
    logits = z.astype(np.float64)
    logits = (logits - logits.max()) / temperature
    return _softmax(_top_p(_top_k(logits, top_k), top_p)).astype(dtype)


def pick(p, u):
    above = np.flatnonzero((np.cumsum(p) > u) & (p > 0))
    return int(above[0]) if above.size else int(np.nonzero(p)[0][-1])
