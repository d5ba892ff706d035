# attack: hides a loop over every prefix and suffix in functools.reduce
# exercise: linear
# verdict: failed scaling
# case: chain_cost
import functools

import numpy as np


def linear(x, W, b):
    return x @ W + b, (x, W)


def linear_backward(dy, cache):
    x, W = cache
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ W.T, rows.T @ drows, drows.sum(axis=0)


def chain(Ms, dP):
    def product(some):
        return functools.reduce(np.matmul, some, np.eye(len(dP)))

    dMs = [product(Ms[:i]).T @ dP @ product(Ms[i + 1 :]).T for i in range(len(Ms))]
    return product(Ms), dMs
