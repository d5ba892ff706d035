"""Softmax along one axis: Goodfellow, Bengio and Courville, Deep Learning (2016), section 4.1."""

import numpy as np


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """The softmax of ``x`` along ``axis``: ``exp(x_i) / sum_j exp(x_j)``.

    x: any shape; an entry of -inf gets probability 0. Returns a new array of x's shape.
    """
    e = np.exp(x - x.max(axis=axis, keepdims=True))  # x.shape, in [0, 1]
    return e / e.sum(axis=axis, keepdims=True)
