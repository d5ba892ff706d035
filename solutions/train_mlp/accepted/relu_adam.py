"""ReLU, He's initialisation, explicit biases, and Adam on a dict of parameters."""

from collections.abc import Callable

import numpy as np


def fit(
    X: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> Callable[[np.ndarray], np.ndarray]:
    X, n, hidden, classes = X.astype(float), len(X), 48, int(y.max()) + 1
    p = {
        "W1": rng.normal(0, 1, (2, hidden)),
        "b1": np.zeros(hidden),
        "W2": rng.normal(0, np.sqrt(2 / hidden), (hidden, classes)),
        "b2": np.zeros(classes),
    }
    first = {name: np.zeros_like(value) for name, value in p.items()}
    second = {name: np.zeros_like(value) for name, value in p.items()}

    def forward(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        h = np.maximum(X @ p["W1"] + p["b1"], 0)
        z = h @ p["W2"] + p["b2"]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return h, e / e.sum(axis=1, keepdims=True)

    for t in range(1, 301):
        h, d = forward(X)
        d[np.arange(n), y] -= 1
        d /= n
        dh = d @ p["W2"].T
        dh[h == 0] = 0
        grads = {"W1": X.T @ dh, "b1": dh.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
        for name, g in grads.items():
            first[name] = 0.9 * first[name] + 0.1 * g
            second[name] = 0.999 * second[name] + 0.001 * g * g
            step = first[name] / (1 - 0.9**t)
            p[name] -= 0.03 * step / (np.sqrt(second[name] / (1 - 0.999**t)) + 1e-8)
    return lambda X: forward(X.astype(float))[1]
