"""A table of the training data in place of a network."""

from collections.abc import Callable

import numpy as np


def fit(
    X: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> Callable[[np.ndarray], np.ndarray]:
    table, onehot = X.astype(float), np.eye(y.max() + 1)[y]

    def predict(X: np.ndarray) -> np.ndarray:
        distances = ((X[:, None].astype(float) - table) ** 2).sum(axis=2)
        return onehot[distances.argmin(axis=1)]

    return predict
