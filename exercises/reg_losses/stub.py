import numpy as np


def mse(pred: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean squared error, without a factor 1/2, and its gradient.

    pred, target: of one shape, or (N,) and (N, 1); a ValueError otherwise.
    Returns the mean over all elements, and dpred, an array of pred's shape.
    dpred is float32 if both are, else float64; no elements give 0.0 and an empty dpred.
    """
    raise NotImplementedError


def mae(pred: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean absolute error and its gradient, which is 0 where the error is 0.

    Arguments and results as those of mse.
    """
    raise NotImplementedError


def huber(pred: np.ndarray, target: np.ndarray, delta: float = 1.0) -> tuple[float, np.ndarray]:
    """The mean Huber loss, as torch.nn.functional.huber_loss, and its gradient.

    delta > 0: half the squared error up to it, a straight line beyond.
    Arguments and results as those of mse.
    """
    raise NotImplementedError
