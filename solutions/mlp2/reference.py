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
    loss: "ce", softmax cross-entropy, y: (N,) integer classes, mean over N; or
    "mse", squared error, y: (N, C), mean over N * C. Anything else is a ``ValueError``.

    Returns the loss and ``{"dW1", "db1", "dW2", "db2"}``, each of its parameter's shape.
    Float dtypes are kept, integers give float64; an empty batch gives 0.0 and zero gradients.
    """
    dtype = np.result_type(X, W1, b1, W2, b2, 1.0)  # integers become float64
    work = np.promote_types(dtype, np.float32)  # float16 is computed in float32
    X, W1, b1, W2, b2 = (np.asarray(value, work) for value in (X, W1, b1, W2, b2))

    a = X @ W1 + b1  # (N, H)
    h = np.maximum(a, 0)  # (N, H)
    z = h @ W2 + b2  # (N, C)
    if loss == "ce":
        value, dz = _cross_entropy(z, y)
    elif loss == "mse":
        value, dz = _squared_error(z, y)
    else:
        raise ValueError(f"loss must be 'ce' or 'mse', not {loss!r}")

    dh = dz @ W2.T  # (N, H)
    da = dh * (a > 0)  # (N, H)
    grads = {
        "dW1": X.T @ da,  # (D, H)
        "db1": da.sum(axis=0),  # (H,)
        "dW2": h.T @ dz,  # (H, C)
        "db2": dz.sum(axis=0),  # (C,)
    }
    return float(value), {name: grad.astype(dtype) for name, grad in grads.items()}


def _cross_entropy(z: np.ndarray, y: np.ndarray) -> tuple[np.floating, np.ndarray]:
    """Mean softmax cross-entropy of logits z: (N, C) with classes y: (N,), and its dz: (N, C)."""
    n = max(len(z), 1)
    rows = np.arange(len(z))  # (N,)
    shifted = z - z.max(axis=1, keepdims=True)  # (N, C)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # (N, C)
    dz = np.exp(logp)  # (N, C)
    dz[rows, y] -= 1
    return (-logp[rows, y]).sum() / n, dz / n


def _squared_error(z: np.ndarray, y: np.ndarray) -> tuple[np.floating, np.ndarray]:
    """Mean squared error of z: (N, C) with targets y: (N, C), and its dz: (N, C)."""
    n = max(z.size, 1)
    error = z - np.asarray(y, z.dtype)  # (N, C)
    return (error**2).sum() / n, 2 * error / n
