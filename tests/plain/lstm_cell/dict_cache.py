import numpy as np

def sig(x):
    out = np.empty(x.shape)
    pos = x >= 0
    out[pos] = 1 / (1 + np.exp(-x[pos]))
    e = np.exp(x[~pos])
    out[~pos] = e / (1 + e)
    return out

def lstm_cell(x, h, c, Wx, Wh, b):
    H = h.shape[1]
    z = np.dot(x, Wx) + np.dot(h, Wh) + b
    i, f, g, o = sig(z[:, :H]), sig(z[:, H:2*H]), np.tanh(z[:, 2*H:3*H]), sig(z[:, 3*H:])
    c2 = f * c + i * g
    h2 = o * np.tanh(c2)
    return h2, c2, dict(x=x, h=h, c=c, Wx=Wx, Wh=Wh, i=i, f=f, g=g, o=o, c2=c2)

def lstm_backward(dh2, dc2, cache):
    i, f, g, o, c2 = (cache[k] for k in ("i", "f", "g", "o", "c2"))
    t = np.tanh(c2)
    do = dh2 * t
    dct = dc2 + dh2 * o * (1 - t * t)
    dz = np.concatenate([dct * g * i * (1 - i), dct * cache["c"] * f * (1 - f),
                         dct * i * (1 - g * g), do * o * (1 - o)], axis=1)
    return (dz @ cache["Wx"].T, dz @ cache["Wh"].T, dct * f,
            cache["x"].T @ dz, cache["h"].T @ dz, dz.sum(axis=0))
