"""Plain Python over the elements; the derivative of each piece by cases."""

import numpy as np


def _paired(pred: np.ndarray, target: np.ndarray) -> list[float]:
    if pred.shape != target.shape:
        shapes = sorted([pred.shape, target.shape], key=len)
        if len(shapes[0]) != 1 or shapes[1] != (shapes[0][0], 1):
            raise ValueError("pred and target do not have matching shapes")
    return [float(p) - float(t) for p, t in zip(pred.ravel(), target.ravel(), strict=True)]


def _mean(
    pred: np.ndarray, target: np.ndarray, costs: list[float], slopes: list[float]
) -> tuple[float, np.ndarray]:
    single = pred.dtype == np.float32 and target.dtype == np.float32
    dtype = np.float32 if single else np.float64
    if not costs:
        return 0.0, np.zeros(pred.shape, dtype)
    dpred = np.array([slope / len(costs) for slope in slopes], dtype)
    return sum(costs) / len(costs), dpred.reshape(pred.shape)


def mse(pred: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    errors = _paired(pred, target)
    return _mean(pred, target, [e * e for e in errors], [2 * e for e in errors])


def mae(pred: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    errors = _paired(pred, target)
    return _mean(pred, target, [abs(e) for e in errors], [float((e > 0) - (e < 0)) for e in errors])


def huber(pred: np.ndarray, target: np.ndarray, delta: float = 1.0) -> tuple[float, np.ndarray]:
    costs, slopes = [], []
    for e in _paired(pred, target):
        if e > delta:
            costs.append(delta * (e - 0.5 * delta))
            slopes.append(delta)
        elif e < -delta:
            costs.append(delta * (-e - 0.5 * delta))
            slopes.append(-delta)
        else:
            costs.append(0.5 * e**2)
            slopes.append(e)
    return _mean(pred, target, costs, slopes)
