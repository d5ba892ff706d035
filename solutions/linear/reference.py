"""A linear layer and a chain of matrix products, differentiated in reverse: see Baydin et al.,
Automatic Differentiation in Machine Learning: a Survey (2018), section 3.2."""

import numpy as np


def linear(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, object]:
    """``x @ W + b`` and a cache for :func:`linear_backward`.

    x: (..., Din). W: (Din, Dout), b: (Dout,). Returns y: (..., Dout). float32 stays float32,
    integers give float64.
    """
    dtype = np.result_type(x, W, b, 1.0)  # integers become float64
    x, W = np.asarray(x, dtype), np.asarray(W, dtype)
    return x @ W + b, (x, W)


def linear_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of :func:`linear` from that of its output, dy: (..., Dout).

    Returns dx: (..., Din), dW: (Din, Dout), db: (Dout,), the latter two summed over the rows.
    """
    x, W = cache
    dy = np.asarray(dy, W.dtype)
    rows = x.reshape(-1, x.shape[-1])  # (N, Din)
    drows = dy.reshape(-1, dy.shape[-1])  # (N, Dout)
    return dy @ W.T, rows.T @ drows, drows.sum(axis=0)


def chain(Ms: list[np.ndarray], dP: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """``P = Ms[0] @ Ms[1] @ ...`` and the gradient of each factor, from that of P.

    Ms: one or more (n, n) matrices. dP: (n, n). Three products a matrix, whatever their number.
    """
    dtype = np.result_type(*Ms, dP, 1.0)
    Ms, dP = [np.asarray(M, dtype) for M in Ms], np.asarray(dP, dtype)

    prefixes = [np.eye(len(dP), dtype=dtype)]  # prefixes[i]: the product of the first i
    for M in Ms:
        prefixes.append(prefixes[-1] @ M)
    dMs = []
    for i in reversed(range(len(Ms))):  # dP is the gradient of prefixes[i + 1] = prefixes[i] @ M
        dMs.append(prefixes[i].T @ dP)
        dP = dP @ Ms[i].T
    return prefixes[-1], dMs[::-1]
