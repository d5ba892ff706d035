# derivative of a gate missing
import numpy as np


class Cache:
    pass


def expit(v):
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-v))


def lstm_cell(x, h, c, Wx, Wh, b):
    k = Cache()
    k.xh = np.concatenate([x, h], axis=1)
    k.W = np.concatenate([Wx, Wh])
    k.D = x.shape[1]
    a = (k.xh @ k.W + b).reshape(len(x), 4, -1)
    k.i, k.f, k.o = expit(a[:, 0]), expit(a[:, 1]), expit(a[:, 3])
    k.g = np.tanh(a[:, 2])
    k.c = c
    c2 = k.f * c + k.i * k.g
    k.t = np.tanh(c2)
    return k.o * k.t, c2, k


def lstm_backward(dh2, dc2, k):
    dc = dc2 + dh2 * k.o * (1 - k.t**2)
    d = np.stack([dc * k.g, dc * k.c, dc * k.i * (1 - k.g**2), dh2 * k.t], axis=1)
    d = d.reshape(len(d), -1)
    dxh = d @ k.W.T
    dW = k.xh.T @ d
    return dxh[:, : k.D], dxh[:, k.D :], dc * k.f, dW[: k.D], dW[k.D :], d.sum(0)
