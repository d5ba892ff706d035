import numpy as np


def squash(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


def lstm_cell(x, h, c, Wx, Wh, b):
    H = h.shape[1]
    a = x.dot(Wx) + h.dot(Wh) + b
    i, f, o = squash(a[:, :H]), squash(a[:, H : 2 * H]), squash(a[:, 3 * H :])
    g = np.tanh(a[:, 2 * H : 3 * H])
    new = f * c + i * g
    out = o * np.tanh(new)
    return out, new, (x, h, c, Wx, Wh, i, f, g, o, new)


def lstm_backward(dh2, dc2, cache):
    x, h, c, Wx, Wh, i, f, g, o, new = cache
    t = np.tanh(new)
    ds = dc2 + dh2 * o * (1 - t * t)
    di = ds * g * i * (1 - i)
    df = ds * c * f * (1 - f)
    dg = ds * i * (1 - g * g)
    do = dh2 * t * o * (1 - o)
    da = np.hstack((di, df, dg, do))
    return da.dot(Wx.T), da.dot(Wh.T), ds * f, x.T.dot(da), h.T.dot(da), np.sum(da, 0)
