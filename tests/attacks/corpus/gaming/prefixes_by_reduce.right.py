# right: products by functools.reduce, and prefixes by itertools.accumulate
# exercise: linear
# verdict: passed
# case: chain_cost
import functools
import itertools

import numpy as np


def linear(x, W, b):
    return x @ W + b, (x, W)


def linear_backward(dy, cache):
    x, W = cache
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ W.T, rows.T @ drows, drows.sum(axis=0)


def chain(Ms, dP):
    one = np.eye(len(dP))
    before = list(itertools.accumulate(Ms[:-1], np.matmul, initial=one))
    turned = [M.T for M in reversed(Ms[1:])]
    after = list(itertools.accumulate(turned, np.matmul, initial=one))[::-1]
    dMs = [left.T @ dP @ right for left, right in zip(before, after)]
    return functools.reduce(np.matmul, Ms, one), dMs
