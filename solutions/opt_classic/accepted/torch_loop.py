"""The order of torch.optim's own code, in place on copies: no buffer at all without momentum."""

import numpy as np


def _copy(a: np.ndarray) -> np.ndarray:
    return np.array(a, dtype=a.dtype if a.dtype == np.float32 else np.float64)


def sgd(
    w: np.ndarray,
    g: np.ndarray,
    buf: np.ndarray | None,
    lr: float,
    mu: float = 0,
    nesterov: bool = False,
    wd: float = 0,
) -> tuple[np.ndarray, np.ndarray]:
    param, grad = _copy(w), _copy(g)
    if wd != 0:
        grad += wd * param
    if mu == 0:
        param -= lr * grad
        return param, None
    if buf is None:
        buf = grad.copy()
    else:
        buf = _copy(buf)
        buf *= mu
        buf += grad
    if nesterov:
        grad += mu * buf
    else:
        grad = buf
    param -= lr * grad
    return param, buf


def adagrad(
    w: np.ndarray, g: np.ndarray, s: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    param, grad, state_sum = _copy(w), _copy(g), _copy(s)
    state_sum += grad * grad
    std = np.sqrt(state_sum)
    std += eps
    param -= lr * (grad / std)
    return param, state_sum


def rmsprop(
    w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, alpha: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    param, grad, square_avg = _copy(w), _copy(g), _copy(v)
    square_avg *= alpha
    square_avg += (1 - alpha) * np.square(grad)
    avg = np.sqrt(square_avg) + eps
    param -= lr * (grad / avg)
    return param, square_avg
