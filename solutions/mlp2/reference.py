"""Backpropagation through one hidden ReLU layer: Rumelhart, Hinton and Williams, Nature 323 (1986);
Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.5."""

import numpy as np


def mlp2(
    X: np.ndarray,
    y: np.ndarray,
    W1: np.ndarray,
    b1: np.ndarray,
    W2: np.ndarray,
    b2: np.ndarray,
    loss: str = "ce",
) -> tuple[float, dict[str, np.ndarray]]:
    """Loss and gradients of ``relu(X @ W1 + b1) @ W2 + b2``.

    X: (N, D). W1: (D, H), b1: (H,), W2: (H, C), b2: (C,).
    loss: "ce", softmax cross-entropy, y: (N,) classes, mean over N; or
    "mse", squared error, y: (N, C), mean over N * C.

    Returns the loss and ``{"dW1", "db1", "dW2", "db2"}``, each of its parameter's shape.
    """
    a = X @ W1 + b1  # (N, H)
    h = np.maximum(a, 0)  # (N, H)
    z = h @ W2 + b2  # (N, C)

    if loss == "ce":
        rows = np.arange(len(X))  # (N,)
        s = z - z.max(axis=1, keepdims=True)  # (N, C)
        logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))  # (N, C)
        value = -logp[rows, y].mean()
        dz = np.exp(logp)  # (N, C), the softmax
        dz[rows, y] -= 1
        dz /= len(X)
    elif loss == "mse":
        error = z - y  # (N, C)
        value = (error**2).mean()
        dz = 2 * error / error.size  # (N, C)
    else:
        raise ValueError(f"loss must be 'ce' or 'mse', not {loss!r}")

    dh = dz @ W2.T  # (N, H)
    da = dh * (a > 0)  # (N, H)
    return value, {
        "db2": dz.sum(axis=0),  # (C,)
        "dW2": h.T @ dz,  # (H, C)
        "db1": da.sum(axis=0),  # (H,)
        "dW1": X.T @ da,  # (D, H)
    }
