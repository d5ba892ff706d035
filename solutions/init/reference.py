"""Initial weights: Glorot and Bengio, Understanding the difficulty of training deep feedforward
neural networks (2010); He et al., Delving Deep into Rectifiers (2015)."""

import math

import numpy as np


def xavier_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Uniform weights of variance ``2 / (fan_in + fan_out)``.

    shape: (Din, Dout) of a linear layer x @ W, or (Cout, Cin, kh, kw) of a convolution.
    Returns a float64 array of that shape.
    """
    std = math.sqrt(2 / sum(_fans(shape)))
    bound = math.sqrt(3) * std  # a uniform variable on (-a, a) has the variance a^2 / 3
    return rng.uniform(-bound, bound, shape)


def kaiming_normal(
    shape: tuple[int, ...], rng: np.random.Generator, mode: str = "fan_in"
) -> np.ndarray:
    """Normal weights of variance ``2 / fan``, for layers followed by a ReLU.

    shape: as in :func:`xavier_uniform`. mode: "fan_in" or "fan_out".
    Returns a float64 array of that shape.
    """
    fan_in, fan_out = _fans(shape)
    fan = fan_in if mode == "fan_in" else fan_out
    return rng.normal(0.0, math.sqrt(2 / fan), shape)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs an output sees, and how many outputs an input reaches."""
    if len(shape) == 2:
        d_in, d_out = shape
        return d_in, d_out
    c_out, c_in, kh, kw = shape
    return c_in * kh * kw, c_out * kh * kw
