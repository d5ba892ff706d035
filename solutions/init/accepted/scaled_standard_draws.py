"""Standard draws, scaled; the fans by way of a channels-first view of every shape."""

import numpy as np


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    out_in = shape[::-1] if len(shape) == 2 else shape  # as PyTorch stores them
    field = int(np.prod(out_in[2:]))
    return out_in[1] * field, out_in[0] * field


def xavier_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    fan_in, fan_out = fans(shape)
    return (2 * rng.random(size=shape) - 1) * np.sqrt(6.0 / (fan_in + fan_out))


def kaiming_normal(
    shape: tuple[int, ...], rng: np.random.Generator, mode: str = "fan_in"
) -> np.ndarray:
    fan = dict(zip(("fan_in", "fan_out"), fans(shape), strict=True))[mode]
    return rng.standard_normal(shape) * np.sqrt(2.0 / fan)
