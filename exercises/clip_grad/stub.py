import numpy as np


def clip_grad_norm(grads: list[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    """Clip gradients by their global norm, as torch.nn.utils.clip_grad_norm_.

    grads: arrays of any shapes. max_norm: the largest norm that all of them together may keep.
    Returns new arrays of the same shapes, and the norm before clipping. Each array keeps its
    float dtype, integers give float64.
    """
    raise NotImplementedError
