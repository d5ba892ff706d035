"""Softmax cross-entropy from logits; label smoothing: Szegedy et al., Rethinking the Inception
Architecture for Computer Vision (2016), section 7."""

import numpy as np


def cross_entropy(
    z: np.ndarray,
    y: np.ndarray,
    label_smoothing: float = 0.0,
    ignore_index: int = -100,
    weight: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    """Weighted mean cross-entropy of the rows that count, and its gradient.

    z: (N, C) logits. y: (N,) integer classes; rows with ``y == ignore_index`` do not count.
    label_smoothing: the share of each target that is spread over all C classes. weight: (C,).
    Returns the loss and dz: (N, C), in z's dtype, float64 for integers; zeros if no row counts.
    """
    z = np.asarray(z, np.result_type(z, 1.0))  # integers become float64
    _, classes = z.shape
    rows = np.flatnonzero(y != ignore_index)  # (V,): those that count
    if rows.size == 0:
        return 0.0, np.zeros_like(z)

    q = np.zeros(z.shape)  # (N, C): the targets, with weights and the divisor in them
    q[rows] = label_smoothing / classes
    q[rows, y[rows]] += 1 - label_smoothing
    weight = np.ones(classes) if weight is None else weight  # (C,)
    q *= weight / weight[y[rows]].sum()

    shifted = z - z.max(axis=1, keepdims=True)  # (N, C)
    logp = shifted - np.log(_row_sums(np.exp(shifted)))  # (N, C)
    loss = -(q * logp).sum()
    dz = _row_sums(q) * np.exp(logp) - q  # (N, C)
    return loss.astype(z.dtype), dz.astype(z.dtype)


def _row_sums(a: np.ndarray) -> np.ndarray:
    """(N, C) to (N, 1)."""
    return a.sum(axis=1, keepdims=True)
