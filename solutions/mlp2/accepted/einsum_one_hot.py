"""einsum throughout, one-hot targets, the mean taken by weights at the very end."""

import numpy as np


def mlp2(X, y, W1, b1, W2, b2, loss="ce"):
    a = np.einsum("nd,dh->nh", X, W1) + b1
    mask = (a > 0).astype(float)
    z = np.einsum("nh,hc->nc", a * mask, W2) + b2
    n, c = z.shape
    if loss == "ce":
        t = np.eye(c)[y]
        m = z.max(axis=-1, keepdims=True)
        lse = m + np.log(np.exp(z - m).sum(axis=-1, keepdims=True))
        per_row = np.einsum("nc,nc->n", t, lse - z)
        dz = np.exp(z - lse) - t
        weight = 1 / n
    else:
        per_row = ((z - y) ** 2).sum(axis=-1)
        dz = 2.0 * (z - y)
        weight = 1 / (n * c)
    da = np.einsum("nc,hc,nh->nh", dz, W2, mask)
    return weight * per_row.sum(), {
        "dW1": weight * np.einsum("nd,nh->dh", X, da),
        "db1": weight * np.einsum("nh->h", da),
        "dW2": weight * np.einsum("nh,nc->hc", a * mask, dz),
        "db2": weight * np.einsum("nc->c", dz),
    }
