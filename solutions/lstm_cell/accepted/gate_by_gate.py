"""One gate at a time, with its own slice of the weights; the sigmoid as a shifted tanh."""

import numpy as np


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def lstm_cell(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    Wx: np.ndarray,
    Wh: np.ndarray,
    b: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, object]:
    kind = np.result_type(x, h, c, Wx, Wh, b, 1.0)
    x, h, c, Wx, Wh, b = [v.astype(np.float64) for v in (x, h, c, Wx, Wh, b)]
    H = h.shape[1]

    def gate(k: int) -> np.ndarray:
        block = slice(k * H, (k + 1) * H)
        return x @ Wx[:, block] + h @ Wh[:, block] + b[block]

    i = sigmoid(gate(0))
    f = sigmoid(gate(1))
    g = np.tanh(gate(2))
    o = sigmoid(gate(3))
    c2 = f * c + i * g
    h2 = o * np.tanh(c2)
    return h2.astype(kind), c2.astype(kind), (x, h, c, Wx, Wh, i, f, g, o, c2, kind)


def lstm_backward(
    dh2: np.ndarray, dc2: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x, h, c, Wx, Wh, i, f, g, o, c2, kind = cache
    H = h.shape[1]
    do = dh2 * np.tanh(c2)
    dcell = dc2 + dh2 * o / np.cosh(np.clip(c2, -300, 300)) ** 2
    pre = [
        dcell * g * i * (1 - i),
        dcell * c * f * (1 - f),
        dcell * i * (1 - g * g),
        do * o * (1 - o),
    ]
    dx, dh = np.zeros_like(x), np.zeros_like(h)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(4 * H)
    for k, d in enumerate(pre):
        block = slice(k * H, (k + 1) * H)
        dx += d @ Wx[:, block].T
        dh += d @ Wh[:, block].T
        dWx[:, block] = x.T @ d
        dWh[:, block] = h.T @ d
        db[block] = d.sum(0)
    grads = (dx, dh, dcell * f, dWx, dWh, db)
    return tuple(grad.astype(kind) for grad in grads)
