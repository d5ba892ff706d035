"""Ioffe and Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal
Covariate Shift (2015), algorithms 1 and 2; the running averages are PyTorch's."""

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
    """``gamma * (x - mean) / sqrt(var + eps) + beta``, channel by channel.

    x: (N, C) or (N, C, H, W). gamma, beta, rm, rv: (C,). Returns y like x, the running mean and
    variance rm2, rv2: (C,), and a cache for :func:`batchnorm_backward`.
    Float dtypes are kept, integers give float64.
    """
    dtype = np.result_type(x, gamma, beta, rm, rv, 1.0)  # integers become float64
    shape = x.shape
    x, gamma, beta, rm, rv = (np.array(value, dtype) for value in (x, gamma, beta, rm, rv))
    x = _rows(x)  # (M, C)

    batch = train and len(x) != 0  # an empty batch has no statistics
    mean, var = (x.mean(axis=0), x.var(axis=0)) if batch else (rm, rv)  # (C,) each
    std = np.sqrt(var + eps)  # (C,)
    xhat = (x - mean) / std  # (M, C)
    if batch:
        rm = (1 - momentum) * rm + momentum * mean
        rv = (1 - momentum) * rv + momentum * x.var(axis=0, ddof=1)
    return _unrows(gamma * xhat + beta, shape), rm, rv, (xhat, gamma, std, batch)


def batchnorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of :func:`batchnorm`, in the mode that it ran in.

    dy: like x. Returns dx like x, dgamma: (C,) and dbeta: (C,), in the forward's dtype.
    """
    xhat, gamma, std, batch = cache
    shape, dy = dy.shape, _rows(dy).astype(xhat.dtype)  # (M, C)
    dgamma, dbeta = (dy * xhat).sum(axis=0), dy.sum(axis=0)  # (C,) each
    dxhat = dy * gamma  # (M, C)
    if batch:  # the mean and the variance depend on x too
        dxhat = dxhat - dxhat.mean(axis=0) - xhat * (dxhat * xhat).mean(axis=0)
    return _unrows(dxhat / std, shape), dgamma, dbeta


def _rows(x: np.ndarray) -> np.ndarray:
    """(N, C) as it is; (N, C, H, W) as (N*H*W, C): every pixel is a row of channels."""
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def _unrows(rows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The rows back in their places in an array of ``shape``."""
    N, C, *image = shape
    return np.moveaxis(rows.reshape(N, *image, C), -1, 1)
