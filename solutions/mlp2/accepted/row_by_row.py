"""One row at a time, gradients added up: the chain rule as it stands in a textbook."""

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
    if loss not in ("ce", "mse"):
        raise ValueError("unknown loss " + repr(loss))
    params = {"dW1": W1, "db1": b1, "dW2": W2, "db2": b2}
    grads = {name: np.zeros(param.shape) for name, param in params.items()}
    total = 0.0
    N, C = len(X), len(b2)
    for n in range(N):
        x = X[n].astype(float)
        pre = x @ W1.astype(float) + b1
        hidden = np.where(pre > 0, pre, 0.0)
        out = hidden @ W2.astype(float) + b2
        if loss == "ce":
            exps = np.exp(out - out.max())
            probs = exps / exps.sum()
            target = np.zeros(C)
            target[y[n]] = 1.0
            total += (out.max() - out[y[n]] + np.log(exps.sum())) / N
            dout = (probs - target) / N
        else:
            total += ((out - y[n]) ** 2).sum() / (N * C)
            dout = 2 * (out - y[n]) / (N * C)
        dhidden = W2 @ dout
        dhidden[pre <= 0] = 0
        grads["dW2"] += np.outer(hidden, dout)
        grads["db2"] += dout
        grads["dW1"] += np.outer(x, dhidden)
        grads["db1"] += dhidden
    dtype = W1.dtype if W1.dtype.kind == "f" else np.dtype(float)
    return total, {name: grad.astype(dtype) for name, grad in grads.items()}
