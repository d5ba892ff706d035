"""A callable object that keeps the training data's mean and deviation; RMSProp."""

from collections.abc import Callable

import numpy as np


class Net:
    def __init__(self, X: np.ndarray, classes: int, rng: np.random.Generator) -> None:
        self.mean, self.deviation = X.mean(axis=0), X.std(axis=0)
        self.A = rng.uniform(-1.5, 1.5, (40, 2))
        self.a = rng.uniform(-1.5, 1.5, (40, 1))
        self.B = rng.uniform(-0.1, 0.1, (classes, 40))
        self.squares = [0.0, 0.0, 0.0]

    def __call__(self, X: np.ndarray) -> np.ndarray:
        return self.forward(X)[2].T

    def forward(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        x = ((X - self.mean) / self.deviation).T  # (2, N): points are columns
        h = np.tanh(self.A @ x + self.a)
        z = self.B @ h
        e = np.exp(z - z.max(axis=0))
        return x, h, e / e.sum(axis=0)

    def step(self, X: np.ndarray, target: np.ndarray, rate: float) -> None:
        x, h, p = self.forward(X)
        error = (p - target) / len(X)
        slope = (self.B.T @ error) * (1 - h * h)
        grads = slope @ x.T, slope.sum(axis=1, keepdims=True), error @ h.T
        for n, (weights, grad) in enumerate(zip((self.A, self.a, self.B), grads, strict=True)):
            self.squares[n] = 0.9 * self.squares[n] + 0.1 * grad**2
            weights -= rate * grad / (np.sqrt(self.squares[n]) + 1e-6)


def fit(
    X: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> Callable[[np.ndarray], np.ndarray]:
    X, classes = X.astype(float), y.max() + 1
    target = (np.arange(classes)[:, None] == y).astype(float)
    net = Net(X, classes, rng)
    for t in range(400):
        net.step(X, target, 0.03 * (1 - t / 400))
    return net
