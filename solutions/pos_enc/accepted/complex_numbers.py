"""A pair is a complex number; to rotate it is one multiplication."""

import numpy as np


def _turns(pos, D, base):
    frequencies = np.exp(-np.log(base) * 2 * np.arange(D // 2) / D)
    return np.exp(1j * np.asarray(pos)[:, None] * frequencies)  # (T, D/2)


def sinusoidal(T, D):
    turns = _turns(np.arange(T), D, 1e4)
    encoding = np.empty((T, D))
    encoding[:, 0::2] = turns.imag
    encoding[:, 1::2] = turns.real
    return encoding


def rope(x, pos, base=1e4, layout="half"):
    if layout not in ("half", "interleaved"):
        raise ValueError(layout)
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    a, b = np.split(x, 2, axis=-1) if layout == "half" else (x[..., ::2], x[..., 1::2])
    turned = (a + 1j * b) * _turns(pos, x.shape[-1], base)
    parts = turned.real, turned.imag
    if layout == "half":
        return np.concatenate(parts, axis=-1).astype(dtype)
    return np.stack(parts, axis=-1).reshape(x.shape).astype(dtype)
