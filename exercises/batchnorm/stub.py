import numpy as np


def batchnorm(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    rm: np.ndarray,
    rv: np.ndarray,
    train: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, object]:
    """Batch normalisation, as torch.nn.functional.batch_norm.

    x: (N, C) or (N, C, H, W). gamma, beta, rm, rv: (C,); rm and rv are the running mean and
    variance. train: normalise with the batch's statistics and move the running ones, or
    normalise with the running ones and leave them.
    Returns y like x, rm2: (C,), rv2: (C,) and a cache of your own design for
    batchnorm_backward. Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError


def batchnorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of batchnorm, in the mode that the forward ran in.

    dy: like x. Returns dx like x, dgamma: (C,), dbeta: (C,), in the forward's dtype.
    """
    raise NotImplementedError
