# one maximum for the whole batch
import numpy as np


def _ones(x):
    return np.hstack([x, np.ones((x.shape[0], 1))])


def mlp2(X, y, W1, b1, W2, b2, loss="ce"):
    V1, V2 = np.vstack([W1, b1]), np.vstack([W2, b2])
    pre = _ones(X) @ V1
    hid = np.maximum(pre, 0.0)
    z = _ones(hid) @ V2
    n, c = z.shape
    if loss == "ce":
        z = z - z.max()
        total = np.exp(z).sum(axis=1)
        value = float((np.log(total) - z[range(n), y]).mean())
        dz = np.exp(z) / total[:, np.newaxis]
        dz[range(n), y] -= 1.0
        dz = dz / n
    else:
        value = float(((z - y) ** 2).sum() / (n * c))
        dz = 2.0 * (z - y) / (n * c)
    dV2 = _ones(hid).T @ dz
    dpre = (dz @ V2.T)[:, :-1] * np.sign(hid)
    dV1 = _ones(X).T @ dpre
    return value, {"dW1": dV1[:-1], "db1": dV1[-1], "dW2": dV2[:-1], "db2": dV2[-1]}
