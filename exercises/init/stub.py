import numpy as np


def xavier_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Uniform weights of variance 2 / (fan_in + fan_out).

    shape: (Din, Dout) of a linear layer x @ W, or (Cout, Cin, kh, kw) of a convolution.
    Returns a float64 array of that shape.
    """
    raise NotImplementedError


def kaiming_normal(
    shape: tuple[int, ...], rng: np.random.Generator, mode: str = "fan_in"
) -> np.ndarray:
    """Normal weights of variance 2 / fan, for layers followed by a ReLU.

    shape: as in xavier_uniform. mode: "fan_in" or "fan_out".
    Returns a float64 array of that shape.
    """
    raise NotImplementedError
