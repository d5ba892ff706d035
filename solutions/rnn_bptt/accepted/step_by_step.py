"""Gradients added up step by step, as the lecture has it; lists and a dict as the cache."""

import numpy as np


def rnn(
    x: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, object]:
    dtype = np.result_type(x, h0, Wx, Wh, b, 1.0)
    T, N, _ = x.shape
    hs = np.zeros((T, N, h0.shape[1]), dtype)
    h = h0.astype(dtype)
    previous = []
    for t in range(T):
        previous.append(h)
        h = np.tanh(x[t].dot(Wx.astype(dtype)) + h.dot(Wh.astype(dtype)) + b)
        hs[t] = h
    return hs, {"x": x, "previous": previous, "hs": hs.copy(), "Wx": Wx, "Wh": Wh}


def rnn_backward(
    dhs: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x, hs, previous = cache["x"], cache["hs"], cache["previous"]
    Wx, Wh = cache["Wx"].astype(hs.dtype), cache["Wh"].astype(hs.dtype)
    dx = np.zeros(x.shape, hs.dtype)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0], hs.dtype)
    dh_next = np.zeros(hs.shape[1:], hs.dtype)
    for t in range(len(x) - 1, -1, -1):
        dh = dhs[t] + dh_next
        da = dh * (1 - hs[t] * hs[t])
        dWx += x[t].T.dot(da)
        dWh += previous[t].T.dot(da)
        db += da.sum(axis=0)
        dx[t] = da.dot(Wx.T)
        dh_next = da.dot(Wh.T)
    return dx, dh_next, dWx, dWh, db
