import numpy as np


def adam_step(
    w: np.ndarray,
    g: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step of Adam, as torch.optim.Adam.

    w, g, m, v: weights, gradient, first and second moment, all of one shape.
    t: the number of this step; the first is 1.
    Returns w2, m2, v2: the weights after the step, and the moments to pass to the next one.
    """
    raise NotImplementedError
