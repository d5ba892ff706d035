"""einsum over an ellipsis; prefix and suffix products, the gradients in one stacked array."""

from itertools import accumulate

import numpy as np


def _float(a: np.ndarray) -> np.ndarray:
    return a if a.dtype == np.float32 else a.astype(np.float64)


def linear(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, object]:
    x, W, b = _float(x), _float(W), _float(b)
    return np.einsum("...i,io->...o", x, W) + b, {"x": x, "W": W}


def linear_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dy = _float(dy)
    lead = tuple(range(dy.ndim - 1))
    dx = np.einsum("...o,io->...i", dy, cache["W"])
    return dx, np.tensordot(cache["x"], dy, axes=(lead, lead)), np.array(dy.sum(axis=lead))


def chain(Ms: list[np.ndarray], dP: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    stack, dP = _float(np.stack(Ms)), _float(dP)
    one = np.eye(dP.shape[0], dtype=dP.dtype)
    before = list(accumulate(stack, np.matmul, initial=one))
    after = list(accumulate(stack[::-1], lambda right, M: M @ right, initial=one))[::-1]
    left, right = np.stack(before[:-1]), np.stack(after[1:])
    return before[-1], list(left.swapaxes(1, 2) @ dP @ right.swapaxes(1, 2))
