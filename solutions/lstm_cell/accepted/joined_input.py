"""[x, h] in one matrix product with the stacked weights; a dict as the cache; masks in sigmoid."""

import numpy as np


def _sigmoid(a: np.ndarray) -> np.ndarray:
    out = np.empty_like(a)
    positive = a >= 0
    out[positive] = 1 / (1 + np.exp(-a[positive]))
    small = np.exp(a[~positive])
    out[~positive] = small / (1 + small)
    return out


def lstm_cell(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    Wx: np.ndarray,
    Wh: np.ndarray,
    b: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, object]:
    dtype = np.result_type(x, h, c, Wx, Wh, b, 1.0)
    n, hidden = h.shape
    xh = np.hstack([x, h]).astype(np.float64)
    weights = np.vstack([Wx, Wh]).astype(np.float64)
    gates = (xh @ weights + b).reshape(n, 4, hidden)
    s = {
        "i": _sigmoid(gates[:, 0]),
        "f": _sigmoid(gates[:, 1]),
        "g": np.tanh(gates[:, 2]),
        "o": _sigmoid(gates[:, 3]),
    }
    c2 = s["f"] * c + s["i"] * s["g"]
    s.update(xh=xh, weights=weights, c=c.astype(np.float64), t=np.tanh(c2), D=x.shape[1])
    s["dtype"] = dtype
    return (s["o"] * s["t"]).astype(dtype), c2.astype(dtype), s


def lstm_backward(
    dh2: np.ndarray, dc2: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    s, D, dtype = cache, cache["D"], cache["dtype"]
    n, hidden = dh2.shape
    i, f, g, o, t = (s[key] for key in "ifgot")
    do = dh2 * t
    dc2 = dc2 + dh2 * o * (1 - t * t)
    d = np.zeros((n, 4, hidden))
    d[:, 0] = dc2 * g * (i - i * i)
    d[:, 1] = dc2 * s["c"] * (f - f * f)
    d[:, 2] = dc2 * i * (1 - g) * (1 + g)
    d[:, 3] = do * (o - o * o)
    d = d.reshape(n, 4 * hidden)
    dxh = d @ s["weights"].T
    dW = s["xh"].T @ d
    parts = dxh[:, :D], dxh[:, D:], dc2 * f, dW[:D], dW[D:], d.sum(axis=0)
    return tuple(np.array(part, dtype=dtype) for part in parts)
