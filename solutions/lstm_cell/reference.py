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
    Float dtypes are kept, integers give float64.
    """
    dtype = np.result_type(x, h, c, Wx, Wh, b, 1.0)  # integers become float64
    work = np.promote_types(dtype, np.float32)  # float16 is computed in float32
    x, h, c, Wx, Wh, b = (np.asarray(value, work) for value in (x, h, c, Wx, Wh, b))

    a = x @ Wx + h @ Wh + b  # (N, 4H)
    i, f, g, o = np.split(a, 4, axis=1)  # (N, H) each
    i, f, o = _sigmoid(i), _sigmoid(f), _sigmoid(o)  # (N, H) each
    g = np.tanh(g)  # (N, H)
    c2 = f * c + i * g  # (N, H)
    tanh_c2 = np.tanh(c2)  # (N, H)
    h2 = o * tanh_c2  # (N, H)
    cache = (x, h, c, Wx, Wh, i, f, g, o, tanh_c2, dtype)
    return h2.astype(dtype, copy=False), c2.astype(dtype, copy=False), cache


def lstm_backward(
    dh2: np.ndarray, dc2: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of :func:`lstm_cell`, from those of its two outputs.

    dh2, dc2: (N, H). Returns dx: (N, D), dh: (N, H), dc: (N, H), dWx: (D, 4H), dWh: (H, 4H) and
    db: (4H,), in the forward's dtype; parameter gradients are summed over the batch.
    """
    x, h, c, Wx, Wh, i, f, g, o, tanh_c2, dtype = cache

    dc2 = dc2 + dh2 * o * (1 - tanh_c2**2)  # (N, H): c2 is an output itself and feeds h2
    da = np.concatenate(
        [
            dc2 * g * i * (1 - i),
            dc2 * c * f * (1 - f),
            dc2 * i * (1 - g**2),
            dh2 * tanh_c2 * o * (1 - o),
        ],
        axis=1,
    )  # (N, 4H)
    dx, dh, dc = da @ Wx.T, da @ Wh.T, dc2 * f  # (N, D), (N, H), (N, H)
    dWx, dWh, db = x.T @ da, h.T @ da, da.sum(axis=0)  # (D, 4H), (H, 4H), (4H,)
    return tuple(grad.astype(dtype, copy=False) for grad in (dx, dh, dc, dWx, dWh, db))


def _sigmoid(a: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-a)) without overflow: no exponent is ever positive."""
    return np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a)))
