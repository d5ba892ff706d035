import numpy as np


def conv2d_backward(
    dout: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of a 2-D convolution layer (cross-correlation).

    dout: (N, F, OH, OW), the gradient of the loss at the layer's output.
    x: (N, C, H, W), zero-padded by pad in the forward; w: (F, C, kh, kw).
    OH = (H + 2*pad - kh) // stride + 1, OW likewise.
    Returns dx: (N, C, H, W), dw: (F, C, kh, kw), db: (F,), dw and db summed over the batch.
    Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError
