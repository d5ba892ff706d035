import numpy as np


def im2col(x: np.ndarray, kh: int, kw: int, stride: int, pad: int) -> np.ndarray:
    """Every kh x kw window of x as a column, as torch.nn.functional.unfold.

    x: (N, C, H, W), zero-padded by pad on all four sides; stride for both directions.
    Returns (N, C*kh*kw, OH*OW): rows by channel, then kernel row, then kernel column; columns
    row by row over the output. OH = (H + 2*pad - kh) // stride + 1, OW likewise.
    """
    raise NotImplementedError


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, pad: int) -> np.ndarray:
    """2-D convolution layer (cross-correlation), as torch.nn.functional.conv2d.

    x: (N, C, H, W), w: (F, C, kh, kw), b: (F,). Returns (N, F, OH, OW).
    """
    raise NotImplementedError
