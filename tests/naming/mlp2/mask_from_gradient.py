# ReLU mask from the gradient
import numpy as np


def mlp2(X, y, W1, b1, W2, b2, kind="ce"):
    dW1, db1 = np.zeros(W1.shape), np.zeros(b1.shape)
    dW2, db2 = np.zeros(W2.shape), np.zeros(b2.shape)
    total = 0.0
    N, C = len(X), len(b2)
    for n in range(N):
        pre = X[n] @ W1 + b1
        hidden = np.where(pre > 0, pre, 0.0)
        out = hidden @ W2 + b2
        if kind == "ce":
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
        dhidden[dhidden <= 0] = 0
        dW2 += np.outer(hidden, dout)
        db2 += dout
        dW1 += np.outer(X[n], dhidden)
        db1 += dhidden
    return total, {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
