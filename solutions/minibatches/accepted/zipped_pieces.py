"""Shuffled copies of both arrays, cut by np.split and zipped; Fisher and Yates by hand."""

from collections.abc import Iterator

import numpy as np


def minibatches(
    X: np.ndarray,
    y: np.ndarray,
    bs: int,
    rng: np.random.Generator | None,
    shuffle: bool = True,
    drop_last: bool = False,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    X, y = X.copy(), y.copy()
    if shuffle:
        for last in range(len(X) - 1, 0, -1):
            pick = int(rng.integers(last + 1))
            X[[last, pick]] = X[[pick, last]]
            y[[last, pick]] = y[[pick, last]]
    cuts = range(bs, len(X) + (1 if drop_last else 0), bs)
    pieces = list(zip(np.split(X, cuts), np.split(y, cuts), strict=True))
    if drop_last or not len(X):
        pieces.pop()
    return iter(pieces)
