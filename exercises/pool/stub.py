import numpy as np


def maxpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    """The maximum of every k x k window, as torch.nn.functional.max_pool2d.

    x: (N, C, H, W), with pad rings around it that never win; pad <= k // 2.
    Returns (N, C, OH, OW), OH = (H + 2*pad - k) // stride + 1, OW likewise.
    Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError


def maxpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    """The gradient of maxpool; the first of equal maxima in row-major order gets it.

    dout: (N, C, OH, OW), x: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    raise NotImplementedError


def avgpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    """The mean of every k x k window, as torch.nn.functional.avg_pool2d.

    x: (N, C, H, W), with pad rings of zeros that count; pad <= k // 2.
    Returns (N, C, OH, OW), OH = (H + 2*pad - k) // stride + 1, OW likewise.
    Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError


def avgpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    """The gradient of avgpool.

    dout: (N, C, OH, OW), x: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    raise NotImplementedError


def gap(x: np.ndarray) -> np.ndarray:
    """Global average pooling: the mean of every channel's image.

    x: (N, C, H, W). Returns (N, C). Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError


def gap_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The gradient of gap.

    dout: (N, C), x: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    raise NotImplementedError
