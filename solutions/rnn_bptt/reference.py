"""A simple recurrent network, after Elman, Finding Structure in Time (1990), and its gradients:
Werbos, Backpropagation Through Time: What It Does and How to Do It (1990)."""

import numpy as np


def rnn(
    x: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, object]:
    """All states of ``h_t = tanh(x_t Wx + h_(t-1) Wh + b)``.

    x: (T, N, D), h0: (N, H), Wx: (D, H), Wh: (H, H), b: (H,). Returns hs: (T, N, H), without h0,
    and a cache for :func:`rnn_backward`. Float dtypes are kept, integers give float64.
    """
    dtype = np.result_type(x, h0, Wx, Wh, b, 1.0)  # integers become float64
    x, h0, Wx, Wh, b = (np.asarray(value, dtype) for value in (x, h0, Wx, Wh, b))

    states = [h0]
    for x_t in x:  # (N, D)
        a = x_t @ Wx + states[-1] @ Wh + b  # (N, H)
        states.append(np.tanh(a))
    return np.stack(states[1:]), (x, np.stack(states), Wx, Wh)


def rnn_backward(
    dhs: np.ndarray, cache: object
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of :func:`rnn`, from those that reach each state from outside.

    dhs: (T, N, H). Returns dx: (T, N, D), dh0: (N, H), dWx: (D, H), dWh: (H, H) and db: (H,), in
    the forward's dtype; parameter gradients are summed over time and batch.
    """
    x, states, Wx, Wh = cache
    before, after = states[:-1], states[1:]  # (T, N, H) each: the states around each step

    da = np.empty_like(after)  # (T, N, H)
    later = np.zeros_like(after[0])  # (N, H): what later steps send back to a state
    for t in reversed(range(len(x))):
        da[t] = (dhs[t] + later) * (1 - after[t] ** 2)
        later = da[t] @ Wh.T
    dWx = np.tensordot(x, da, axes=((0, 1), (0, 1)))  # (D, H)
    dWh = np.tensordot(before, da, axes=((0, 1), (0, 1)))  # (H, H)
    return da @ Wx.T, later, dWx, dWh, da.sum(axis=(0, 1))
