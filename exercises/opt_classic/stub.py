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
    """One step of SGD, as torch.optim.SGD.

    w, g, buf: weights, gradient and momentum buffer, all of one shape; buf is None before the
    first step. lr, mu, wd: learning rate, momentum and weight decay.
    Returns new arrays w2 and buf2. float32 and float64 are kept, integers give float64.
    """
    raise NotImplementedError


def adagrad(
    w: np.ndarray, g: np.ndarray, s: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    """One step of Adagrad, as torch.optim.Adagrad.

    w, g, s: weights, gradient and the sum of squared gradients so far, all of one shape.
    Returns new arrays w2 and s2. float32 and float64 are kept, integers give float64.
    """
    raise NotImplementedError


def rmsprop(
    w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, alpha: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    """One step of RMSprop, as torch.optim.RMSprop.

    w, g, v: weights, gradient and the average of squared gradients so far, all of one shape.
    alpha: the weight of the old average. Returns new arrays w2 and v2. float32 and float64 are
    kept, integers give float64.
    """
    raise NotImplementedError
