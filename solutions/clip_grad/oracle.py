"""``torch.nn.utils.clip_grad_norm_``, which works in place on the gradients of parameters."""

import torch


def clip_grad_norm(grads, max_norm):
    params = [torch.zeros(g.shape, dtype=torch.float64) for g in grads]
    for param, g in zip(params, grads, strict=True):
        param.grad = torch.tensor(g, dtype=torch.float64)
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm)
    return [param.grad.numpy() for param in params], norm.item()
