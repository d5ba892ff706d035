import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), element by element.

    x: any shape. Returns a new array of x's shape, in x's float dtype; integers give float64.
    """
    raise NotImplementedError


def log_sigmoid(x: np.ndarray) -> np.ndarray:
    """log(sigmoid(x)), element by element, as torch.nn.functional.logsigmoid.

    x: any shape. Returns a new array of x's shape, in x's float dtype; integers give float64.
    """
    raise NotImplementedError


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)), element by element.

    x: any shape. Returns a new array of x's shape, in x's float dtype; integers give float64.
    """
    raise NotImplementedError
