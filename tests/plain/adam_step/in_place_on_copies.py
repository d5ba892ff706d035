import copy
import numpy as np
import matplotlib.pyplot as plt

def adam_step(w, g, m, v, t, lr=1e-3, b1=.9, b2=.999, eps=1e-8, *, verbose=False):
    w, m, v = copy.deepcopy([w, m, v])
    m *= b1
    m += (1 - b1) * g
    v *= b2
    v += (1 - b2) * g * g
    if verbose:
        plt.plot(m)
    w -= lr * m / (1 - b1 ** t) / ((v / (1 - b2 ** t)) ** 0.5 + eps)
    return w, m, v
