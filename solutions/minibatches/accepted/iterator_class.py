"""An iterator as a class of its own; it shuffles by sorting random keys, and takes row by row."""

import numpy as np


class _Batches:
    def __init__(self, X: np.ndarray, y: np.ndarray, bs: int, order: list[int]) -> None:
        self.X, self.y, self.bs, self.order = X, y, bs, order

    def __iter__(self) -> "_Batches":
        return self

    def __next__(self) -> tuple[np.ndarray, np.ndarray]:
        if not self.order:
            raise StopIteration
        rows, self.order = self.order[: self.bs], self.order[self.bs :]
        return np.stack([self.X[row] for row in rows]), np.array([self.y[row] for row in rows])


def minibatches(
    X: np.ndarray,
    y: np.ndarray,
    bs: int,
    rng: np.random.Generator | None,
    shuffle: bool = True,
    drop_last: bool = False,
) -> _Batches:
    order = list(range(len(y)))
    if shuffle:
        keys = rng.random(len(y))
        order.sort(key=lambda row: keys[row])
    if drop_last:
        order = order[: len(order) // bs * bs]
    return _Batches(X, y, bs, order)
