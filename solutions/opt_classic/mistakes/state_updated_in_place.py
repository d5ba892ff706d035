"""As the reference, but the state that comes in is updated where it is."""

import numpy as np


def sgd(
    w: np.ndarray,
    g: np.ndarray,
    buf: np.ndarray | None,
    lr: float,
    mu: float = 0,
    nesterov: bool = False,
    wd: float = 0,
) -> tuple[np.ndarray, np.ndarray]:
    g = g + wd * w
    if buf is None:
        buf = np.zeros_like(g)
    buf *= mu
    buf += g
    step = g + mu * buf if nesterov else buf
    return w - lr * step, buf


def adagrad(
    w: np.ndarray, g: np.ndarray, s: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    g = g * 1.0
    s += g**2
    return w - lr * g / (np.sqrt(s) + eps), s


def rmsprop(
    w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, alpha: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    v *= alpha
    v += (1 - alpha) * g**2
    return w - lr * g / (np.sqrt(v) + eps), v
