"""Backpropagation through a two-layer net with an L2 penalty: Goodfellow, Bengio and Courville,
Deep Learning (2016), sections 6.5 and 7.1."""

import numpy as np


def mlp_grads(
    X: np.ndarray,
    y: np.ndarray,
    W1: np.ndarray,
    b1: np.ndarray,
    W2: np.ndarray,
    b2: np.ndarray,
    loss: str = "ce",
    l2: float = 0.0,
) -> tuple[float, dict[str, np.ndarray]]:
    """Loss and gradients of the net relu(X @ W1 + b1) @ W2 + b2, with an L2 penalty.

    X: (N, D), N >= 1. W1: (D, H), b1: (H,), W2: (H, C), b2: (C,).
    loss "ce": softmax cross-entropy, y: (N,) integer classes, mean over N.
    loss "mse": squared error, y: (N, C), mean over all N * C elements.
    Any other loss is a ValueError. To either, l2 / 2 times the sum of the squares of W1 and W2
    is added; biases are not penalised.

    Returns the loss and a dict with the keys dW1, db1, dW2, db2, each of its parameter's shape.
    float32 stays float32, integers give float64. ReLU'(0) = 0.
    """
    dtype = np.result_type(X, W1, b1, W2, b2, 1.0)
    X, W1, b1, W2, b2 = (np.asarray(value, dtype) for value in (X, W1, b1, W2, b2))

    # forward
    a = X @ W1 + b1  # (N, H)
    h = np.maximum(a, 0)  # (N, H)
    z = h @ W2 + b2  # (N, C)
    costs, slopes = _costs(z, y, loss)  # (N,), (N, C)
    penalty = l2 / 2 * ((W1**2).sum() + (W2**2).sum())
    value = costs.mean() + penalty

    # backward
    dz = slopes / len(X)  # (N, C): the loss is the mean of the costs
    dh, dW2, db2 = _affine_backward(dz, h, W2)
    da = _relu_backward(dh, h)
    _, dW1, db1 = _affine_backward(da, X, W1)

    params = {"dW1": W1, "db1": b1, "dW2": W2, "db2": b2}
    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    for name, param in params.items():
        if name.startswith("dW"):  # biases are not penalised
            grads[name] = grads[name] + l2 * param
    return float(value), grads


def _costs(z: np.ndarray, y: np.ndarray, loss: str) -> tuple[np.ndarray, np.ndarray]:
    """The cost of each row of z: (N, C), and the derivatives of each row's cost: (N,), (N, C)."""
    if loss == "ce":
        rows = np.arange(len(z))
        logp = z - np.logaddexp.reduce(z, axis=1, keepdims=True)  # (N, C)
        slopes = np.exp(logp)  # (N, C)
        slopes[rows, y] -= 1
        return -logp[rows, y], slopes
    if loss == "mse":
        _, classes = z.shape
        error = z - np.asarray(y, z.dtype)  # (N, C)
        return (error**2).sum(axis=1) / classes, 2 * error / classes
    raise ValueError(f"loss must be 'ce' or 'mse', not {loss!r}")


def _relu_backward(dh: np.ndarray, h: np.ndarray) -> np.ndarray:
    """The gradient of what ReLU got, from that of what it gave, h: (N, H)."""
    return dh * (h > 0)


def _affine_backward(
    dout: np.ndarray, x: np.ndarray, W: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of x, W and b, from that of x @ W + b."""
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)
