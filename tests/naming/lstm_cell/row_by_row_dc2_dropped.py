# incoming dc2 dropped
import math

import numpy as np


def s(v):
    return 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))


def lstm_cell(x, h, c, Wx, Wh, b):
    N, H = h.shape
    h2, c2 = np.zeros((N, H)), np.zeros((N, H))
    acts = []
    for n in range(N):
        a = x[n] @ Wx + h[n] @ Wh + b
        i = np.array([s(v) for v in a[:H]])
        f = np.array([s(v) for v in a[H : 2 * H]])
        g = np.tanh(a[2 * H : 3 * H])
        o = np.array([s(v) for v in a[3 * H :]])
        c2[n] = f * c[n] + i * g
        h2[n] = o * np.tanh(c2[n])
        acts.append((i, f, g, o))
    return h2, c2, [x.copy(), h.copy(), c.copy(), Wx, Wh, acts, c2.copy()]


def lstm_backward(dh2, dc2, cache):
    x, h, c, Wx, Wh, acts, c2 = cache
    grads = [np.zeros(a.shape) for a in (x, h, c, Wx, Wh)] + [np.zeros(Wx.shape[1])]
    for n, (i, f, g, o) in enumerate(acts):
        t = np.tanh(c2[n])
        dc = dh2[n] * o * (1 - t**2)
        da = np.concatenate(
            [
                dc * g * i * (1 - i),
                dc * c[n] * f * (1 - f),
                dc * i * (1 - g**2),
                dh2[n] * t * o * (1 - o),
            ]
        )
        grads[0][n] = Wx @ da
        grads[1][n] = Wh @ da
        grads[2][n] = dc * f
        grads[3] += np.outer(x[n], da)
        grads[4] += np.outer(h[n], da)
        grads[5] += da
    return grads
