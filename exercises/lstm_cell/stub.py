import numpy as np


def lstm_cell(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    Wx: np.ndarray,
    Wh: np.ndarray,
    b: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, object]:
    """One step of an LSTM.

    x: (N, D). h, c: (N, H). Wx: (D, 4H), Wh: (H, 4H), b: (4H,), each in four blocks of H columns
    in the order i, f, g, o. Returns h2: (N, H), c2: (N, H) and a cache of your own design for
    lstm_backward.
    """
    raise NotImplementedError


def lstm_backward(
    dh2: np.ndarray, dc2: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of lstm_cell, given those of its two outputs.

    dh2, dc2: (N, H), the loss's gradients with respect to h2 and c2.
    Returns dx: (N, D), dh: (N, H), dc: (N, H), dWx: (D, 4H), dWh: (H, 4H) and
    db: (4H,); parameter gradients are summed over the batch.
    """
    raise NotImplementedError
