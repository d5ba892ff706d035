"""Outer products, one row at a time; the chain by recursion, halved and put together."""

import numpy as np


def linear(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, object]:
    dtype = np.float32 if x.dtype == W.dtype == np.float32 else np.float64
    y = np.empty((*x.shape[:-1], W.shape[1]), dtype)
    for at in np.ndindex(x.shape[:-1]):
        y[at] = W.T.dot(x[at]) + b
    return y, (x.copy(), W.copy(), dtype)


def linear_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, W, dtype = cache
    dx, dW, db = np.zeros(x.shape, dtype), np.zeros(W.shape, dtype), np.zeros(W.shape[1], dtype)
    for at in np.ndindex(x.shape[:-1]):
        dx[at] = W.dot(dy[at])
        dW += np.outer(x[at], dy[at])
        db += dy[at]
    return dx, dW, db


def _product(Ms: list[np.ndarray]) -> tuple[np.ndarray, list]:
    """The product, and a tree of the halves' products for the way back."""
    if len(Ms) == 1:
        return Ms[0], []
    middle = len(Ms) // 2
    left, left_tree = _product(Ms[:middle])
    right, right_tree = _product(Ms[middle:])
    return left @ right, [left, left_tree, right, right_tree]


def _gradients(tree: list, dP: np.ndarray) -> list[np.ndarray]:
    if not tree:
        return [dP.copy()]
    left, left_tree, right, right_tree = tree
    return _gradients(left_tree, dP @ right.T) + _gradients(right_tree, left.T @ dP)


def chain(Ms: list[np.ndarray], dP: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    dtype = dP.dtype if dP.dtype.kind == "f" else np.dtype(float)
    P, tree = _product([M.astype(dtype) for M in Ms])
    return P, _gradients(tree, dP.astype(dtype))
