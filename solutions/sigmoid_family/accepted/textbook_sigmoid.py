"""The sigmoid of the textbook: exp overflows to inf, and 1 / inf is the right 0, with a warning."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def log_sigmoid(x):
    return -softplus(-x)


def softplus(x):
    return np.log1p(np.exp(-abs(x))) + x * (x > 0)
