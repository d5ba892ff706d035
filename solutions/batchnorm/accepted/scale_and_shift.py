"""The whole layer as one scale and one shift per channel, which is how inference runs it."""

import numpy as np


def _wide(vector, ndim):
    return vector.reshape(-1, *[1] * (ndim - 2))


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
    dtype = np.result_type(x, 1.0)
    channels = x.shape[1]
    flat = x.swapaxes(0, 1).reshape(channels, x.size // channels).astype(np.float64)
    moving = train and flat.shape[1] > 0
    mean = np.average(flat, axis=1) if moving else rm
    var = np.var(flat, axis=1) if moving else rv
    rm2 = (1 - momentum) * rm + momentum * mean if moving else rm
    rv2 = (1 - momentum) * rv + momentum * np.var(flat, axis=1, ddof=1) if moving else rv
    inverse = (var + eps) ** -0.5
    centred = x - _wide(mean, x.ndim)
    y = centred * _wide(gamma * inverse, x.ndim) + _wide(beta, x.ndim)
    cache = (centred, gamma, inverse, moving, dtype)
    return y.astype(dtype), np.array(rm2, dtype), np.array(rv2, dtype), cache


def batchnorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    centred, gamma, inverse, moving, dtype = cache
    n = dy.ndim
    label = "nc" if n == 2 else "nchw"
    xhat = centred * _wide(inverse, n)
    dgamma = np.einsum(f"{label},{label}->c", dy, xhat)
    dbeta = np.einsum(f"{label}->c", dy)
    rest = dy
    if moving:
        count = dy.size // len(gamma)
        rest = dy - _wide(dbeta / count, n) - xhat * _wide(dgamma / count, n)
    dx = rest * _wide(gamma * inverse, n)
    return tuple(np.array(grad, dtype) for grad in (dx, dgamma, dbeta))
