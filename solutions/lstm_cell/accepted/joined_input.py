"""[x, h] in one product with the stacked weights; a dict as the cache; masks in the sigmoid."""

import numpy as np


def sigmoid(a):
    out = np.empty(a.shape)
    positive = a >= 0
    out[positive] = 1 / (1 + np.exp(-a[positive]))
    small = np.exp(a[~positive])
    out[~positive] = small / (1 + small)
    return out


def lstm_cell(x, h, c, Wx, Wh, b):
    xh = np.hstack([x, h])
    W = np.vstack([Wx, Wh])
    a = (xh @ W + b).reshape(len(x), 4, -1)
    s = {"i": sigmoid(a[:, 0]), "f": sigmoid(a[:, 1]), "g": np.tanh(a[:, 2])}
    s["o"] = sigmoid(a[:, 3])
    c2 = s["f"] * c + s["i"] * s["g"]
    s.update(xh=xh, W=W, c=c, t=np.tanh(c2))
    return s["o"] * s["t"], c2, s


def lstm_backward(dh2, dc2, cache):
    s = cache
    i, f, g, o, t = (s[key] for key in "ifgot")
    n, H = dh2.shape
    dc2 = dc2 + dh2 * o * (1 - t * t)
    d = np.zeros((n, 4, H))
    d[:, 0] = dc2 * g * (i - i * i)
    d[:, 1] = dc2 * s["c"] * (f - f * f)
    d[:, 2] = dc2 * i * (1 - g) * (1 + g)
    d[:, 3] = dh2 * t * (o - o * o)
    d = d.reshape(n, 4 * H)
    D = len(s["W"]) - H
    dxh, dW = d @ s["W"].T, s["xh"].T @ d
    return dxh[:, :D], dxh[:, D:], dc2 * f, dW[:D], dW[D:], d.sum(axis=0)
