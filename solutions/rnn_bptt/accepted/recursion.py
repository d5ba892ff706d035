"""Time as recursion: the backward of a sequence is that of its rest, then one step."""

import numpy as np


def rnn(
    x: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, object]:
    arrays = [np.array(value, dtype=np.result_type(value, 1.0)) for value in (x, h0, Wx, Wh, b)]
    caches = []
    h = arrays[1]
    for x_t in arrays[0]:
        cache = [x_t, h]
        h = np.tanh(np.hstack([x_t, h]) @ np.vstack(arrays[2:4]) + arrays[4])
        caches.append([*cache, h])
    return np.array([h for _, _, h in caches]), (caches, arrays[2], arrays[3])


def rnn_backward(
    dhs: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    caches, Wx, Wh = cache
    (x_t, before, h), *rest = caches
    if rest:
        dx, later, dWx, dWh, db = rnn_backward(dhs[1:], (rest, Wx, Wh))
    else:
        dx, later = np.zeros((0, *x_t.shape), h.dtype), np.zeros_like(h)
        dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wh[0])
    da = (dhs[0] + later) - (dhs[0] + later) * h**2
    dx = np.concatenate([(da @ Wx.T)[None], dx])
    return dx, da @ Wh.T, dWx + x_t.T @ da, dWh + before.T @ da, db + da.sum(0)
