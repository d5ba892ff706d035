"""x cos + rotated(x) sin over all features, as Hugging Face has it; frequencies one by one."""

import math

import numpy as np


def sinusoidal(T, D):
    encoding = np.zeros((T, D))
    for t in range(T):
        for column in range(D):
            angle = t / 10000.0 ** ((column - column % 2) / D)
            encoding[t, column] = math.cos(angle) if column % 2 else math.sin(angle)
    return encoding


def rope(x, pos, base=1e4, layout="half"):
    D = x.shape[-1]
    inverse = 1.0 / (base ** (np.arange(0, D, 2).astype(np.float64) / D))
    angles = pos.astype(np.float64)[:, None] * inverse[None, :]
    rotated = np.zeros(x.shape, x.dtype)
    match layout:
        case "half":
            angles = np.concatenate([angles, angles], axis=1)
            rotated[..., : D // 2], rotated[..., D // 2 :] = -x[..., D // 2 :], x[..., : D // 2]
        case "interleaved":
            angles = np.repeat(angles, 2, axis=1)
            rotated[..., 0::2], rotated[..., 1::2] = -x[..., 1::2], x[..., 0::2]
        case _:
            raise ValueError("layout must be 'half' or 'interleaved'")
    result = x * np.cos(angles) + rotated * np.sin(angles)
    return result.astype(x.dtype) if np.issubdtype(x.dtype, np.floating) else result
