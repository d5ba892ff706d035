# betas swapped
from collections import namedtuple

import numpy as np

State = namedtuple("State", "w m v")


class Adam:
    def __init__(self, lr, b1, b2, eps):
        self.lr, self.b1, self.b2, self.eps = lr, b1, b2, eps

    def _average(self, old, new, b):
        return old + (1 - b) * (new - old)

    def step(self, w, g, m, v, t):
        m = self._average(m, g, self.b2)
        v = self._average(v, np.square(g), self.b1)
        denom = np.sqrt(v / (1 - np.power(self.b2, t))) + self.eps
        return State(w - self.lr * m / (1 - np.power(self.b1, t)) / denom, m, v)


def adam_step(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return Adam(lr, b1, b2, eps).step(w, g, m, v, t)
