import numpy as np


def sdpa(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    mask: np.ndarray | None = None,
    causal: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Scaled dot-product attention, and its weights.

    q: (B, H, Tq, D). k: (B, H, Tk, D). v: (B, H, Tk, Dv).
    mask: bool, broadcast to (B, H, Tq, Tk); True where the query may attend to the key.
    causal: the queries are the last Tq of the Tk positions, and see no later key.
    Returns out: (B, H, Tq, Dv) and attn: (B, H, Tq, Tk). A query with nothing to attend to gets
    zeros in both. Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError
