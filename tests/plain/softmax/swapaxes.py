import os
import numpy as np

def softmax(logits, dim=-1):
    t = np.swapaxes(logits, dim, -1)
    m = t.max(-1)[..., None]
    p = np.exp(t - m)
    p /= p.sum(-1)[..., None]
    return np.swapaxes(p, -1, dim)
