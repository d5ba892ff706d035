"""Boolean masks for the two signs; softplus with PyTorch's threshold: above 20 it is x itself."""

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    out = np.zeros(x.shape, np.result_type(x, 1.0))
    positive = x >= 0
    out[positive] = 1 / (1 + np.exp(-x[positive].astype(out.dtype)))
    e = np.exp(x[~positive].astype(out.dtype))
    out[~positive] = e / (1 + e)
    return out


def softplus(x: np.ndarray) -> np.ndarray:
    z = x.astype(np.result_type(x, 1.0))
    return np.where(z > 20, z, np.log1p(np.exp(np.minimum(z, 20))))


def log_sigmoid(x: np.ndarray) -> np.ndarray:
    z = x.astype(np.result_type(x, 1.0))
    return np.where(z < 0, z, 0) - np.log1p(np.exp(np.where(z < 0, z, -z)))
