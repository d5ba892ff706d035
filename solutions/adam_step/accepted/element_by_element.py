"""Plain Python, one weight after the other."""

import math

import numpy as np


def adam_step(weights, grads, m, v, step, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    new_w, new_m, new_v = (np.zeros(weights.shape) for _ in range(3))
    for index in np.ndindex(weights.shape):
        grad = float(grads[index])
        first = beta1 * float(m[index]) + (1 - beta1) * grad
        second = beta2 * float(v[index]) + (1 - beta2) * grad * grad
        first_hat = first / (1 - pow(beta1, step))
        second_hat = second / (1 - pow(beta2, step))
        new_w[index] = float(weights[index]) - lr * first_hat / (math.sqrt(second_hat) + eps)
        new_m[index] = first
        new_v[index] = second
    return new_w, new_m, new_v
