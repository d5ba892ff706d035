import numpy as np


def cross_entropy(
    z: np.ndarray,
    y: np.ndarray,
    label_smoothing: float = 0.0,
    ignore_index: int = -100,
    weight: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    """Softmax cross-entropy and its gradient, as torch.nn.functional.cross_entropy.

    z: (N, C) logits. y: (N,) integer classes; rows with y == ignore_index do not count.
    label_smoothing: the share of each target that is spread evenly over all C classes.
    weight: (C,) positive weights of the classes, None for ones.

    Returns the loss, a mean weighted by the weights of the rows' classes, and dz: (N, C).
    float32 stays float32, integers give float64. If no row counts: 0.0 and zeros.
    """
    raise NotImplementedError
