"""Clipping by the global norm: Pascanu, Mikolov and Bengio, On the Difficulty of Training
Recurrent Neural Networks (2013), section 3.2; with the formula of PyTorch."""

import math

import numpy as np


def clip_grad_norm(grads: list[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    """Shrink all gradients by one factor, so that their common norm is at most ``max_norm``.

    grads: arrays of any shapes. Returns new arrays of the same shapes, and the norm before
    clipping. Each array keeps its float dtype, integers give float64.
    """
    squares = (np.square(g, dtype=np.float64).sum() for g in grads)  # 1e20 squared fits
    total_norm = math.sqrt(sum(squares))
    scale = np.minimum(1.0, max_norm / (total_norm + 1e-6))  # unlike min, this hands a nan on
    return [(g * scale).astype(np.result_type(g, 1.0)) for g in grads], total_norm
