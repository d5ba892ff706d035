"""Three losses for regression. Huber, Robust Estimation of a Location Parameter (Annals of
Mathematical Statistics 35, 1964), is the source of the third."""

import numpy as np


def mse(pred: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean over all elements of ``e**2``, ``e = pred - target``, and its gradient.

    pred, target: of one shape, or (N,) and (N, 1); ``ValueError`` otherwise. Returns the loss and
    dpred, of pred's shape. dpred is float32 if both are, else float64; an empty batch gives 0.
    """
    e = _errors(pred, target)
    n = max(e.size, 1)
    return (e**2).sum() / n, 2 * e / n


def mae(pred: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean over all elements of ``|e|``, and its gradient, which is 0 at ``e = 0``."""
    e = _errors(pred, target)
    n = max(e.size, 1)
    return np.abs(e).sum() / n, np.sign(e) / n


def huber(pred: np.ndarray, target: np.ndarray, delta: float = 1.0) -> tuple[float, np.ndarray]:
    """The mean over all elements of Huber's loss, and its gradient.

    ``e**2 / 2`` up to ``|e| = delta``, ``delta * (|e| - delta / 2)`` beyond: value and slope agree
    where the two pieces meet.
    """
    e = _errors(pred, target)
    n = max(e.size, 1)
    size = np.abs(e)
    cost = np.where(size < delta, e**2 / 2, delta * (size - delta / 2))
    return cost.sum() / n, np.clip(e, -delta, delta) / n


def _errors(pred: np.ndarray, target: np.ndarray) -> np.ndarray:
    """``pred - target`` in pred's shape, as floats; (N,) and (N, 1) pair, others must agree."""
    n = pred.size
    if pred.shape != target.shape and {pred.shape, target.shape} != {(n,), (n, 1)}:
        raise ValueError(f"pred of shape {pred.shape} and target of shape {target.shape}")
    dtype = np.float32 if pred.dtype == target.dtype == np.float32 else np.float64
    return np.subtract(pred, target.reshape(pred.shape), dtype=dtype)
