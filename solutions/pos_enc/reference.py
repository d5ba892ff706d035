"""Position encodings: Vaswani et al. 2017, section 3.5 (sinusoidal); Su et al. 2021 (RoPE)."""

import numpy as np


def sinusoidal(T: int, D: int) -> np.ndarray:
    """Sine and cosine, alternating, of the positions 0 to T - 1: (T, D), float64."""
    angles = np.outer(np.arange(T), _frequencies(D, 1e4))  # (T, D/2)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, D)


def rope(x: np.ndarray, pos: np.ndarray, base: float = 1e4, layout: str = "half") -> np.ndarray:
    """``x`` (B, H, T, D) with each pair of features rotated by its position ``pos`` (T,).

    The pairs are features i and i + D/2 ("half") or 2i and 2i + 1 ("interleaved"); ``ValueError``
    for any other layout. Float dtypes are kept, integers give float64.
    """
    D = x.shape[-1]
    if layout == "half":
        half = D // 2
        first, second = slice(None, half), slice(half, None)
    elif layout == "interleaved":
        first, second = slice(None, None, 2), slice(1, None, 2)
    else:
        raise ValueError(f"layout is 'half' or 'interleaved', not {layout!r}")
    angles = np.outer(pos, _frequencies(D, base))  # (T, D/2), float64
    cos, sin = np.cos(angles), np.sin(angles)
    a, b = x[..., first], x[..., second]  # (B, H, T, D/2)
    rotated = np.empty(x.shape, np.result_type(x, 1.0))
    rotated[..., first] = a * cos - b * sin
    rotated[..., second] = a * sin + b * cos
    return rotated


def _frequencies(D: int, base: float) -> np.ndarray:
    return base ** (-np.arange(0, D, 2) / D)  # (D/2,), from 1 down to nearly 1/base
