import numpy as np


def sinusoidal(T: int, D: int) -> np.ndarray:
    """The sinusoidal position encoding of the positions 0 to T - 1: (T, D), float64; D is even."""
    raise NotImplementedError


def rope(x: np.ndarray, pos: np.ndarray, base: float = 1e4, layout: str = "half") -> np.ndarray:
    """Queries or keys, rotated according to their positions.

    x: (B, H, T, D), D even. pos: the positions of the T tokens, (T,).
    layout: which features form a pair, "half" or "interleaved"; ValueError for any other.
    Returns a new array of x's shape. Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError
