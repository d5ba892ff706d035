"""One row at a time, as the formula stands; total and divisor are added up."""

import math

import numpy as np


def cross_entropy(
    z: np.ndarray,
    y: np.ndarray,
    label_smoothing: float = 0.0,
    ignore_index: int = -100,
    weight: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    N, C = z.shape
    dz = np.zeros((N, C), z.dtype if z.dtype.kind == "f" else float)
    if weight is None:
        weight = [1.0] * C
    total, divisor = 0.0, 0.0
    for n in range(N):
        target = int(y[n])
        if target == ignore_index:
            continue
        row = [float(value) for value in z[n]]
        top = max(row)
        logsumexp = top + math.log(sum(math.exp(value - top) for value in row))
        divisor += float(weight[target])
        mass = 0.0
        for c in range(C):
            share = label_smoothing / C + (1 - label_smoothing if c == target else 0.0)
            share *= float(weight[c])
            total += share * (logsumexp - row[c])
            mass += share
            dz[n, c] = -share
        for c in range(C):
            dz[n, c] += mass * math.exp(row[c] - logsumexp)
    if divisor > 0:
        total /= divisor
        dz /= divisor
    return total, dz
