import numpy as np


def rnn(
    x: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, object]:
    """All states of a vanilla RNN: h_t = tanh(x_t Wx + h_(t-1) Wh + b).

    x: (T, N, D), h0: (N, H), Wx: (D, H), Wh: (H, H), b: (H,).
    Returns hs: (T, N, H), without h0, and a cache of your own design for rnn_backward.
    Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError


def rnn_backward(
    dhs: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of rnn, given those that reach each state from outside.

    dhs: (T, N, H). Returns dx: (T, N, D), dh0: (N, H), dWx: (D, H), dWh: (H, H), db: (H,), in
    the forward's dtype; parameter gradients are summed over time and batch.
    """
    raise NotImplementedError
