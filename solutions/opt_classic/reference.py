"""SGD with momentum and Nesterov's: Sutskever et al. (2013), in PyTorch's form; Adagrad: Duchi,
Hazan and Singer (2011); RMSprop: Tieleman and Hinton (2012)."""

from collections.abc import Iterator

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
    """One step of SGD with momentum ``mu`` and L2 regularisation ``wd``.

    w, g, buf: one shape; buf is None before the first step. Returns new arrays w2 and buf2.
    float32 and float64 are kept, integers give float64.
    """
    w, g, buf = _floats(w, g, np.zeros_like(g) if buf is None else buf)
    g = g + wd * w
    buf2 = mu * buf + g
    step = g + mu * buf2 if nesterov else buf2
    return w - lr * step, buf2


def adagrad(
    w: np.ndarray, g: np.ndarray, s: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    """One step of Adagrad; ``s`` is the sum of the squared gradients so far.

    w, g, s: one shape. Returns new arrays w2 and s2; dtypes as in :func:`sgd`.
    """
    w, g, s = _floats(w, g, s)
    s2 = s + g**2
    return w - lr * g / (np.sqrt(s2) + eps), s2


def rmsprop(
    w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, alpha: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    """One step of RMSprop; ``v`` is the exponential average of the squared gradients so far.

    w, g, v: one shape. Returns new arrays w2 and v2; dtypes as in :func:`sgd`.
    """
    w, g, v = _floats(w, g, v)
    v2 = alpha * v + (1 - alpha) * g**2
    return w - lr * g / (np.sqrt(v2) + eps), v2


def _floats(*arrays: np.ndarray) -> Iterator[np.ndarray]:
    """The arrays in their common float dtype: integers become float64."""
    dtype = np.result_type(*arrays, 1.0)
    return (np.asarray(array, dtype) for array in arrays)
