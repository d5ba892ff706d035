import numpy as np

def adam_step(w, g, m, v, t, lr=0.001, b1=0.9, b2=0.999, eps=1e-08):
    new_m = np.add(np.multiply(b1, m), np.multiply(1 - b1, g))
    new_v = np.add(np.multiply(b2, v), np.multiply(1 - b2, np.power(g, 2)))
    c1 = -np.expm1(t * np.log(b1)) if b1 > 0 else 1.0
    c2 = 1.0 - pow(b2, t)
    return [w - lr * (new_m / c1) / (eps + np.sqrt(new_v / c2)), new_m, new_v]
