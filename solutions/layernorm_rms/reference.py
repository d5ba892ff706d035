"""Layer normalisation: Ba, Kiros and Hinton (2016); of the root mean square alone: Zhang and
Sennrich, Root Mean Square Layer Normalization (2019)."""

import numpy as np


def layernorm(x: np.ndarray, g: np.ndarray, b: np.ndarray, eps: float) -> tuple[np.ndarray, object]:
    """``(x - mean) / sqrt(var + eps) * g + b`` over the last axis; the variance is biased.

    x: (..., D). g, b: (D,). Returns y: (..., D) and a cache for :func:`layernorm_backward`.
    Float dtypes are kept, integers give float64.
    """
    dtype, (x, g, b) = _widened(x, g, b)
    centred = x - x.mean(axis=-1, keepdims=True)  # (..., D): the variance of what is left is exact
    xhat, std = _divided_by_rms(centred, eps)  # (..., D), (..., 1)
    return (xhat * g + b).astype(dtype, copy=False), (xhat, std, g, dtype)


def layernorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of :func:`layernorm`.

    dy: (..., D). Returns dx: (..., D), dg: (D,) and db: (D,), in the forward's dtype.
    """
    xhat, std, g, dtype = cache
    dy = dy.astype(xhat.dtype)
    dcentred = _through_rms(dy * g, xhat, std)  # (..., D)
    dx = dcentred - dcentred.mean(axis=-1, keepdims=True)  # (..., D)
    leading = tuple(range(dy.ndim - 1))
    dg, db = (dy * xhat).sum(axis=leading), dy.sum(axis=leading)  # (D,), (D,)
    return tuple(grad.astype(dtype, copy=False) for grad in (dx, dg, db))


def rmsnorm(x: np.ndarray, g: np.ndarray, eps: float) -> tuple[np.ndarray, object]:
    """``x / sqrt(mean(x^2) + eps) * g`` over the last axis.

    x: (..., D). g: (D,). Returns y: (..., D) and a cache for :func:`rmsnorm_backward`. Float
    dtypes are kept, integers give float64.
    """
    dtype, (x, g) = _widened(x, g)
    xhat, rms = _divided_by_rms(x, eps)  # (..., D), (..., 1)
    return (xhat * g).astype(dtype, copy=False), (xhat, rms, g, dtype)


def rmsnorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of :func:`rmsnorm`.

    dy: (..., D). Returns dx: (..., D) and dg: (D,), in the forward's dtype.
    """
    xhat, rms, g, dtype = cache
    dy = dy.astype(xhat.dtype)
    dx = _through_rms(dy * g, xhat, rms)  # (..., D)
    dg = (dy * xhat).sum(axis=tuple(range(dy.ndim - 1)))  # (D,)
    return dx.astype(dtype, copy=False), dg.astype(dtype, copy=False)


def _divided_by_rms(x: np.ndarray, eps: float) -> tuple[np.ndarray, np.ndarray]:
    rms = np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
    return x / rms, rms


def _through_rms(dxhat: np.ndarray, xhat: np.ndarray, rms: np.ndarray) -> np.ndarray:
    """The gradient before the division, which the root mean square has a share in."""
    return (dxhat - xhat * (dxhat * xhat).mean(axis=-1, keepdims=True)) / rms


def _widened(*arrays: np.ndarray) -> tuple[np.dtype, list[np.ndarray]]:
    """The dtype of the answer, and the arrays in the one to compute in."""
    dtype = np.result_type(*arrays, 1.0)  # integers become float64
    work = np.promote_types(dtype, np.float32)  # the squares of float16 overflow at 256
    return dtype, [np.asarray(array, work) for array in arrays]
