"""logsumexp and log-softmax by the shift: Blanchard, Higham and Higham, Accurately computing the
log-sum-exp and softmax functions (2021)."""

import numpy as np


def logsumexp(x: np.ndarray, axis: int = -1, keepdims: bool = False) -> np.ndarray:
    """``log(sum_j exp(x_j))`` along ``axis``.

    x: any shape with at least one axis. Returns x's shape without ``axis``, or with length 1
    there. Float dtypes are kept, integers give float64. A row of -inf and an empty row give -inf.
    """
    dtype = np.result_type(x, 1.0)  # integers become float64
    x = np.asarray(x, np.promote_types(dtype, np.float32))  # float16 is summed in float32
    lowest = np.finfo(x.dtype).min  # finite even for a row of -inf: -inf - (-inf) would be nan
    top = x.max(axis=axis, keepdims=True, initial=lowest)  # (..., 1, ...)
    with np.errstate(divide="ignore"):  # log(0) is the -inf of a row without any weight
        out = top + np.log(np.exp(x - top).sum(axis=axis, keepdims=True))  # (..., 1, ...)
    out = out.astype(dtype, copy=False)
    return out if keepdims else out.squeeze(axis)


def log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """``x_i - logsumexp(x)`` along ``axis``.

    x: any shape with at least one axis. Returns a new array of x's shape. Float dtypes are kept,
    integers give float64.
    """
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    shifted = x - x.max(axis=axis, keepdims=True)  # x.shape, at most 0
    total = np.exp(shifted).sum(axis=axis, keepdims=True)  # (..., 1, ...), from 1 to C
    return (shifted - np.log(total)).astype(dtype, copy=False)
