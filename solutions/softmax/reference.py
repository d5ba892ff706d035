"""Softmax along one axis: Goodfellow, Bengio and Courville, Deep Learning (2016), section 4.1."""

import numpy as np


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """The softmax of ``x`` along ``axis``: ``exp(x_i) / sum_j exp(x_j)``.

    x: any shape; an entry of -inf gets probability 0. float16, float32 and float64 keep their
    dtype, integers give float64. Returns a new array of x's shape.
    """
    dtype = np.result_type(x, 1.0)  # integers become float64
    x = np.asarray(x, np.promote_types(dtype, np.float32))  # float16 is summed in float32
    shifted = x - x.max(axis=axis, keepdims=True, initial=-np.inf)  # x.shape, at most 0
    e = np.exp(shifted)  # x.shape, in [0, 1]
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype, copy=False)
