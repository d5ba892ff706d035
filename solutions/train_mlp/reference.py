"""One hidden layer, trained by gradient descent with momentum: Rumelhart, Hinton and Williams,
Learning representations by back-propagating errors, Nature 323 (1986)."""

from collections.abc import Callable

import numpy as np

HIDDEN = 32
STEPS = 160
MOMENTUM = 0.9


def fit(
    X: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> Callable[[np.ndarray], np.ndarray]:
    """Train on the points X: (N, 2) of the classes y: (N,), integers 0 … C-1.

    Returns ``predict(X)``: the class probabilities (M, C) of points X: (M, 2), as float64.
    """
    X = np.column_stack([X, np.ones(len(X))])  # (N, 3): the weights of the ones are the biases
    C = y.max() + 1
    target = np.eye(C)[y]  # (N, C)
    W1 = rng.normal(size=(3, HIDDEN))  # random, or all units would stay alike
    W2, V1, V2 = (np.zeros(size) for size in ((HIDDEN, C), W1.shape, (HIDDEN, C)))
    for _ in range(STEPS):
        h = np.tanh(X @ W1)  # (N, H)
        dz = (_softmax(h @ W2) - target) / len(X)  # (N, C)
        da = dz @ W2.T * (1 - h**2)  # (N, H)
        for W, V, dW in ((W1, V1, X.T @ da), (W2, V2, h.T @ dz)):
            V *= MOMENTUM
            V -= dW  # a learning rate of 1 does, for a mean loss and data of size 1
            W += V

    def predict(X: np.ndarray) -> np.ndarray:
        return _softmax(np.tanh(np.column_stack([X, np.ones(len(X))]) @ W1) @ W2)

    return predict


def _softmax(z: np.ndarray) -> np.ndarray:
    """The softmax of each row of z: (N, C), without overflow."""
    return np.exp(z - np.logaddexp.reduce(z.T)[:, None])
