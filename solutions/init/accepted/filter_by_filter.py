"""Row by row, with Python's loops, and normal numbers by Box and Muller's method."""

import math

import numpy as np


def xavier_uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    w = np.zeros(shape)
    per_output, per_input = _fans(w)
    a = (6 / (per_output + per_input)) ** 0.5
    for row in w:
        row[...] = rng.uniform(low=-a, high=a, size=row.shape)
    return w


def kaiming_normal(
    shape: tuple[int, ...], rng: np.random.Generator, mode: str = "fan_in"
) -> np.ndarray:
    w = np.zeros(shape)
    fan = _fans(w)[["fan_in", "fan_out"].index(mode)]
    for row in w:
        radius = np.sqrt(-2 * np.log(1 - rng.random(row.shape)))
        row[...] = radius * np.cos(2 * math.pi * rng.random(row.shape)) * math.sqrt(2 / fan)
    return w


def _fans(w: np.ndarray) -> tuple[int, int]:
    if w.ndim == 4:
        return w[0].size, w[:, 0].size
    return w.shape[0], w.shape[1]
