"""One channel after the other; the training gradient from dgamma and dbeta."""

import math

import numpy as np


def batchnorm(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    rm: np.ndarray,
    rv: np.ndarray,
    train: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, object]:
    kind = x.dtype if np.issubdtype(x.dtype, np.floating) else np.dtype(float)
    xhat = np.zeros(x.shape)
    y = np.zeros(x.shape, kind)
    rm2, rv2 = rm.astype(kind), rv.astype(kind)
    roots = []
    for c in range(x.shape[1]):
        values = x[:, c].astype(float)
        mean, variance = float(rm[c]), float(rv[c])
        if train and values.size:
            mean = values.sum() / values.size
            squares = ((values - mean) ** 2).sum()
            variance = squares / values.size
            rm2[c] = rm[c] * (1 - momentum) + mean * momentum
            rv2[c] = rv[c] * (1 - momentum) + squares / (values.size - 1) * momentum
        roots.append(math.sqrt(variance + eps))
        xhat[:, c] = (values - mean) / roots[-1]
        y[:, c] = gamma[c] * xhat[:, c] + beta[c]
    return y, rm2, rv2, (xhat, np.array(gamma, float), roots, train, kind)


def batchnorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    xhat, gamma, roots, train, kind = cache
    dx = np.zeros(xhat.shape, kind)
    dgamma, dbeta = np.zeros((2, len(roots)), kind)
    for c, root in enumerate(roots):
        d, h = dy[:, c].astype(float), xhat[:, c]
        total, along = d.sum(), (d * h).sum()
        dbeta[c], dgamma[c] = total, along
        if train and d.size:
            d = d - (total + h * along) / d.size
        dx[:, c] = gamma[c] / root * d
    return dx, dgamma.copy(), dbeta.copy()
