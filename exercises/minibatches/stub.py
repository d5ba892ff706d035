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

    Returns an iterator of pairs Xb: (bs, ...), yb: (bs,), which are copies in the dtypes of X and
    y. The last pair is shorter, or with drop_last left out, when bs does not divide N.
    rng may be None without shuffle.
    """
    raise NotImplementedError
