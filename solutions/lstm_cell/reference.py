"""An LSTM cell: Hochreiter and Schmidhuber, Long Short-Term Memory (1997), with the forget gate of
Gers, Schmidhuber and Cummins, Learning to Forget (2000)."""

import numpy as np


def lstm_cell(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    Wx: np.ndarray,
    Wh: np.ndarray,
    b: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, object]:
    """One step of an LSTM: ``c2 = f * c + i * g``, ``h2 = o * tanh(c2)``.

    x: (N, D). h, c: (N, H). Wx: (D, 4H), Wh: (H, 4H), b: (4H,), in blocks of H columns in the
    order i, f, g, o. Returns h2: (N, H), c2: (N, H) and a cache for :func:`lstm_backward`.
    """
    i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)  # (N, H) each
    i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
    c2 = f * c + i * g  # (N, H)
    h2 = o * np.tanh(c2)  # (N, H)
    return h2, c2, (x, h, c, Wx, Wh, i, f, g, o, c2)


def lstm_backward(
    dh2: np.ndarray, dc2: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of :func:`lstm_cell`, from those of its two outputs.

    dh2, dc2: (N, H). Returns dx: (N, D), dh: (N, H), dc: (N, H), dWx: (D, 4H), dWh: (H, 4H) and
    db: (4H,); parameter gradients are summed over the batch.
    """
    x, h, c, Wx, Wh, i, f, g, o, c2 = cache
    t = np.tanh(c2)  # (N, H)
    do = dh2 * t  # (N, H)
    dc2 = dc2 + dh2 * o * (1 - t**2)  # (N, H): c2 is an output itself, and feeds h2
    di, df, dg, dc = dc2 * g, dc2 * c, dc2 * i, dc2 * f  # (N, H) each
    da = np.concatenate(
        [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)], axis=1
    )  # (N, 4H)
    dx, dh = da @ Wx.T, da @ Wh.T  # (N, D), (N, H)
    dWx, dWh, db = x.T @ da, h.T @ da, da.sum(axis=0)  # (D, 4H), (H, 4H), (4H,)
    return dx, dh, dc, dWx, dWh, db


def _sigmoid(a: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-a)), in a form that cannot overflow."""
    return (1 + np.tanh(a / 2)) / 2
