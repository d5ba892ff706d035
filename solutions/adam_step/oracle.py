"""One step of ``torch.optim.Adam`` from the state that the call gives."""

import torch

EXACT = ("adam_step",)


def adam_step(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    w, g, m, v = (torch.tensor(array, dtype=torch.float64) for array in (w, g, m, v))
    adam = torch.optim.Adam([w], lr, (b1, b2), eps)
    adam.state[w] = {"step": torch.tensor(t - 1.0), "exp_avg": m, "exp_avg_sq": v}
    w.grad = g
    adam.step()
    return w.numpy(), m.numpy(), v.numpy()
