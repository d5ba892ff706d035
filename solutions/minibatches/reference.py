"""One epoch of shuffled minibatches, as torch.utils.data.DataLoader makes them."""

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
    """One epoch over X: (N, ...) and y: (N,), in batches.

    Yields pairs Xb: (bs, ...), yb: (bs,), which are copies in the dtypes of X and y. The last
    pair is shorter, or with ``drop_last`` left out, when ``bs`` does not divide N.
    ``rng`` may be None without ``shuffle``.
    """
    n = len(X)
    order = rng.permutation(n) if shuffle else np.arange(n)  # (N,)
    end = n - n % bs if drop_last else n
    for start in range(0, end, bs):
        rows = order[start : start + bs]  # (bs,), or what is left
        yield X[rows], y[rows]  # indexing with an array copies
