"""x @ Wx for all steps at once; the backward recurses on the gradient before the tanh."""

import numpy as np


def rnn(
    x: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, object]:
    kind = x.dtype if x.dtype.kind == "f" else np.dtype(np.float64)
    hs = np.einsum("tnd,dh->tnh", x.astype(float), Wx) + b
    state = h0
    for row in hs:
        row += state @ Wh
        np.tanh(row, out=row)
        state = row
    return hs.astype(kind), (x, h0, Wx, Wh, hs, kind)


def rnn_backward(
    dhs: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x, h0, Wx, Wh, hs, kind = cache
    T, N, H = hs.shape
    slope = (1 - hs) * (1 + hs)
    deltas = [dhs[T - 1] * slope[T - 1]]
    for t in range(T - 2, -1, -1):
        deltas.insert(0, (dhs[t] + deltas[0] @ Wh.T) * slope[t])
    delta = np.concatenate(deltas)  # (T*N, H)
    before = np.concatenate([h0[None], hs[:-1]]).reshape(T * N, H)
    dx = (delta @ Wx.T).reshape(x.shape)
    dWx = x.reshape(T * N, x.shape[2]).T @ delta
    grads = dx, deltas[0] @ Wh.T, dWx, before.T @ delta, np.ones(T * N) @ delta
    return tuple(np.array(grad, kind) for grad in grads)
