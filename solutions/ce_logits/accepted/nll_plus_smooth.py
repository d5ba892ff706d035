"""As PyTorch's own code: the loss is a mix of the target's part and of a uniform part."""

import numpy as np


def cross_entropy(
    z: np.ndarray,
    y: np.ndarray,
    label_smoothing: float = 0.0,
    ignore_index: int = -100,
    weight: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    dtype = np.result_type(z.dtype, np.float32) if z.dtype.kind == "f" else np.float64
    valid = y != ignore_index
    dz = np.zeros(z.shape, dtype)
    if not valid.any():
        return 0.0, dz

    z, y = z[valid].astype(np.float64), y[valid]
    n, C = z.shape
    w = np.ones(C) if weight is None else weight.astype(np.float64)
    top = z.max(axis=-1)
    lse = top + np.log(np.exp(z - top[:, None]).sum(axis=-1))
    logp = z - lse[:, None]
    p = np.exp(logp)

    wy = w[y]
    nll = -(wy * logp[np.arange(n), y]).sum() / wy.sum()
    uniform = -(logp @ w).sum() / wy.sum()
    loss = (1 - label_smoothing) * nll + label_smoothing / C * uniform

    onehot = np.eye(C)[y]
    dnll = wy[:, None] * (p - onehot) / wy.sum()
    duniform = (p * w.sum() - w) / wy.sum()
    dz[valid] = (1 - label_smoothing) * dnll + label_smoothing / C * duniform
    return loss, dz
