import math
import numpy as np

def adam_step(params, grads, exp_avg, exp_avg_sq, step, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    p, m, v = [], [], []
    for w, g, a, b in zip(params.ravel(), grads.ravel(), exp_avg.ravel(), exp_avg_sq.ravel()):
        a = beta1 * a + (1 - beta1) * g
        b = beta2 * b + (1 - beta2) * g * g
        p.append(w - lr * (a / (1 - beta1**step)) / (math.sqrt(b / (1 - beta2**step)) + eps))
        m.append(a)
        v.append(b)
    return tuple(np.array(one).reshape(params.shape) for one in (p, m, v))
